import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { createGraphClient } from "../../../src/graph/client.js";
import { listUsers } from "../../../src/users/list-users.js";
import { json } from "../../support/loopback.js";
import { collect, type PagedServer, startPages, type Visit } from "../../support/paged-server.js";
import { failureOf } from "../../support/refusal.js";
import { within } from "../../support/within.js";

/** For what happens soon, but on a machine that may be busy. */
const patiently = { timeout: 10_000 };

let server: PagedServer;
afterEach(() => server?.close());

/** Far above what stopping takes, far below what is waited for. */
const soonMs = 15_000;

const places: Record<string, (visit: Visit) => unknown> = {
  "waits for an answer": () => true,
  "reads a body": ({ response, body }) => {
    response.write(JSON.stringify(body).slice(0, 10));
    return true;
  },
  "waits out a Retry-After": ({ response }) => {
    json(response, 429, { error: { code: "TooManyRequests" } }, { "retry-after": "30" });
    return true;
  },
};

describe("a signal", () => {
  it.each(Object.entries(places))("stops a listing that %s", async (_, hold) => {
    const stop = new AbortController();
    server = await startPages({ pages: 3 }, (visit) => {
      if (visit.page !== 2) return false;
      setTimeout(() => stop.abort(new Error("enough")), 20);
      return hold(visit);
    });
    // With real time: the 30 seconds would pass if nobody cut them short.
    const client = createGraphClient({ authProvider: { getAccessToken: async () => "t" }, fetch: server.fetch });
    const read: string[] = [];
    const failure = await within(
      soonMs,
      failureOf(
        (async () => {
          for await (const { id } of listUsers(client, { signal: stop.signal })) read.push(id);
        })(),
      ),
    );
    expect(failure).toMatchObject({ code: "aborted", page: 2, cause: expect.objectContaining({ message: "enough" }) });
    expect(getEventListeners(stop.signal, "abort")).toEqual([]);
    expect(failure.continuationToken).toBeTypeOf("string");
    expect(read).toEqual(server.ids.slice(0, 2));
  });

  it("stops a listing whose provider never answers", async () => {
    const stop = new AbortController();
    server = await startPages();
    const client = createGraphClient({
      authProvider: { getAccessToken: () => new Promise(() => {}) },
      fetch: server.fetch,
    });
    setTimeout(() => stop.abort(), 20);
    const failure = await within(soonMs, failureOf(collect(listUsers(client, { signal: stop.signal }))));
    expect(failure.code).toBe("aborted");
    expect(server.asked).toEqual([]);
  });

  it("stops in the middle of a page, without a token that would skip the rest of it", async () => {
    const stop = new AbortController();
    server = await startPages({ pages: 1, perPage: 5 });
    const read: string[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const { id } of listUsers(server.client, { signal: stop.signal })) {
          read.push(id);
          if (read.length === 2) stop.abort();
        }
      })(),
    );
    expect(failure.code).toBe("aborted");
    expect(failure.continuationToken).toBeUndefined();
    expect(read).toHaveLength(2);
  });

  it("that has fired before the start lets nothing be asked", async () => {
    server = await startPages();
    const signal = AbortSignal.abort();
    expect(await failureOf(collect(listUsers(server.client, { signal })))).toMatchObject({ code: "aborted", page: 1 });
    expect(server.asked).toEqual([]);
  });

  it("may be shared by many listings, without a warning", async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on("warning", warn);
    const { signal } = new AbortController();
    const server = await startPages();
    await Promise.all(Array.from({ length: 30 }, () => collect(listUsers(server.client, { signal }))));
    await server.close();
    process.off("warning", warn);
    expect(warnings).toEqual([]);
  });

  it("keeps no listener of listings that are over, however they ended", async () => {
    const { signal } = new AbortController();
    server = await startPages({ pages: 2 });
    const listing = listUsers(server.client, { signal });
    for (let walks = 0; walks < 5; walks++) {
      await collect(listing);
      for await (const _ of listing) break;
      listing.byPage();
    }
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("break", () => {
  it("cancels the page that is fetched ahead", async () => {
    let gone = false;
    server = await startPages({ pages: 3 }, ({ page, response }) => {
      if (page === 2) response.on("close", () => (gone = true));
      return page === 2;
    });
    for await (const _ of listUsers(server.client)) {
      await expect.poll(() => server.asked, patiently).toEqual([1, 2]);
      break;
    }
    await expect.poll(() => gone, patiently).toBe(true);
    expect(server.asked).toEqual([1, 2]);
  });

  it("doesn't wait for a next() that is still waiting, and ends it", async () => {
    server = await startPages({ pages: 2 }, ({ page }) => page === 2);
    const pages = listUsers(server.client).byPage();
    await pages.next();
    const waiting = [pages.next(), pages.next()];
    expect(await within(soonMs, pages.return?.() as Promise<unknown>)).toEqual({ done: true, value: undefined });
    expect(await within(soonMs, Promise.all(waiting))).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(await pages.next()).toEqual({ done: true, value: undefined });
  });

  it("ends an iterator that was never used", async () => {
    server = await startPages();
    const users = listUsers(server.client)[Symbol.asyncIterator]();
    await users.return?.();
    expect(await users.next()).toEqual({ done: true, value: undefined });
    expect(server.asked).toEqual([]);
  });
});
