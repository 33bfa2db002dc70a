/** One round of one tenant, or a part of it: what a worker does with a job. */
import type { Client } from "@microsoft/microsoft-graph-client";
import { type AppIdentityError, countAll, isAppIdentityError, readDirectory } from "graph-app-identity";
import { TooManyRemovalsError } from "../mirror/deletion-fuse.js";
import { type Mirror, SupersededError } from "../mirror/mirror.js";
import { partGroups } from "./settings.js";

/** What is mirrored of each user, and of each group. */
export const mirroredProperties = {
  users: ["displayName", "mail", "userPrincipalName", "accountEnabled", "department"],
  groups: ["displayName", "mail", "securityEnabled", "groupTypes"],
} as const;

/** The most that Graph watches in one stream. */
const groupsInStream = 50;

/** How a round ended, or where it stands. */
export type Outcome = { pages: number; changes: number; resumed: boolean } & (
  | { end: "done" }
  /** The tenant is left to its parts; a part is complete while others aren't. */
  | { end: "divided" }
  | { end: "read" }
  | Failure
);

type Failure =
  /** It is to be taken up again at this time, by any worker. */
  | { end: "late"; due: Date; error: AppIdentityError }
  /** Trying again costs one of the job's attempts. */
  | { end: "retry"; error: unknown }
  /** Trying again can't help before somebody has acted. */
  | { end: "failed"; error: AppIdentityError | TooManyRemovalsError };

export interface TenantWork {
  mirror: Mirror;
  connect(): Client;
  /** Which streams are read, of those of a huge tenant; `undefined` for all, or to divide them. */
  part: number | undefined;
  /** Told when the streams are taken. What it throws ends the work. */
  taken(): Promise<void>;
  /** Has parts read by whoever is free. */
  share(parts: readonly number[]): Promise<void>;
  signal: AbortSignal;
}

/**
 * Reads what has changed since the mirror was read last, and stores it page by page. Whatever happens, the pages that were
 * stored are kept, and the next attempt goes on behind them.
 * @throws SupersededError where another worker has taken the mirror since
 */
export async function mirrorTenant({ mirror, connect, part, taken, share, signal }: TenantWork): Promise<Outcome> {
  const done = { pages: 0, changes: 0, resumed: false };
  const divide = async () => share(await mirror.divide(Math.ceil(partGroups / groupsInStream)));
  try {
    const client = connect();
    if (part === undefined && (await isHuge(mirror, client, signal))) {
      await divide();
      return { ...done, end: "divided" };
    }
    const { streams, cursors, resumed } = await mirror.take({ part });
    done.resumed = resumed;
    await taken();
    if (streams.length > 0) {
      const pages = readDirectory(client, {
        users: { select: mirroredProperties.users },
        groups: { select: mirroredProperties.groups },
        cursors,
        streams: part === undefined ? undefined : streams,
        signal,
      });
      for await (const page of pages) {
        await mirror.store(page);
        done.pages += 1;
        done.changes += page.changes.length;
      }
      if (part !== undefined && streams.includes("groups")) await divide();
    }
    return { ...done, end: (await mirror.finish()) ? "done" : "read" };
  } catch (error) {
    if (error instanceof SupersededError) throw error;
    // The places were kept by a version of this program that asked for other properties, or Graph keeps losing them.
    if (isAppIdentityError(error) && lostPlaces.has(error.code)) await mirror.forget();
    return { ...done, ...endBy(error, done.pages) };
  }
}

const lostPlaces: ReadonlySet<string> = new Set(["invalid_continuation_token", "page_token_expired"]);

/** What is to become of a round that failed after so many pages. */
function endBy(error: unknown, pages: number): Failure {
  if (error instanceof TooManyRemovalsError) return { end: "failed", error };
  if (!isAppIdentityError(error) || error.code === "aborted" || lostPlaces.has(error.code))
    return { end: "retry", error };
  if (!error.retryable) return { end: "failed", error };
  if (error.retryAfterMs === undefined && pages === 0) return { end: "retry", error };
  return { end: "late", due: laterThan(error.retryAfterMs ?? 1_000), error };
}

async function isHuge(mirror: Mirror, client: Client, signal: AbortSignal): Promise<boolean> {
  const streams = await mirror.memberStreams();
  const groups = streams > 0 ? streams * groupsInStream : await countAll(client, "/groups", { signal });
  return groups > partGroups;
}

/** Never earlier than was asked, and not everybody at once. */
function laterThan(ms: number): Date {
  return new Date(Date.now() + ms * (1 + 0.2 * Math.random()));
}
