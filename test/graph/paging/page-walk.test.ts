import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AppIdentityError } from "../../../src/errors.js";
import type { ListProgress } from "../../../src/graph/paging/progress.js";
import { listUsers } from "../../../src/users/list-users.js";
import { json } from "../../support/loopback.js";
import { collect, linkTo, type PagedServer, refuse, startPages } from "../../support/paged-server.js";
import { failureOf } from "../../support/refusal.js";
import { sdkClient } from "../../support/sdk-client.js";

/** For what happens soon, but on a machine that may be busy. */
const patiently = { timeout: 10_000 };

let server: PagedServer;
afterEach(() => server.close());

const idsOf = (users: readonly { id: string }[]) => users.map(({ id }) => id);

describe("a listing", () => {
  it("hands out every user exactly once, in order, and asks for each page once", async () => {
    server = await startPages({ pages: 4, perPage: 3 });
    expect(idsOf(await collect(listUsers(server.client)))).toEqual(server.ids);
    expect(server.asked).toEqual([1, 2, 3, 4]);
  });

  it("needs no timer to go off, so that it works where a test has replaced them", async () => {
    server = await startPages();
    vi.useFakeTimers();
    try {
      expect(idsOf(await collect(listUsers(server.client)))).toEqual(server.ids);
    } finally {
      vi.useRealTimers();
    }
  });

  it("works on a client that the caller built from the SDK alone", async () => {
    server = await startPages();
    const client = sdkClient(server.fetch);
    expect(idsOf(await collect(listUsers(client)))).toEqual(server.ids);
    expect(server.requests.every(({ headers }) => headers.authorization === "Bearer a-token")).toBe(true);
  });

  it("tells such a client's provider what Graph said of its token", async () => {
    server = await startPages({ pages: 1 }, ({ time, response }) => {
      return time === 1 && refuse(response, 401, "InvalidAuthenticationToken");
    });
    const asked: unknown[] = [];
    const client = sdkClient(server.fetch, async (options) => {
      asked.push((options as { forceRefresh?: boolean }).forceRefresh);
      return `token-${asked.length}`;
    });
    expect(await collect(listUsers(client))).toHaveLength(2);
    expect(asked).toEqual([undefined, true]);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  it("asks for nothing before it is walked, and again when it is walked again", async () => {
    server = await startPages();
    const users = listUsers(server.client);
    users[Symbol.asyncIterator]();
    users.byPage();
    expect(server.asked).toEqual([]);
    expect(await collect(users)).toHaveLength(6);
    expect(await collect(users)).toHaveLength(6);
    expect(server.asked).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it("goes on behind an empty page that has a link", async () => {
    server = await startPages({ pages: 4 }, ({ page, body }) => {
      if (page === 1 || page === 3) body.value = [];
    });
    const users = await collect(listUsers(server.client));
    expect(idsOf(users)).toEqual(server.ids.filter((id) => !/user-[13]-/.test(id)));
  });

  it("ends with nothing where there is nothing", async () => {
    server = await startPages({ pages: 1, perPage: 0 });
    expect(await collect(listUsers(server.client))).toEqual([]);
  });

  it("gives concurrent next() calls different users, in order, and then the end", async () => {
    server = await startPages({ pages: 3, perPage: 2 });
    const users = listUsers(server.client)[Symbol.asyncIterator]();
    const results = await Promise.all(Array.from({ length: 9 }, () => users.next()));
    expect(results.map(({ value }) => value?.id)).toEqual([...server.ids, undefined, undefined, undefined]);
    expect(results.map(({ done }) => done)).toEqual([...Array(6).fill(false), true, true, true]);
  });

  it("has ended after an error, while a second walk is a new listing", async () => {
    server = await startPages(
      { pages: 2 },
      ({ page, time, response }) => page === 2 && time === 1 && refuse(response, 409, "Bad"),
    );
    const listing = listUsers(server.client);
    const users = listing[Symbol.asyncIterator]();
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => users.next()));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(await users.next()).toEqual({ done: true, value: undefined });
    expect(idsOf(await collect(listing))).toEqual(server.ids);
  });

  it("asks for no page more than its limit takes", async () => {
    server = await startPages({ pages: 3, perPage: 2 });
    expect(idsOf(await collect(listUsers(server.client, { limit: 3 })))).toEqual(server.ids.slice(0, 3));
    expect(server.asked).toEqual([1, 2]);
    expect(server.requests[0]?.path).toContain("$top=3");
    expect(idsOf(await collect(listUsers(server.client, { limit: 2 })))).toEqual(server.ids.slice(0, 2));
    expect(server.asked).toEqual([1, 2, 1]);
  });

  it("gives no continuation token behind a page that its limit cut", async () => {
    server = await startPages({ pages: 3, perPage: 2 });
    const pages = await collect(listUsers(server.client, { limit: 3 }).byPage());
    expect(pages.map(({ continuationToken }) => continuationToken !== undefined)).toEqual([true, false]);
    const whole = await collect(listUsers(server.client, { limit: 2 }).byPage());
    expect(whole.map(({ continuationToken }) => continuationToken !== undefined)).toEqual([true]);
  });
});

describe("prefetching", () => {
  it("has asked for the next page while the consumer holds this one, and for no more than that", async () => {
    server = await startPages({ pages: 4 });
    const pages = listUsers(server.client).byPage();
    for (const expected of [
      [1, 2],
      [1, 2, 3],
    ]) {
      await pages.next();
      await expect.poll(() => server.asked, patiently).toEqual(expected);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(server.asked).toEqual(expected);
    }
    await pages.return?.();
  });

  it("asks for the next page of a consumer who waits before it has parsed this one", async () => {
    server = await startPages({ pages: 3 }, ({ page, time, response, body }) => {
      if (page !== 2 || time > 1) return false;
      response.end(JSON.stringify(body).slice(0, -20));
      return true;
    });
    expect(idsOf(await collect(listUsers(server.client)))).toEqual(server.ids);
    expect(server.asked).toEqual([1, 2, 3, 2]);
  });

  it("drops what it asked for too early where the page, once complete, leads elsewhere", async () => {
    server = await startPages({ pages: 4 }, ({ page, time, response, body }) => {
      if (page !== 2) return false;
      if (time > 1) body["@odata.nextLink"] = linkTo(4);
      else response.end(JSON.stringify(body).slice(0, -20));
      return time === 1;
    });
    const users = await collect(listUsers(server.client));
    expect(idsOf(users)).toEqual(server.ids.filter((id) => !id.startsWith("user-3")));
    expect(server.asked).toEqual([1, 2, 3, 2, 4]);
  });

  it("goes on early by the pages that count only, so that a dropped one leads to no second walk", async () => {
    // As Graph does, each answer has a link of its own.
    let release = () => {};
    const askedAgain = new Promise<void>((resolve) => {
      release = resolve;
    });
    server = await startPages({ pages: 8 }, async ({ page, time, response, body }) => {
      if (page === 3 && time === 1) await askedAgain;
      if (page === 3 && time === 2) {
        release();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      if (page < 8) body["@odata.nextLink"] = `${linkTo(page + 1)}-${server.requests.length}`;
      if (page !== 2 || time > 1) return false;
      response.end(JSON.stringify(body).slice(0, -20));
      return true;
    });
    expect(idsOf(await collect(listUsers(server.client)))).toEqual(server.ids);
    expect(server.asked.toSorted()).toEqual([1, 2, 2, 3, 3, 4, 5, 6, 7, 8]);
  });

  it("asks once more, when it is due, for what failed early", async () => {
    const attempts = 6;
    let release = () => {};
    const spent = new Promise<void>((resolve) => {
      release = resolve;
    });
    server = await startPages({ pages: 4 }, async ({ page, time, response, body }) => {
      if (page === 3 && time <= attempts) {
        if (time === attempts) setTimeout(release, 50);
        return refuse(response, 500, "InternalServerError");
      }
      if (page === 2 && time === 1) {
        response.end(JSON.stringify(body).slice(0, -20));
        return true;
      }
      if (page === 2) await spent;
      return false;
    });
    expect(idsOf(await collect(listUsers(server.client)))).toEqual(server.ids);
    expect(server.asked.filter((page) => page === 3)).toHaveLength(attempts + 1);
  });

  it("finds the link wherever a page has it, and however it is written", async () => {
    server = await startPages({ pages: 3 }, ({ page, response, body: { value, ...fields } }) => {
      if (page === 3) return false;
      const text = JSON.stringify(page === 1 ? { value, ...fields } : { ...fields, value });
      response.end(text.replaceAll("?", "\\u003f"));
      return true;
    });
    expect(idsOf(await collect(listUsers(server.client)))).toEqual(server.ids);
    expect(server.asked).toEqual([1, 2, 3]);
  });

  it("can be switched off", async () => {
    server = await startPages({ pages: 2 });
    const pages = listUsers(server.client, { prefetch: false }).byPage();
    await pages.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.asked).toEqual([1]);
    await pages.next();
    expect(server.asked).toEqual([1, 2]);
  });

  it("reports a failed page only when that page is due, and never as an unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    server = await startPages({ pages: 2 }, ({ page, response }) => page === 2 && refuse(response, 409, "Bad"));
    const pages = listUsers(server.client).byPage();
    expect((await pages.next()).value?.value).toHaveLength(2);
    await expect.poll(() => server.asked, patiently).toEqual([1, 2]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await failureOf(pages.next())).toMatchObject({ code: "bad_request", page: 2 });
    const abandoned = listUsers(server.client).byPage();
    await abandoned.next();
    await expect.poll(() => server.asked, patiently).toHaveLength(4);
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
});

describe("an answer that is no page", () => {
  const spoilt: Record<string, (visit: { response: import("node:http").ServerResponse; text: string }) => void> = {
    "breaks off": ({ response, text }) => response.end(text.slice(0, -20)),
    "is HTML": ({ response }) => response.end("<!doctype html><title>Sign in to the hotel</title>"),
    "is empty": ({ response }) => response.end(),
    "is reset in its middle": ({ response, text }) => {
      response.write(text.slice(0, 20), () => response.destroy());
    },
    "is a 500 of a gateway": ({ response }) => {
      response.writeHead(500, { "content-type": "text/html" });
      response.end("<h1>Oops</h1>");
    },
  };

  it.each(Object.entries(spoilt))("that %s is asked for again", async (_, spoil) => {
    server = await startPages({ pages: 3 }, ({ page, time, response, body }) => {
      if (page !== 2 || time > 2) return false;
      spoil({ response, text: JSON.stringify(body) });
      return true;
    });
    let last: ListProgress | undefined;
    const users = await collect(listUsers(server.client, { onProgress: (progress) => (last = progress) }));
    expect(idsOf(users)).toEqual(server.ids);
    expect(server.asked.toSorted()).toEqual([1, 2, 2, 2, 3]);
    expect(last).toMatchObject({ retries: 2, done: true, items: 6, pages: 3 });
  });

  it("fails with what it was once the attempts are used up, and says where to go on", async () => {
    server = await startPages({ pages: 3 }, ({ page, time, response }) => {
      if (page !== 2 || time > 6) return false;
      response.setHeader("request-id", "of-the-proxy");
      response.end("<html>captive</html>");
      return true;
    });
    const read: string[] = [];
    const listing = listUsers(server.client);
    const failure = await failureOf(
      (async () => {
        for await (const { id } of listing) read.push(id);
      })(),
    );
    expect(failure).toMatchObject({ code: "invalid_response", page: 2, retryable: true, requestId: "of-the-proxy" });
    for await (const { value } of listing.byPage({ continuationToken: failure.continuationToken as string })) {
      read.push(...idsOf(value));
    }
    expect(read).toEqual(server.ids);
  });

  it.each([
    ["an object without a list", { id: "me" }],
    ["a list in place of an object", [1]],
    ["null", null],
    ["a list of what aren't objects", { value: ["user-1"] }],
    ["an object in place of the list", { value: {} }],
  ])("but %s fails at once, since asking again wouldn't help", async (_, body) => {
    server = await startPages({}, ({ response }) => {
      json(response, 200, body);
      return true;
    });
    const failure = await failureOf(collect(listUsers(server.client)));
    expect(failure).toMatchObject({ code: "invalid_response", page: 1, retryable: false });
    expect(server.asked).toEqual([1]);
  });
});

describe("an error of a listing", () => {
  it("carries Graph's code, the request id, the page and the token to go on with", async () => {
    server = await startPages(
      { pages: 2 },
      ({ page, response }) => page === 2 && refuse(response, 403, "Authorization_RequestDenied"),
    );
    const failure = await failureOf(collect(listUsers(server.client)));
    expect(failure).toBeInstanceOf(AppIdentityError);
    expect(failure).toMatchObject({
      code: "permission_missing",
      statusCode: 403,
      graphCode: "Authorization_RequestDenied",
      requestId: "the-request-id",
      page: 2,
    });
    expect(failure.continuationToken).toBeTypeOf("string");
  });

  it("ends the walk before the consumer's own error in onProgress goes on", async () => {
    server = await startPages();
    const mine = new Error("mine");
    const users = listUsers(server.client, {
      onProgress: () => {
        throw mine;
      },
    });
    await expect(collect(users)).rejects.toBe(mine);
    expect(server.asked).toEqual([1]);
  });
});

describe("progress", () => {
  it("that somebody rejects stops neither the listing nor the process", async () => {
    const [unhandled, warnings]: [unknown[], Error[]] = [[], []];
    const note = (reason: unknown) => unhandled.push(reason);
    const warn = (warning: Error) => warnings.push(warning);
    process.on("unhandledRejection", note).on("warning", warn);
    server = await startPages({ pages: 2 });
    const onProgress = async () => {
      throw new Error("the dashboard is down");
    };
    expect(idsOf(await collect(listUsers(server.client, { onProgress })))).toEqual(server.ids);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", note).off("warning", warn);
    expect(unhandled).toEqual([]);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining("onProgress")]);
  });

  it("is told after each page, and once more at the end", async () => {
    server = await startPages({ pages: 2 }, ({ page, body }) => {
      if (page === 1) body["@odata.count"] = 4;
    });
    const told: ListProgress[] = [];
    await collect(listUsers(server.client, { count: true, onProgress: (progress) => told.push(progress) }));
    expect(told.map(({ pages, items, total, done }) => ({ pages, items, total, done }))).toEqual([
      { pages: 1, items: 2, total: 4, done: false },
      { pages: 2, items: 4, total: 4, done: false },
      { pages: 2, items: 4, total: 4, done: true },
    ]);
    expect(told[2]).toMatchObject({ retries: 0, throttledMs: 0, restarts: 0, duplicatesDropped: 0 });
    expect(told[2]?.requestIds).toEqual(["request-1", "request-2"]);
  });

  it("counts the time that Graph asked to be left alone", async () => {
    server = await startPages({ pages: 2 }, ({ page, time, response }) => {
      if (page !== 2 || time > 1) return false;
      json(response, 429, { error: { code: "TooManyRequests", message: "Wait." } }, { "retry-after": "7" });
      return true;
    });
    const told: ListProgress[] = [];
    await collect(listUsers(server.client, { onProgress: (progress) => told.push(progress) }));
    expect(told.at(-1)?.throttledMs).toBeGreaterThanOrEqual(7000);
    expect(told.at(-1)?.elapsedMs).toBeGreaterThanOrEqual(7000);
    expect(told.at(-1)?.retries).toBe(1);
  });

  it("is not told the end of a listing that was left", async () => {
    server = await startPages();
    const told: ListProgress[] = [];
    for await (const _ of listUsers(server.client, { onProgress: (progress) => told.push(progress) })) break;
    expect(told.map(({ done }) => done)).toEqual([false]);
  });
});

describe("memory", () => {
  it("holds no more than two pages, however many there are", async () => {
    server = await startPages({ pages: 8, perPage: 50 });
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const read: WeakRef<object>[] = [];
    const pages = listUsers(server.client).byPage();
    for (let number = 1; number <= 7; number++) read.push(new WeakRef((await pages.next()).value?.value as object));
    await expect.poll(() => server.asked, patiently).toHaveLength(8);
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(read.slice(0, 5).filter((page) => page.deref() !== undefined)).toEqual([]);
    await pages.return?.();
  });
});

describe("page by page", () => {
  it("gives each page with the token that continues behind it, and none at the end", async () => {
    server = await startPages({ pages: 3 });
    const pages = await collect(listUsers(server.client).byPage());
    expect(pages.map(({ value }) => idsOf(value))).toEqual([
      server.ids.slice(0, 2),
      server.ids.slice(2, 4),
      server.ids.slice(4),
    ]);
    expect(pages.map(({ continuationToken }) => typeof continuationToken)).toEqual(["string", "string", "undefined"]);
  });

  it("continues from a stored token, in another process for all it knows", async () => {
    server = await startPages({ pages: 3 });
    const first = await listUsers(server.client).byPage().next();
    const continuationToken = JSON.parse(JSON.stringify(first.value)).continuationToken;
    const rest = await collect(listUsers(server.client).byPage({ continuationToken }));
    expect(rest.flatMap(({ value }) => idsOf(value))).toEqual(server.ids.slice(2));
    expect(server.requests.at(-2)?.path).toBe(new URL(linkTo(2)).pathname + new URL(linkTo(2)).search);
  });
});
