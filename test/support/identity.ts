import { afterEach, beforeEach } from "vitest";
import type { AppIdentityOptions } from "../../src/identity/configuration/options.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { LimitedClock } from "./limited-clock.js";
import { clientId, clientSecret, startTokenEndpoint, type TokenEndpoint, tenantId } from "./token-endpoint.js";

/** What tests of the identity stand on, new for each of them once `useTokenEndpoint()` was called. */
export let endpoint: TokenEndpoint;
export let clock: LimitedClock;
/** What was logged as a warning. */
export let lines: string[];

export function useTokenEndpoint(): void {
  beforeEach(async () => {
    endpoint = await startTokenEndpoint();
    clock = new LimitedClock();
    lines = [];
  });
  afterEach(() => endpoint.close());
}

/** Another endpoint in place of the one that a test has. */
export async function restartEndpoint(lifetime?: Record<string, unknown>): Promise<void> {
  await endpoint.close();
  endpoint = await startTokenEndpoint(lifetime);
}

const otherCredentials = ["clientCertificate", "clientAssertion", "federatedTokenFile", "tokenCredential"];

/** A provider over the three, with a secret unless told otherwise. */
export function provider(options: object = {}): AppIdentityAuthProvider {
  // What an earlier test left running writes into its own lines.
  const said = lines;
  const logger = { warn: (line: string) => void said.push(line) };
  const credential = otherCredentials.some((name) => name in options) ? {} : { clientSecret };
  const usual = { tenantId, clientId, fetch: endpoint.fetch, clock, logger, ...credential };
  return new AppIdentityAuthProvider({ ...usual, ...options } as AppIdentityOptions);
}

export function times<T>(count: number, item: T): T[] {
  return Array.from({ length: count }, () => item);
}
