/** A token and how long it is good from now. */
export interface AcquiredToken {
  value: string;
  expiresInMs: number;
  refreshInMs?: number;
  /** This machine's clock minus Entra's, where its answer has a date. */
  clockSkewMs?: number | undefined;
}
