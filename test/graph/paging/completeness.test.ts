import { afterEach, describe, expect, it } from "vitest";
import { listAll } from "../../../src/graph/list-all.js";
import type { ListProgress } from "../../../src/graph/paging/progress.js";
import { deltaUsers } from "../../../src/users/delta-users.js";
import { listUsers } from "../../../src/users/list-users.js";
import { json, type Loopback, startLoopback } from "../../support/loopback.js";
import { collect, linkTo, type PagedServer, startPages } from "../../support/paged-server.js";
import { failureOf } from "../../support/refusal.js";
import { sdkClient } from "../../support/sdk-client.js";

let server: PagedServer;
let loopback: Loopback | undefined;
afterEach(async () => {
  await server?.close();
  await loopback?.close();
});

const idsOf = (users: readonly { id: string }[]) => users.map(({ id }) => id);

/** Walks as far as it goes, and keeps what it brought, how it ended and what was told of it. */
async function walk(options: Parameters<typeof listUsers>[1] = {}) {
  let last: ListProgress | undefined;
  const read: string[] = [];
  const listing = listUsers(server.client, { ...options, onProgress: (progress) => (last = progress) });
  const reading = (async () => {
    for await (const { id } of listing) read.push(id);
  })();
  const failure = await reading.then(
    () => undefined,
    (error: unknown) => error,
  );
  return { read, failure, last: last as ListProgress };
}

describe("an end that isn't proven", () => {
  it.each([
    ["an error beside the objects", 200, { error: { code: "ServiceUnavailable", message: "Lost a replica." } }],
    ["an error that is a text", 200, { error: "Lost a replica." }],
    ["an error under its older name", 200, { "odata.error": { code: "Busy", message: { value: "Lost a replica." } } }],
    ["an error as an annotation", 200, { "@odata.error": { code: "Busy", message: "Lost a replica." } }],
    ["an unknown link", 200, { "@odata.nextlinks": undefined, "value@odata.nextLink": linkTo(3) }],
    ["a place under an unknown name", 200, { "@odata.more": linkTo(3) }],
    ["a place with the dollar encoded", 200, { more: linkTo(3).replace("$", "%24") }],
    ["two links that differ", 200, { "@odata.nextLink": linkTo(3), "@nextLink": linkTo(2) }],
    ["status 206", 206, {}],
    ["status 201", 201, {}],
    ["status 207", 207, {}],
  ])("(%s) is never taken for one", async (_, status, fields) => {
    server = await startPages({ pages: 3 }, ({ page, body, response }) => {
      if (page !== 2) return false;
      const { "@odata.nextLink": _link, ...rest } = body;
      json(response, status, { ...rest, ...fields });
      return true;
    });
    const { read, failure } = await walk();
    expect(failure).toMatchObject({ code: "invalid_response", page: 2, continuationToken: expect.any(String) });
    expect(read).toEqual(server.ids.slice(0, 2));
  });

  it("that comes once, as an error in a page or a 206, is asked for again", async () => {
    server = await startPages({ pages: 4 }, ({ page, time, body, response }) => {
      if (time > 1 || page === 1 || page === 4) return false;
      json(response, page === 2 ? 206 : 200, page === 2 ? body : { value: [], error: { code: "Busy", message: "" } });
      return true;
    });
    expect(await walk()).toMatchObject({ failure: undefined, read: server.ids, last: { retries: 2 } });
  });

  it("has Graph's words in its message", async () => {
    server = await startPages({ pages: 1 }, ({ response }) => {
      json(response, 200, { error: { code: "Lost", message: "A replica was lost." } });
      return true;
    });
    expect((await failureOf(collect(listUsers(server.client)))).message).toContain("Lost: A replica was lost.");
  });

  it.each(["@nextLink", "odata.nextLink", "@odata.nextlink", "@odata.NextLink", "nextLink"])(
    "is none where the link is called %s: it is followed",
    async (name) => {
      server = await startPages({ pages: 3 }, ({ body }) => {
        const { "@odata.nextLink": link } = body;
        Reflect.deleteProperty(body, "@odata.nextLink");
        if (link !== undefined) body[name] = link;
      });
      expect(await walk()).toMatchObject({ failure: undefined, read: server.ids });
    },
  );

  it.each(["@deltaLink", "odata.deltaLink", "@odata.deltalink"])("of a round is proven by %s as well", async (name) => {
    const link = "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=x";
    loopback = await startLoopback((_, response) => json(response, 200, { value: [], [name]: link }));
    const round = deltaUsers(sdkClient(loopback.fetch));
    expect(await round.toArray()).toEqual([]);
    expect(round.deltaLink).toBe(link);
  });

  it("of a number isn't proven by a part of it", async () => {
    server = await startPages({ pages: 1 }, ({ response, body }) => {
      json(response, 206, body);
      return true;
    });
    expect(await failureOf(collect(listAll(server.client, "/groups")))).toMatchObject({ code: "invalid_response" });
  });
});

