import { retryAfterOf } from "../../http/retry-after.js";
import type { ClientTraits } from "./attempt-policy.js";
import { isRead, stepAddress, stepsOf } from "./is-read.js";
import { throttleScopeOf } from "./throttle-scope.js";

interface StepAnswer {
  id?: string;
  status?: number;
  headers?: Record<string, string>;
}

/**
 * A batch succeeds where its steps were throttled: each is counted alone, and says in its own headers how long to wait.
 * Their gates are closed as if they had been sent by themselves.
 */
export function closeForSteps(
  batch: { address: string; requests: unknown; responses: unknown },
  { gates, clock, retry }: Pick<ClientTraits, "gates" | "clock" | "retry">,
): void {
  const answers = Array.isArray(batch.responses) ? (batch.responses as StepAnswer[]) : [];
  const throttled = answers.filter((answer) => answer?.status === 429 || answer?.status === 503);
  if (throttled.length === 0) return;
  const steps = new Map(stepsOf(batch.requests).map((step) => [String(step.id).toLowerCase(), step]));
  for (const { id, status, headers: given } of throttled) {
    const { method = "GET", url } = steps.get(String(id).toLowerCase()) ?? {};
    if (typeof url !== "string") continue;
    const headers = { get: (name: string) => headerOf(given, name) };
    const askedMs = retryAfterOf(headers as Headers, clock.now());
    if (status === 503 && askedMs === undefined) continue;
    const address = stepAddress(batch.address, url);
    const scope = throttleScopeOf(address, !isRead(method, address, undefined));
    gates.close(askedMs ?? retry.delayMs, clock.monotonic(), scope, headers);
  }
}

function headerOf(headers: Record<string, string> | undefined, name: string): string | null {
  const found = Object.entries(headers ?? {}).find(([spelling]) => spelling.toLowerCase() === name);
  return found === undefined ? null : String(found[1]);
}
