import type { AppIdentity } from "../../access-token.js";
import { resourceUnits } from "./resource-units.js";

/** What is asked of Graph, and what it costs: by one walk, or by all that shares a tally. */
export class RequestTally {
  /** Requests that were answered. */
  requests = 0;
  /** What they cost, as Graph counts it. */
  resourceUnits = 0;
  /** Requests that had to be repeated. */
  retries = 0;
  /** Milliseconds that requests spent waiting because Graph asked for it, added up. */
  throttledMs = 0;
  /** Who asks, once the provider has said so. */
  identity: AppIdentity | undefined;

  /** @param batched whether the batch that carried it counts in its place */
  answered({ headers }: Pick<Response, "headers">, batched = false): void {
    if (!batched) this.requests += 1;
    this.resourceUnits += resourceUnits(headers);
  }

  waits({ delayMs, throttled, failure }: { delayMs: number; throttled: boolean; failure?: unknown }): void {
    if (failure !== undefined) this.retries += 1;
    if (throttled) this.throttledMs += delayMs;
  }
}
