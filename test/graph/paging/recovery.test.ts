import { afterEach, describe, expect, it } from "vitest";
import type { ListProgress } from "../../../src/graph/paging/progress.js";
import { listUsers } from "../../../src/users/list-users.js";
import { collect, linkTo, type PagedServer, refuse, startPages, type Visit } from "../../support/paged-server.js";
import { failureOf } from "../../support/refusal.js";

let server: PagedServer;
afterEach(() => server.close());

const idsOf = (users: readonly { id?: string }[]) => users.map(({ id }) => id);
const expired = ({ response }: Visit) => refuse(response, 400, "Directory_ExpiredPageToken");

/** Walks a listing as far as it goes, and keeps what it brought and how it ended. */
async function walk(options: Parameters<typeof listUsers>[1] = {}) {
  let last: ListProgress | undefined;
  const read: (string | undefined)[] = [];
  let failure: unknown;
  try {
    const listing = listUsers(server.client, { ...options, onProgress: (progress) => (last = progress) });
    for await (const { id } of listing) read.push(id);
  } catch (error) {
    failure = error;
  }
  return { read, failure, last: last as ListProgress };
}

describe("a lost page token", () => {
  it.each(["Directory_ExpiredPageToken", "DirectoryPageTokenNotFoundException"])(
    "(%s) is replaced by asking the last good link once more, with no user twice",
    async (code) => {
      server = await startPages({ pages: 4 }, ({ page, time, response, body }) => {
        if (page === 2 && time === 2) body["@odata.nextLink"] = `${linkTo(3)}&fresh=1`;
        return page === 3 && time === 1 && refuse(response, 400, code);
      });
      const { read, failure, last } = await walk();
      expect(failure).toBeUndefined();
      expect(read).toEqual(server.ids);
      expect(server.asked).toEqual([1, 2, 3, 2, 3, 4]);
      expect(server.requests[4]?.path).toContain("fresh=1");
      expect(last).toMatchObject({ duplicatesDropped: 2, restarts: 0, items: 8 });
    },
  );

  it("may be that of a page that broke off before", async () => {
    server = await startPages({ pages: 4 }, (visit) => {
      const { page, time, response, body } = visit;
      if (page !== 2 || time > 2) return false;
      if (time === 2) return expired(visit);
      response.end(JSON.stringify(body).slice(0, -20));
      return true;
    });
    const { read, failure } = await walk();
    expect(failure).toBeUndefined();
    expect(read).toEqual(server.ids);
  });

  it("takes along what was asked for early: a late answer means nothing to a walk that began again", async () => {
    let release = () => {};
    const restarted = new Promise<void>((resolve) => {
      release = resolve;
    });
    server = await startPages({ pages: 6 }, async (visit) => {
      const { page, time, response, body } = visit;
      if (page === 4 && time === 1) await restarted;
      if (page === 1 && time === 2) {
        release();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      if (page !== 3 || time > 2) return false;
      if (time === 2) return refuse(response, 410, "resyncRequired");
      response.end(JSON.stringify(body).slice(0, -20));
      return true;
    });
    const { read, failure, last } = await walk({ restart: true });
    expect(failure).toBeUndefined();
    expect(read).toEqual(server.ids);
    expect(last).toMatchObject({ restarts: 1, done: true });
  });

  it("hands out what is new on the page that was asked again", async () => {
    server = await startPages({ pages: 3 }, (visit) => {
      const { page, time, body } = visit;
      if (page === 2 && time === 2) body.value.push({ id: "user-new" });
      return page === 3 && time === 1 && expired(visit);
    });
    const { read } = await walk();
    expect(read).toEqual([...server.ids.slice(0, 4), "user-new", ...server.ids.slice(4)]);
  });

  it("drops what it had also where the page that was asked again is shorter", async () => {
    server = await startPages({ pages: 4, perPage: 3 }, (visit) => {
      const { page, time, body } = visit;
      // Two of the second page's three users now come with the third page; one is gone.
      if (page === 2 && time === 2) body.value.length = 1;
      if (page === 3 && time === 2) body.value.unshift({ id: "user-2-2" });
      return page === 3 && time === 1 && expired(visit);
    });
    const { read, last } = await walk();
    expect(read).toEqual(server.ids);
    expect(last.duplicatesDropped).toBe(2);
  });

  it("is recovered wherever it happens, as often as pages come in between", async () => {
    server = await startPages({ pages: 6 }, (visit) => visit.page > 1 && visit.time === 1 && expired(visit));
    const { read, failure } = await walk();
    expect([failure, read]).toEqual([undefined, server.ids]);
  });

  it("that can't be replaced is an error with the place, and asks no third time", async () => {
    server = await startPages({ pages: 4 }, (visit) => visit.page === 3 && visit.time <= 2 && expired(visit));
    const { read, failure } = await walk();
    expect(server.asked).toEqual([1, 2, 3, 2, 3]);
    expect(failure).toMatchObject({ code: "page_token_expired", page: 3, graphCode: "Directory_ExpiredPageToken" });
    const { continuationToken } = failure as { continuationToken: string };
    for await (const { value } of listUsers(server.client).byPage({ continuationToken })) read.push(...idsOf(value));
    expect(read).toEqual(server.ids);
  });

  it("is no end of the listing, even if the page before it now comes without a link", async () => {
    server = await startPages({ pages: 4 }, (visit) => {
      if (visit.page === 2 && visit.time === 2) visit.body["@odata.nextLink"] = undefined;
      return visit.page === 3 && expired(visit);
    });
    expect((await walk()).failure).toMatchObject({ code: "page_token_expired", page: 3 });
  });

  it("is an error where users come without ids, as a user could be handed out twice", async () => {
    server = await startPages({ pages: 3 }, (visit) => {
      for (const user of visit.body.value) Reflect.deleteProperty(user, "id");
      return visit.page === 2 && visit.time === 1 && expired(visit);
    });
    expect((await walk({ select: ["displayName"] })).failure).toMatchObject({ code: "page_token_expired", page: 2 });
  });

  it("behind a token that was stored is an error, as nothing before it is known", async () => {
    server = await startPages({ pages: 3 }, (visit) => visit.page === 2 && visit.time === 2 && expired(visit));
    const listing = listUsers(server.client, { restart: true, prefetch: false });
    const continuationToken = (await listing.byPage().next()).value?.continuationToken as string;
    await collect(listing.byPage({ continuationToken }));
    const failure = await failureOf(collect(listing.byPage({ continuationToken })));
    expect(failure).toMatchObject({ code: "page_token_expired", page: 2, continuationToken });
  });

  it("of the very first page is an error", async () => {
    server = await startPages({}, expired);
    expect((await walk({ restart: true })).failure).toMatchObject({ code: "page_token_expired", page: 1 });
    expect(server.asked).toEqual([1]);
  });

  it("that comes with a link elsewhere isn't followed", async () => {
    server = await startPages({}, (visit) => {
      if (visit.page === 1 && visit.time === 2) visit.body["@odata.nextLink"] = "https://graph.evil.example/v1.0/users";
      return visit.page === 2 && expired(visit);
    });
    const { failure } = await walk();
    expect(failure).toMatchObject({ code: "untrusted_link", page: 2, continuationToken: expect.any(String) });
  });
});

describe("a refusal of a page behind the first", () => {
  const refusals: [string, number, string, string][] = [
    ["words that nobody listed", 400, "BadRequest", "Skip token is null or malformed."],
    ["an unsupported query", 400, "Request_UnsupportedQuery", "Invalid search request."],
    ["a resource not found", 404, "Request_ResourceNotFound", "Resource not found for the segment."],
    ["a 404 without words", 404, "UnknownError", ""],
    ["a 410", 410, "Gone", "Gone."],
  ];

  it.each(refusals)("by %s leads to recovery", async (_, status, code, message) => {
    server = await startPages({ pages: 4 }, ({ page, time, response }) => {
      return page === 3 && time === 1 && refuse(response, status, code, message);
    });
    const { read, failure } = await walk({ restart: status === 410 });
    expect([failure, read]).toEqual([undefined, server.ids]);
  });

  it.each(refusals)("by %s is an error in its own words once nothing helps", async (_, status, code, message) => {
    server = await startPages({ pages: 4 }, ({ page, response }) => {
      return page === 3 && refuse(response, status, code, message);
    });
    const { read, failure } = await walk({ restart: true });
    expect(failure).toMatchObject({ statusCode: status, graphCode: code, page: 3 });
    expect(read).toEqual(server.ids.slice(0, 4));
    expect(server.asked.length).toBeLessThan(25);
  });

  it.each(refusals)(
    "by %s of a place that was stored means that the place is lost",
    async (_, status, code, message) => {
      server = await startPages(
        { pages: 3 },
        ({ page, response }) => page === 2 && refuse(response, status, code, message),
      );
      const listing = listUsers(server.client, { prefetch: false });
      const continuationToken = (await listing.byPage().next()).value?.continuationToken as string;
      const failure = await failureOf(collect(listing.byPage({ continuationToken })));
      expect(failure).toMatchObject({ code: "page_token_expired", statusCode: status, graphCode: code });
      expect(failure.remedy).not.toMatch(/restart/);
    },
  );

  it.each([401, 403, 409, 422])("by %s isn't meant for the place", async (status) => {
    server = await startPages({ pages: 3 }, ({ page, response }) => page === 2 && refuse(response, status, "Other"));
    const { failure } = await walk({ restart: true });
    expect(failure).toMatchObject({ statusCode: status, page: 2 });
    expect(server.asked.filter((page) => page === 1)).toHaveLength(1);
  });

  it("of the first page is an error at once", async () => {
    server = await startPages({ pages: 3 }, ({ response }) => refuse(response, 400, "Bad"));
    expect((await walk({ restart: true })).failure).toMatchObject({ code: "bad_request", page: 1 });
    expect(server.asked).toEqual([1]);
  });
});

describe("restart: true", () => {
  /** From the given request on, a token is lost and can't be replaced; a listing from the start works. */
  const lostAt = (lost: number, times = 1) => {
    let left = times * 2;
    return (visit: Visit) => visit.page === lost && left > 0 && left-- > 0 && expired(visit);
  };

  it("begins again and hands out only what it hadn't yet, and says so", async () => {
    server = await startPages({ pages: 5 }, lostAt(4));
    const { read, failure, last } = await walk({ restart: true });
    expect([failure, read]).toEqual([undefined, server.ids]);
    expect(server.asked).toEqual([1, 2, 3, 4, 3, 4, 1, 2, 3, 4, 5]);
    expect(last).toMatchObject({ restarts: 1, duplicatesDropped: 8, items: 10, done: true });
  });

  it("finds its users also when the new pages are cut differently", async () => {
    server = await startPages({ pages: 4, perPage: 3 }, (visit) => {
      // After the restart the pages are shifted by one user.
      if (visit.time > 1 && visit.page < 3) visit.body.value.unshift({ id: `user-${visit.page - 1}-3` });
      if (visit.time > 1 && visit.page < 3) visit.body.value.pop();
      if (visit.time > 1 && visit.page === 3) visit.body.value.unshift({ id: "user-2-3" });
      return visit.page === 3 && visit.time <= 2 && expired(visit);
    });
    const { read } = await walk({ restart: true });
    expect(new Set(read).size).toBe(read.length);
    expect(read).toEqual(expect.arrayContaining(server.ids));
  });

  it("gives up after three", async () => {
    server = await startPages({ pages: 5 }, lostAt(3, 100));
    const { failure, last } = await walk({ restart: true });
    expect(failure).toMatchObject({ code: "page_token_expired", page: 3 });
    expect(last.restarts).toBe(3);
  });

  it("names the place where it was lost until it is past it, so that nothing comes twice after a failure", async () => {
    let broken = false;
    server = await startPages({ pages: 5 }, (visit) => {
      if (visit.page === 2 && visit.time === 2) broken = true;
      if (visit.page === 4 && visit.time === 1) return expired(visit);
      if (visit.page === 3 && visit.time === 2) return expired(visit);
      // The second pass breaks off among what was handed out already.
      return broken && visit.page === 2 && visit.time === 2 && refuse(visit.response, 409, "Bad");
    });
    const { read, failure } = await walk({ restart: true });
    expect(failure).toMatchObject({ code: "bad_request", page: 4 });
    const { continuationToken } = failure as { continuationToken: string };
    for await (const { value } of listUsers(server.client).byPage({ continuationToken })) read.push(...idsOf(value));
    expect(read).toEqual(server.ids);
  });

  it("gives no token while it can't be told what would follow, as when the order has changed", async () => {
    let lost = 2;
    server = await startPages({ pages: 4 }, (visit) => {
      if (visit.page === 3 && lost > 0) {
        lost--;
        return expired(visit);
      }
      // Asked for anew, the first page is one that wasn't read yet.
      if (visit.page === 1 && lost === 0) visit.body.value = [{ id: "user-4-1" }, { id: "user-1-1" }];
      return visit.page === 2 && lost === 0 && refuse(visit.response, 409, "Bad");
    });
    const { read, failure } = await walk({ restart: true });
    expect(read).toEqual([...server.ids.slice(0, 4), "user-4-1"]);
    expect(failure).toMatchObject({ code: "bad_request" });
    expect((failure as { continuationToken?: string }).continuationToken).toBeUndefined();
  });

  it("isn't tried where something without an id was handed out, which could come twice", async () => {
    const lostOnce = lostAt(4);
    server = await startPages({ pages: 5 }, (visit) => {
      if (visit.page === 1) visit.body.value = [{ displayName: "Nameless" } as never];
      return lostOnce(visit);
    });
    const { read, failure } = await walk({ restart: true });
    expect(failure).toMatchObject({ code: "page_token_expired", page: 4 });
    expect(read).toHaveLength(5);
  });

  it("is refused where select leaves the ids out", async () => {
    server = await startPages();
    expect(() => listUsers(server.client, { restart: true, select: ["mail"] })).toThrow(
      /"restart" needs to know the ids/,
    );
  });
});
