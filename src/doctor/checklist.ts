import { titles } from "./check-names.js";
import type { Check } from "./findings.js";

const colours = { ok: 32, warning: 33, failed: 31, "not checked": 2 };
const statusWidth = "not checked".length;
const titleWidth = Math.max(...Object.values(titles).map((title) => title.length));

/** A check as a person reads it: how it stands, what was found, and below it what to do. */
export function linesOf(check: Check, coloured: boolean): string {
  const { status, detail = "", remedy, adminConsentUrl, correlationId, requestId } = check;
  const word = (status === "failed" ? "FAILED" : status).padEnd(statusWidth);
  const shown = coloured ? `\x1b[${colours[status]}m${word}\x1b[0m` : word;
  const notes = [
    remedy && `→ ${remedy}`,
    adminConsentUrl && `→ An administrator consents here: ${adminConsentUrl}`,
    correlationId && `  correlation id ${correlationId}`,
    requestId && `  request id ${requestId}`,
  ].filter(Boolean);
  const first = `  ${shown}  ${titles[check.name].padEnd(titleWidth)}  ${detail}`.trimEnd();
  return [first, ...notes.map((note) => `      ${note}`)].join("\n");
}

/** The last word. */
export function verdictOn(checks: readonly Check[]): string {
  const named = (wanted: Check["status"]) =>
    checks.filter(({ status }) => status === wanted).map(({ name }) => titles[name]);
  const failed = named("failed");
  const warned = named("warning");
  if (failed.length > 0) return `Not in order: ${failed.join(", ")}. The arrow shows what to do.`;
  if (warned.length > 0) return `In order for now; look at: ${warned.join(", ")}.`;
  return "All in order.";
}
