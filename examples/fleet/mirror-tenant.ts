/** One round of one tenant: what a worker does with a job. */
import type { Client } from "@microsoft/microsoft-graph-client";
import { type AppIdentityError, deltaUsers, isAppIdentityError } from "graph-app-identity";
import { type Cursor, type Mirror, SupersededError } from "../mirror.js";

/** What is mirrored of each user. */
export const mirroredProperties = [
  "id",
  "displayName",
  "mail",
  "userPrincipalName",
  "accountEnabled",
  "department",
] as const;

/** How a round ended, or where it stands. */
export type Outcome = { pages: number; changes: number } & (
  | { end: "done" }
  /** It is to be taken up again at this time, by any worker. */
  | { end: "late"; due: Date; error: AppIdentityError }
  /** Trying again costs one of the job's attempts. */
  | { end: "retry"; error: unknown }
  /** Trying again can't help before somebody has acted. */
  | { end: "failed"; error: AppIdentityError }
);

/**
 * Reads what has changed since `cursor`, where the mirror stood when it was taken, and stores it page by page. Whatever happens, the pages
 * that were stored are kept, and the next attempt goes on behind them.
 * @throws SupersededError where another worker has taken the mirror since
 */
export async function mirrorTenant(
  connect: () => Client,
  mirror: Mirror,
  { deltaLink, continuationToken }: Cursor,
  signal: AbortSignal,
): Promise<Outcome> {
  const done = { pages: 0, changes: 0 };
  try {
    const round = deltaUsers(connect(), { select: mirroredProperties, signal, ...(deltaLink && { deltaLink }) });
    for await (const page of round.byPage({ ...(continuationToken && { continuationToken }) })) {
      await mirror.store(page);
      done.pages += 1;
      done.changes += page.value.length;
    }
    return { ...done, end: "done" };
  } catch (error) {
    if (error instanceof SupersededError) throw error;
    if (!isAppIdentityError(error) || error.code === "aborted") return { ...done, end: "retry", error };
    if (error.code === "invalid_continuation_token" || error.code === "page_token_expired") {
      // The place was kept by a version of this program that asked for other properties, or Graph keeps losing it.
      await mirror.forget();
      return { ...done, end: "retry", error };
    }
    if (!error.retryable) return { ...done, end: "failed", error };
    if (error.retryAfterMs === undefined && done.pages === 0) return { ...done, end: "retry", error };
    return { ...done, end: "late", due: laterThan(error.retryAfterMs ?? 1_000), error };
  }
}

/** Never earlier than was asked, and not everybody at once. */
function laterThan(ms: number): Date {
  return new Date(Date.now() + ms * (1 + 0.2 * Math.random()));
}
