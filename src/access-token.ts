/**
 * What can be asked of a provider. Listings and clients of `createGraphClient()` send it through the Graph SDK's
 * `AuthenticationHandlerOptions`, which reach the provider unchanged, also on clients that a caller built.
 */
export interface AccessTokenOptions {
  /** Scopes of one resource, each ending in `/.default`. Default: Microsoft Graph in the provider's cloud. */
  scopes?: string | readonly string[];
  /** A claims challenge, as JSON text. Its token replaces the one in hand. */
  claims?: string;
  /** Declares that this caller answers claims challenges (`cp1`), for which Entra issues longer-lived, revocable tokens. Default `false`. */
  enableCae?: boolean;
  /** Ask Entra even though a valid token is in hand. Default `false`. */
  forceRefresh?: boolean;
  /** Frees this caller at once; the request itself is cancelled when nobody waits for it any more. */
  signal?: AbortSignal;
}

/** Who a provider speaks as: what an admin-consent link is made of. Nothing secret. */
export interface AppIdentity {
  readonly tenantId: string;
  readonly clientId: string;
  readonly loginHost: string;
}

/** Where an administrator of the tenant grants all permissions that the app's registration asks for. */
export function adminConsentUrl({ loginHost, tenantId, clientId }: AppIdentity): string {
  return `https://${loginHost}/${encodeURIComponent(tenantId)}/adminconsent?client_id=${encodeURIComponent(clientId)}`;
}

/** What they add when they ask. */
export interface GraphTokenRequest extends AccessTokenOptions {
  /** The token a server refused: with `forceRefresh`, many callers refused with one token share one request for the next. */
  refusedToken?: string;
  /** Told who the provider speaks as. */
  onIdentity?: (identity: AppIdentity) => void;
  /** Told the token that was handed out, so that a refusal can name it. */
  onToken?: (token: string) => void;
  /** Number of the attempt, from 1, where a listing drives the attempts itself: a client's chain then sends once and judges nothing. */
  attempt?: number;
}