describe("a circle", () => {
  it.each([
    ["an ignored parameter", (time: number) => `&_=${time}`],
    ["a counting token", (time: number) => `-${time}`],
    ["other letters", (time: number) => `&x=${"a".repeat(time)}`],
  ])("of links that differ in %s is noticed by what is on the pages", async (_, differ) => {
    server = await startPages({ pages: 2, perPage: 3 }, ({ page, time, body }) => {
      if (page === 2) body["@odata.nextLink"] = `${linkTo(2)}${differ(time)}`;
    });
    const { read, failure } = await walk();
    expect(failure).toMatchObject({ code: "link_loop" });
    expect(read).toEqual(server.ids);
    expect(server.asked.length).toBeLessThan(8);
  });

  it("over several pages is noticed, too", async () => {
    let count = 0;
    server = await startPages({ pages: 5 }, ({ page, body }) => {
      count += 1;
      if (page === 5) body["@odata.nextLink"] = `${linkTo(2)}&_=${count}`;
      else body["@odata.nextLink"] = `${linkTo(page + 1)}&_=${count}`;
    });
    const { read, failure } = await walk();
    expect(failure).toMatchObject({ code: "link_loop" });
    expect(new Set(read)).toEqual(new Set(server.ids));
    expect(server.asked.length).toBeLessThan(12);
  });

  it("isn't seen where pages have the same ids and other content, or few are the same", async () => {
    const pages = [1, 1, 2, 1, 1, 3, 1, 2, 4];
    loopback = await startLoopback(({ path }, response) => {
      const at = Number(/skiptoken=(\d+)/.exec(path)?.[1] ?? 0);
      json(response, 200, {
        ...(at + 1 < 40 && { "@odata.nextLink": `https://graph.microsoft.com/v1.0/x?$skiptoken=${at + 1}` }),
        value: at < pages.length ? [{ name: `page ${pages[at]}` }] : [{ name: "same", at }],
      });
    });
    expect(await collect(listAll(sdkClient(loopback.fetch), "/x"))).toHaveLength(40);
  });

  it("of changes is one of wholly equal pages only: one large group fills many, each with other members", async () => {
    const round = (membersOf: (at: number) => string) =>
      startLoopback(({ path }, response) => {
        const at = Number(/skiptoken=(\d+)/.exec(path)?.[1] ?? 0);
        const to = at < 20 ? `?$skiptoken=${at + 1}` : "?$deltatoken=x";
        json(response, 200, {
          [at < 20 ? "@odata.nextLink" : "@odata.deltaLink"]: `https://graph.microsoft.com/v1.0/users/delta${to}`,
          value: [{ id: "large", "manager@delta": [{ id: membersOf(at) }] }],
        });
      });
    loopback = await round((at) => `member-${at}`);
    expect(await collect(deltaUsers(sdkClient(loopback.fetch)))).toHaveLength(21);
    await loopback.close();
    loopback = await round(() => "always the same");
    expect(await failureOf(collect(deltaUsers(sdkClient(loopback.fetch))))).toMatchObject({ code: "link_loop" });
  });

  it("isn't what fifty empty pages before a user are, which cost no wait", async () => {
    server = await startPages({ pages: 52, perPage: 1 }, ({ page, body }) => {
      if (page > 1 && page < 52) body.value = [];
    });
    expect((await walk()).read).toEqual(["user-1-1", "user-52-1"]);
    expect(server.clock.pauses).toEqual([]);
  });

  it("of empty pages can be left at any time", async () => {
    const stop = new AbortController();
    server = await startPages({ pages: 10_000, perPage: 0 }, ({ page }) => {
      if (page === 150) stop.abort();
    });
    expect((await walk({ signal: stop.signal })).failure).toMatchObject({ code: "aborted" });
    expect(server.asked.length).toBeLessThan(155);
    // It has slowed down.
    expect(Math.max(...server.clock.pauses)).toBeGreaterThan(0);
  });
});

