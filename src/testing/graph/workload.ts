import type { PathSegment } from "./address.js";

/** Requests that share a limit: what is asked, and for Outlook whose mailbox. */
export interface Workload {
  name: "directory" | "reports" | "outlook";
  mailbox?: string;
}

/**
 * Which of Graph's services a request is answered by, each of which counts for itself.
 * @see https://learn.microsoft.com/graph/throttling-limits
 */
export function workloadOf(segments: readonly PathSegment[], { searchParams }: URL): Workload {
  const [first = "", key = "", relation = ""] = segments.map(({ text }) => text.toLowerCase());
  if (first === "auditlogs" || first === "reports") return { name: "reports" };
  if (/^photos?$/.test(relation) && (first === "users" || first === "groups")) return { name: "outlook", mailbox: key };
  const asked = `${searchParams.get("$select")} ${searchParams.get("$filter")}`;
  return { name: first === "users" && /\bsignInActivity\b/i.test(asked) ? "reports" : "directory" };
}
