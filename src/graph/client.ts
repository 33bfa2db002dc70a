import type { Client } from "@microsoft/microsoft-graph-client";
import { systemClock } from "../clock.js";
import { ThrottleGate } from "./gate.js";
import { RefreshAllowance } from "./refusals.js";
import type { ClientTraits, RetryOptions } from "./retry.js";

const defaultRetry: Required<RetryOptions> = { attempts: 6, budgetMs: 300_000, delayMs: 1_000 };
const defaultTimeoutMs = 60_000;

const known = new WeakMap<Client, ClientTraits>();

/** How a client speaks to Graph: as it was created with, or by default where a caller built it from the SDK alone. */
export function traitsOf(client: Client): ClientTraits {
  let traits = known.get(client);
  if (traits === undefined) {
    traits = defaultTraits(graphRootOf(client));
    known.set(client, traits);
  }
  return traits;
}

function defaultTraits(graphRoot: string): ClientTraits {
  return {
    graphRoot,
    retry: defaultRetry,
    timeoutMs: defaultTimeoutMs,
    clock: systemClock,
    gate: new ThrottleGate(),
    refreshes: new RefreshAllowance(),
  };
}

/** The SDK tells a client's base URL only through the requests it builds. */
function graphRootOf(client: Client): string {
  const request = client.api("/") as unknown as { buildFullUrl(): string };
  return new URL(request.buildFullUrl()).origin;
}