describe("what comes twice", () => {
  /** Pages of these users. */
  const serving = async (pages: string[][]) => {
    server = await startPages({ pages: pages.length }, ({ page, body }) => {
      body.value = (pages[page - 1] as string[]).map((id) => ({ id }));
    });
  };

  it.each([
    [
      "on overlapping pages",
      [
        ["a", "b"],
        ["b", "c"],
      ],
      ["a", "b", "c"],
      1,
    ],
    ["on one page", [["a", "a", "b"], ["c"]], ["a", "b", "c"], 1],
    ["two pages later", [["a", "b"], ["c"], ["a", "d"]], ["a", "b", "c", "d"], 1],
    ["two pages later, with empty ones between", [["a"], [], [], ["a", "b"]], ["a", "b"], 1],
    ["as a whole page", [["a", "b"], ["a", "b"], ["c"]], ["a", "b", "c"], 2],
  ])("%s is handed out once", async (_, pages, expected, duplicatesDropped) => {
    await serving(pages);
    const { read, last } = await walk();
    expect(read).toEqual(expected);
    expect(last).toMatchObject({ duplicatesDropped, items: expected.length });
  });

  it("further apart is known with restart: true only", async () => {
    await serving([["a"], ["b"], ["c"], ["a", "d"]]);
    expect((await walk()).read).toEqual(["a", "b", "c", "a", "d"]);
    const { read, last } = await walk({ restart: true });
    expect(read).toEqual(["a", "b", "c", "d"]);
    expect(last.duplicatesDropped).toBe(1);
  });

  it("without an id is handed out as often as it comes", async () => {
    server = await startPages({ pages: 2 }, ({ body }) => {
      body.value = [{ displayName: "Same" } as never, { id: "known" }];
    });
    expect(await collect(listUsers(server.client))).toHaveLength(3);
  });

  it("doesn't count for the limit", async () => {
    await serving([["a", "b"], ["b", "c"], ["d"]]);
    expect((await walk({ limit: 3 })).read).toEqual(["a", "b", "c"]);
  });
});

describe("an expansion that may have been cut", () => {
  const many = (length: number) => Array.from({ length }, (_, n) => ({ id: `m${n}` }));
  const serving = async () => {
    server = await startPages({ pages: 2 }, ({ page, body }) => {
      body.value = [
        { id: `${page}-whole`, memberOf: many(19) },
        { id: `${page}-cut`, memberOf: many(20), ownedDevices: many(3) },
        { id: `${page}-linked`, memberOf: many(5), "memberOf@odata.nextLink": "https://x" },
        { id: `${page}-none`, mail: many(20) },
      ] as unknown as { id: string }[];
    });
  };

  it("is named on its page, counted in progress, and warned of once", async () => {
    await serving();
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    let last: ListProgress | undefined;
    const listing = listUsers(server.client, {
      expand: ["memberOf($select=id,displayName)", "ownedDevices"],
      onProgress: (progress) => (last = progress),
    });
    const pages = await collect(listing.byPage());
    await collect(listing);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(pages.map(({ cut }) => cut)).toEqual(
      [1, 2].map((page) => [
        { id: `${page}-cut`, relation: "memberOf" },
        { id: `${page}-linked`, relation: "memberOf" },
      ]),
    );
    expect(pages[0]?.value).toHaveLength(4);
    expect(last?.cut).toBe(4);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining("readEach()")]);
  });

  it("is an error where that is asked for, with the place to go on", async () => {
    await serving();
    const { read, failure } = await walk({ expand: "memberOf", expandCut: "fail" });
    expect(failure).toMatchObject({
      code: "unsupported_query",
      page: 1,
      continuationToken: expect.any(String),
      remedy: expect.stringContaining("readEach()"),
    });
    expect(read).toEqual([]);
  });

  it("is known where the path expands", async () => {
    await serving();
    const pages = await collect(listAll(server.client, "/users?$expand=memberOf").byPage());
    expect(pages[0]?.cut).toHaveLength(2);
  });

  it("isn't seen where nothing is expanded", async () => {
    await serving();
    expect((await collect(listUsers(server.client).byPage())).map((page) => "cut" in page)).toEqual([false, false]);
  });

  it("can be asked for in one way only", async () => {
    await serving();
    expect(() => listUsers(server.client, { expandCut: "ignore" as "fail" })).toThrow(/"expandCut"/);
  });
});

describe("a listing as a value", () => {
  it("becomes an array, as long as its limit says", async () => {
    server = await startPages({ pages: 3 });
    expect(idsOf(await listUsers(server.client).toArray())).toEqual(server.ids);
    expect(idsOf(await listUsers(server.client, { limit: 3 }).toArray())).toEqual(server.ids.slice(0, 3));
  });

  it("says how it is walked where it is printed, and is no promise", async () => {
    server = await startPages();
    const listing = await (listUsers(server.client) as unknown as Promise<ReturnType<typeof listUsers>>);
    const { inspect } = await import("node:util");
    for (const text of [JSON.stringify(listing), inspect(listing), JSON.stringify({ users: listing })]) {
      expect(text).toMatch(/listing of \/v1\.0\/users.*for await.*toArray/);
    }
    expect("then" in listing).toBe(false);
    expect(server.asked).toEqual([]);
    const round = deltaUsers(server.client);
    expect(JSON.stringify(round)).toContain("/v1.0/users/delta");
    expect(inspect(round)).toContain("toArray");
  });
});
