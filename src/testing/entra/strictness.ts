/** Where the emulator is to be stricter than the service, so that a client's sloppiness shows. Each defaults to `false`. */
export interface Strictness {
  /** Refuse an assertion whose `jti` was used before. Entra takes one again and again until it expires. */
  singleUseAssertions?: boolean;
  /** Refuse assertions that live longer than ten minutes. Entra sets no bound. */
  shortAssertions?: boolean;
  /** Refuse SHA-1 thumbprints and RS256, which Entra still takes beside SHA-256 and PS256. */
  sha256Thumbprints?: boolean;
  /** Take no `aud` of an assertion but the tenant's v2.0 token endpoint, in the form that was asked. */
  exactAudience?: boolean;
  /** Allow assertions no clock skew. Entra allows five minutes. */
  exactTimes?: boolean;
  /** Refuse scopes such as `openid` beside `<resource>/.default`. Entra ignores them. */
  exactScopes?: boolean;
}

/** Every switch on. */
export const strictest: Required<Strictness> = {
  singleUseAssertions: true,
  shortAssertions: true,
  sha256Thumbprints: true,
  exactAudience: true,
  exactTimes: true,
  exactScopes: true,
};
