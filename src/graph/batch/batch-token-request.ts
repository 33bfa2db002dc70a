import type { Attempt } from "../requests/attempt.js";

/** One token for all who sit in a batch: what one of them was refused for is told, and all learn what was handed out. */
export function batchTokenRequest(attempts: readonly Attempt[]): Attempt["tokenRequest"] {
  const requests = attempts.map(({ tokenRequest }) => tokenRequest);
  const demanding =
    requests.find(({ claims }) => claims !== undefined) ?? requests.find(({ forceRefresh }) => forceRefresh);
  return {
    ...requests[0],
    ...demanding,
    onIdentity: (identity) => {
      for (const { onIdentity } of requests) onIdentity?.(identity);
    },
    onToken: (token) => {
      for (const { onToken } of requests) onToken?.(token);
    },
  };
}
