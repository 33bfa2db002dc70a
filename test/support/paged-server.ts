import type { ServerResponse } from "node:http";
import type { Client } from "@microsoft/microsoft-graph-client";
import { createGraphClient } from "../../src/graph/client.js";
import { LimitedClock } from "./limited-clock.js";
import { json, type Loopback, type SeenRequest, startLoopback } from "./loopback.js";

export interface Visit {
  /** Which page is asked for, from 1. */
  page: number;
  /** How often it has been asked for, this time included. */
  time: number;
  /** What will be answered, for a test to change. */
  body: Record<string, unknown> & { value: { id: string }[] };
  request: SeenRequest;
  response: ServerResponse;
}

export interface PagedServer extends Loopback {
  client: Client;
  clock: LimitedClock;
  /** The ids of all users, in order. */
  ids: string[];
  /** The pages that were asked for, in order. */
  asked: number[];
}

export const linkTo = (page: number): string => `https://graph.microsoft.com/v1.0/users?$skiptoken=page-${page}`;

/**
 * A real server with a few pages of users. A test changes an answer's body, or answers itself and returns `true`.
 */
export async function startPages(
  { pages = 3, perPage = 2 } = {},
  change: (visit: Visit) => unknown = () => undefined,
): Promise<PagedServer> {
  const clock = new LimitedClock();
  const times = new Map<number, number>();
  const asked: number[] = [];
  const idsOf = (page: number) => Array.from({ length: perPage }, (_, index) => `user-${page}-${index + 1}`);
  const loopback = await startLoopback(async (request, response) => {
    const page = Number(/page-(\d+)/.exec(request.path)?.[1] ?? 1);
    asked.push(page);
    times.set(page, (times.get(page) ?? 0) + 1);
    // In Graph's order: the link comes ahead of the objects.
    const body = {
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users",
      ...(page < pages && { "@odata.nextLink": linkTo(page + 1) }),
      value: idsOf(page).map((id) => ({ id, displayName: id.toUpperCase() })),
    };
    const visit = { page, time: times.get(page) as number, body, request, response };
    if ((await change(visit)) !== true) json(response, 200, visit.body, { "request-id": `request-${asked.length}` });
  });
  return {
    ...loopback,
    clock,
    client: createGraphClient({
      authProvider: { getAccessToken: async () => "a-token" },
      fetch: loopback.fetch,
      clock,
    }),
    ids: Array.from({ length: pages }, (_, index) => idsOf(index + 1)).flat(),
    asked,
  };
}

/** Graph's own error body. */
export function refuse(response: ServerResponse, status: number, code: string, message = code): true {
  json(response, status, { error: { code, message, innerError: { "request-id": "the-request-id" } } });
  return true;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
