import type { Client } from "@microsoft/microsoft-graph-client";
import { createGraphClient } from "../../src/graph/client.js";
import type { RetryOptions } from "../../src/graph/requests/attempt-policy.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/testing/index.js";

export interface EmulatedTenant {
  emulator: Emulator;
  client: Client;
  /** Paths and queries that Graph was asked for. */
  asked(): string[];
}

/** An embedded tenant and a client of it, made as a program would make one; only the waits between attempts are short. */
export async function emulatedClient(options: EmulatorOptions = {}, retry: RetryOptions = {}): Promise<EmulatedTenant> {
  const emulator = await startEmulator(options);
  const { tenantId, clientId, clientSecret, fetch } = emulator;
  const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
  return {
    emulator,
    client: createGraphClient({ authProvider, retry: { delayMs: 1, ...retry } }),
    asked: () => emulator.requests.filter(({ service }) => service === "graph").map(({ path }) => path),
  };
}

/** The ids of those who are in the emulator's directory now, in its order. */
export function emulatedIds({ users }: Emulator): string[] {
  return [...users.ids()];
}
