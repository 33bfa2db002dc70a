import { channel } from "node:diagnostics_channel";
import type { AppIdentityErrorCode } from "../../errors.js";

/**
 * What `node:diagnostics_channel` tells about tokens, under `graph-app-identity:token:<name>`:
 * `acquired` while callers waited, `refreshed` and `refresh-failed` in the background, `served-from-store`.
 */
export type TokenEventName = "acquired" | "refreshed" | "refresh-failed" | "served-from-store";

/** The message on those channels. Nothing secret. */
export interface TokenEvent {
  tenantId: string;
  clientId: string;
  scopes: readonly string[];
  enableCae: boolean;
  /** From the decision to ask until the answer, retries included. */
  durationMs: number;
  /** How long the token is good. Absent when there is none. */
  expiresInMs?: number;
  /** Why there is none. */
  code?: AppIdentityErrorCode;
  /** Entra's numeric code for that, where it gave one. */
  aadsts?: number;
}

const channels = {
  acquired: channel("graph-app-identity:token:acquired"),
  refreshed: channel("graph-app-identity:token:refreshed"),
  "refresh-failed": channel("graph-app-identity:token:refresh-failed"),
  "served-from-store": channel("graph-app-identity:token:served-from-store"),
};

export function publishTokenEvent(name: TokenEventName, event: TokenEvent): void {
  if (channels[name].hasSubscribers) channels[name].publish(event);
}
