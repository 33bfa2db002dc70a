import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGraphClient } from "../../src/graph/client.js";
import { readEach } from "../../src/graph/read-each.js";
import { json, type Loopback, startLoopback } from "../support/loopback.js";
import { collect } from "../support/paged-server.js";
import { failureOf } from "../support/refusal.js";
import { sdkClient } from "../support/sdk-client.js";
import { SkippingClock } from "../support/skipping-clock.js";
import { thorough } from "../support/thorough.js";

interface Step {
  id: string;
  url: string;
  headers?: Record<string, string>;
}
type Answer = { status?: number; headers?: Record<string, string>; body?: unknown };

let server: Loopback;
let clock: SkippingClock;
/** The steps of each batch that came. */
let batches: Step[][];
/** What a step gets; by default an object that says its path. */
let answerTo: (step: Step, batch: number) => Answer | undefined;
/** What a batch gets as a whole, in place of its steps' answers. */
let refuseBatch: (batch: number) => Answer | undefined;

beforeEach(async () => {
  clock = new SkippingClock();
  batches = [];
  answerTo = () => undefined;
  refuseBatch = () => undefined;
  server = await startLoopback(({ body }, response) => {
    const steps = (JSON.parse(body) as { requests: Step[] }).requests;
    const number = batches.push(steps) - 1;
    const refused = refuseBatch(number);
    if (refused) return json(response, refused.status ?? 500, refused.body ?? {}, refused.headers);
    const responses = steps.map((step) => ({
      id: step.id,
      status: 200,
      headers: { "Content-Type": "application/json" },
      body: { "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity", id: step.url },
      ...answerTo(step, number),
    }));
    return json(response, 200, { responses: responses.reverse() });
  });
});
afterEach(() => server.close());

const client = (retry = {}) =>
  createGraphClient({ authProvider: { getAccessToken: async () => "token" }, fetch: server.fetch, clock, retry });
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const pathOf = (n: number) => `/users/${n}/manager`;
const collection = (value: unknown[], nextLink?: string): Answer => ({
  body: { "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#groups", value, "@odata.nextLink": nextLink },
});

describe("reading what belongs to each of many", () => {
  it("hands out in order, all of them, each once, in full batches", async () => {
    const read = await collect(readEach(client(), numbers(205), pathOf));
    expect(read.map(({ item }) => item)).toEqual(numbers(205));
    expect(read.map(({ value }) => (value as { id: string }).id)).toEqual(numbers(205).map(pathOf));
    expect(batches.map((steps) => steps.length)).toEqual([...Array(10).fill(20), 5]);
    expect(server.requests.every(({ path, method }) => path === "/v1.0/$batch" && method === "POST")).toBe(true);
  });

  it("works on a client that was built from the SDK alone", async () => {
    const read = await collect(readEach(sdkClient(server.fetch), numbers(3), pathOf));
    expect(read).toHaveLength(3);
  });

  it("takes no more from the source than twenty for each batch in flight and one more, and closes it on break", async () => {
    let taken = 0;
    let closed = 0;
    async function* source() {
      try {
        for (;;) yield taken++;
      } finally {
        closed += 1;
      }
    }
    let handedOut = 0;
    for await (const { item } of readEach(client(), source(), pathOf, { concurrency: 2 })) {
      expect(item).toBe(handedOut++);
      expect(taken - handedOut).toBeLessThanOrEqual(60);
      if (handedOut === 100) break;
    }
    expect(closed).toBe(1);
    const aWhile = () => new Promise((resolve) => setTimeout(resolve, 40));
    // What had left by then arrives, and nothing after it.
    for (let posted = -1; posted !== server.requests.length; await aWhile()) posted = server.requests.length;
    expect(server.requests.length).toBeLessThanOrEqual(taken / 20);
  });

  it("doesn't wait for a source that has stopped delivering", async () => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* source() {
      yield* numbers(3);
      await gate;
      yield 3;
    }
    const reading = readEach(client(), source(), pathOf);
    const first = await Promise.all([reading.next(), reading.next(), reading.next()]);
    expect(first.map(({ value }) => value?.item)).toEqual([0, 1, 2]);
    go();
    expect((await reading.next()).value?.item).toBe(3);
    expect((await reading.next()).done).toBe(true);
  });

  it.each<[string, string, Answer, unknown]>([
    [
      "nothing, where Graph answers 404",
      "/users/1/manager",
      { status: 404, body: { error: { code: "Request_ResourceNotFound" } } },
      undefined,
    ],
    [
      "no photo, in other words than 404",
      "/users/1/photo/$value",
      { status: 400, body: { error: { code: "ErrorNonExistentMailbox" } } },
      undefined,
    ],
    ["no photo, as a picture of one pixel", "/users/1/photo", { body: { id: "1x1", height: 1 } }, undefined],
    ["a number", "/users/$count", { headers: { "Content-Type": "text/plain" }, body: "42" }, 42],
    ["a number that is one", "/users/$count", { headers: { "Content-Type": "text/plain" }, body: 42 }, 42],
    [
      "an object with a list of its own",
      "/users/1",
      { body: { "@odata.context": "…#x/$entity", value: [1] } },
      { "@odata.context": "…#x/$entity", value: [1] },
    ],
    ["an empty collection", "/groups/1/members", { body: { value: [] } }, []],
    ["nothing at all", "/users/1/x", { status: 204, body: undefined }, undefined],
  ])("brings %s", async (_what, path, answer, value) => {
    answerTo = () => answer;
    expect(await collect(readEach(client(), [1], () => path))).toEqual([{ item: 1, value }]);
  });

  it.each<[string, Answer]>([
    ["an empty body", { body: undefined }],
    ["an empty text", { headers: {}, body: "" }],
    ["an empty plain text", { headers: { "Content-Type": "text/plain" }, body: "" }],
    ["words", { headers: { "Content-Type": "text/plain" }, body: "Our gateway is being serviced" }],
    ["a page of HTML", { headers: { "Content-Type": "text/html" }, body: "PGh0bWw+PC9odG1sPg==" }],
    ["a list that is none", { body: { value: null } }],
    ["null", { body: null }],
    ["an empty text that is said to be JSON", { headers: { "Content-Type": "application/json" }, body: "" }],
  ])("takes %s with 200 for a lost answer, and asks again, rather than for a value", async (_what, lost) => {
    let asked = 0;
    answerTo = () => (asked++ === 0 ? lost : collection([{ id: "a" }]));
    const [read] = await collect(readEach(client(), [1], () => "/groups/1/members"));
    expect(read?.value).toEqual([{ id: "a" }]);
    expect(batches).toHaveLength(2);
  });

  it.each([
    ["text/html", "PHA+", Uint8Array.from(Buffer.from("<p>"))],
    ["text/plain", "", ""],
    ["text/plain", "a note", "a note"],
  ])("brings a file that is %s as it is: %o", async (type, body, value) => {
    answerTo = () => ({ headers: { "Content-Type": type }, body });
    const read = await collect(readEach(client(), [1], () => "/drives/d/items/1/content"));
    expect(read).toEqual([{ item: 1, value }]);
  });

  it("brings bytes as bytes", async () => {
    const bytes = Uint8Array.from([0xff, 0xd8, 0, 1, 2, 0xfe]);
    answerTo = () => ({ headers: { "Content-Type": "image/jpeg" }, body: Buffer.from(bytes).toString("base64") });
    const [read] = await collect(readEach(client(), [1], () => "/users/1/photo/$value"));
    expect(read?.value).toEqual(bytes);
  });

  it.each<[string, Answer]>([
    ["a page of HTML", { headers: { "Content-Type": "text/html" }, body: "PGh0bWw+PC9odG1sPg==" }],
    ["nothing", { headers: { "Content-Type": "image/jpeg" }, body: "" }],
  ])("takes %s for no picture, and asks again", async (_what, lost) => {
    let asked = 0;
    answerTo = () => (asked++ === 0 ? lost : { headers: { "Content-Type": "image/jpeg" }, body: "/9g=" });
    const [read] = await collect(readEach(client(), [1], () => "/users/1/photos/48x48/$value"));
    expect(read?.value).toEqual(Uint8Array.from([0xff, 0xd8]));
    expect(batches).toHaveLength(2);
  });

  it("brings collections whole, across links, which are followed in later batches", async () => {
    const link = (n: string, page: number) => `https://graph.microsoft.com/v1.0/groups/${n}/members?$skiptoken=${page}`;
    answerTo = ({ url }) => {
      const [, n = "", page = "1"] = /groups\/(\d+)\/members(?:\?\$skiptoken=(\d))?/.exec(url) ?? [];
      return collection(
        [{ id: `${n}-${page}` }],
        Number(page) < 3 && n !== "1" ? link(n, Number(page) + 1) : undefined,
      );
    };
    const read = await collect(readEach(client(), [0, 1, 2], (n) => `/groups/${n}/members`));
    expect(read.map(({ value }) => (value as { id: string }[]).map(({ id }) => id))).toEqual([
      ["0-1", "0-2", "0-3"],
      ["1-1"],
      ["2-1", "2-2", "2-3"],
    ]);
    expect(batches.map((steps) => steps.length)).toEqual([3, 2, 2]);
  });

  it("brings what comes again on the next page once, and a page that leads to itself ends well where it leads on then", async () => {
    const link = (page: number) => `https://graph.microsoft.com/v1.0/groups/1/members?$skiptoken=${page}`;
    const pages = [collection([{ id: "a" }, { id: "b" }], link(2)), collection([{ id: "b" }, { id: "c" }])];
    answerTo = () => pages.shift() as Answer;
    const path = "/groups/1/members";
    expect(await collect(readEach(client(), [1], () => path))).toEqual([
      { item: 1, value: [{ id: "a" }, { id: "b" }, { id: "c" }] },
    ]);
    pages.push(collection([{ id: "a" }], link(0)), collection([{ id: "a" }], link(1)), collection([{ id: "b" }]));
    expect(await collect(readEach(client(), [1], () => `${path}?$skiptoken=0`))).toEqual([
      { item: 1, value: [{ id: "a" }, { id: "b" }] },
    ]);
  });

  it("follows no link that leads elsewhere", async () => {
    answerTo = () => collection([{ id: "a" }], "https://graph.microsoft.com/v1.0/users/ceo/messages?$skiptoken=1");
    const failure = await failureOf(collect(readEach(client(), [1], () => "/groups/1/members")));
    expect(failure).toMatchObject({ code: "untrusted_link", path: "/groups/1/members" });
    expect(batches).toHaveLength(1);
  });

  it("gives steps the headers that are theirs", async () => {
    answerTo = () => collection([]);
    await collect(readEach(client(), ["/groups/1/members/microsoft.graph.user", "/users/1/manager"], (path) => path));
    expect(batches[0]?.map(({ headers }) => headers?.ConsistencyLevel)).toEqual(["eventual", undefined]);
  });
});

describe("what fails in passing", () => {
  it("is repeated alone, never early, and what succeeded isn't repeated", async () => {
    const asked = new Map<string, number[]>();
    answerTo = ({ url }) => {
      const times = asked.get(url) ?? [];
      asked.set(url, [...times, clock.monotonic()]);
      const isStruck = times.length === 0 && Number(/\d+/.exec(url)?.[0]) % 3 === 0;
      return isStruck
        ? { status: 429, headers: { "Retry-After": "7" }, body: { error: { code: "TooManyRequests" } } }
        : undefined;
    };
    const read = await collect(readEach(client(), numbers(60), pathOf));
    expect(read).toHaveLength(60);
    for (const [url, times] of asked) {
      const isStruck = Number(/\d+/.exec(url)?.[0]) % 3 === 0;
      expect(times).toHaveLength(isStruck ? 2 : 1);
      if (isStruck) expect((times[1] as number) - (times[0] as number)).toBeGreaterThanOrEqual(7_000);
    }
  });

  it("ends complete where a third of all steps are throttled, again and again", async () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    answerTo = () =>
      random() < 0.3 ? { status: 429, headers: { "Retry-After": "1" }, body: { error: {} } } : undefined;
    const items = numbers(thorough ? 1_000 : 200);
    const read = await collect(readEach(client({ budgetMs: 3_600_000 }), items, pathOf));
    expect(read.map(({ item }) => item)).toEqual(items);
  });

  it.each<[string, () => void]>([
    [
      "a lost connection",
      () => {
        refuseBatch = (n) => (n === 0 ? { status: 503 } : undefined);
      },
    ],
    [
      "a whole that is throttled",
      () => {
        refuseBatch = (n) => (n === 0 ? { status: 429, headers: { "retry-after": "3" } } : undefined);
      },
    ],
    [
      "a step that is left out of the answer",
      () => {
        answerTo = (_step, n) => (n === 0 ? ({ id: "none" } as Answer) : undefined);
      },
    ],
    [
      "something else in the batch's place",
      () => {
        refuseBatch = (n) => (n === 0 ? { status: 200, body: "<html>" } : undefined);
      },
    ],
  ])("repeats the batch after %s", async (_what, arrange) => {
    arrange();
    const read = await collect(readEach(client(), numbers(5), pathOf));
    expect(read.map(({ item }) => item)).toEqual(numbers(5));
    expect(batches).toHaveLength(2);
  });

  it.each<[string, Answer]>([
    ["a batch that failed", { status: 503 }],
    ["a batch that was throttled", { status: 429, headers: { "retry-after": "0.05" } }],
  ])("comes back together after %s, by the machine's own clock", async (_what, refusal) => {
    refuseBatch = (n) => (n === 1 ? refusal : undefined);
    const authProvider = { getAccessToken: async () => "token" };
    const graph = createGraphClient({ authProvider, fetch: server.fetch, retry: { delayMs: 80 } });
    await collect(readEach(graph, numbers(60), pathOf, { concurrency: 2 }));
    // The three, and the one again; two or three where the machine is busy just then, and not one for each step.
    expect(batches.length).toBeLessThan(9);
  });

  it("gets another token for all where one inner answer asks for it", async () => {
    const tokens: string[] = [];
    let number = 0;
    const graph = createGraphClient({
      authProvider: {
        getAccessToken: async (options) => {
          const { forceRefresh, onToken } = (options ?? {}) as {
            forceRefresh?: boolean;
            onToken?: (token: string) => void;
          };
          if (forceRefresh || number === 0) number += 1;
          onToken?.(`token-${number}`);
          return `token-${number}`;
        },
      },
      fetch: server.fetch,
      clock,
    });
    answerTo = ({ url }, batch) =>
      batch === 0 && url.includes("/3/")
        ? { status: 401, body: { error: { code: "InvalidAuthenticationToken" } } }
        : undefined;
    expect(await collect(readEach(graph, numbers(5), pathOf))).toHaveLength(5);
    for (const { headers } of server.requests) tokens.push(headers.authorization as string);
    expect(tokens).toEqual(["Bearer token-1", "Bearer token-2"]);
    expect(batches[1]?.map(({ url }) => url)).toEqual(["/users/3/manager"]);
  });
});

describe("what fails for good", () => {
  const refuseThird = () => {
    answerTo = ({ url }) =>
      url.includes("/3/")
        ? { status: 403, body: { error: { code: "Authorization_RequestDenied", message: "no" } } }
        : undefined;
  };

  it("throws with the path, in its place", async () => {
    refuseThird();
    const seen: number[] = [];
    const work = (async () => {
      for await (const { item } of readEach(client(), numbers(10), pathOf)) seen.push(item);
    })();
    expect(await failureOf(work)).toMatchObject({ code: "permission_missing", path: "/users/3/manager" });
    expect(seen).toEqual([0, 1, 2]);
  });

  it("comes in its place where that is asked, and the rest goes on", async () => {
    refuseThird();
    const read = await collect(readEach(client(), numbers(10), pathOf, { failed: "yield" }));
    expect(read.map(({ item }) => item)).toEqual(numbers(10));
    expect(read[3]).toMatchObject({ item: 3, error: { code: "permission_missing", path: "/users/3/manager" } });
    expect(read.filter(({ error }) => error)).toHaveLength(1);
  });

  it.each<[string, () => void, string]>([
    [
      "an outer refusal",
      () => {
        refuseBatch = () => ({ status: 400, body: { error: { code: "BadRequest" } } });
      },
      "bad_request",
    ],
    [
      "an outer 401",
      () => {
        refuseBatch = () => ({ status: 401, body: { error: { code: "InvalidAuthenticationToken" } } });
      },
      "unauthorized",
    ],
  ])("throws for %s, whatever was asked", async (_what, arrange, code) => {
    arrange();
    expect(await failureOf(collect(readEach(client(), [1], pathOf, { failed: "yield" })))).toMatchObject({ code });
  });

  it("passes errors of the source and of pathOf through as they are", async () => {
    const own = new Error("mine");
    async function* source() {
      yield 1;
      throw own;
    }
    await expect(collect(readEach(client(), source(), pathOf))).rejects.toBe(own);
    await expect(
      collect(
        readEach(client(), [1], () => {
          throw own;
        }),
      ),
    ).rejects.toBe(own);
  });

  it("is an abort where the caller aborts, at once, and nothing was sent by one that had aborted before", async () => {
    expect(
      await failureOf(collect(readEach(client(), [1], pathOf, { signal: AbortSignal.abort("why") }))),
    ).toMatchObject({ code: "aborted", cause: "why" });
    expect(server.requests).toHaveLength(0);
    const controller = new AbortController();
    async function* silent(): AsyncGenerator<number> {
      await new Promise(() => {});
    }
    const waiting = failureOf(collect(readEach(client(), silent(), pathOf, { signal: controller.signal })));
    setTimeout(() => controller.abort("enough"), 20);
    expect(await waiting).toMatchObject({ code: "aborted", cause: "enough" });
  });

  it.each<[string, () => unknown, RegExp]>([
    ["no items", () => readEach(client(), undefined as never, pathOf), /"items"/],
    ["a text for items", () => readEach(client(), "abc" as never, () => "/x"), /"items"/],
    ["no function", () => readEach(client(), [1], "/users" as never), /"pathOf"/],
    ["a misspelt option", () => readEach(client(), [1], pathOf, { concurency: 2 } as never), /no option "concurency"/],
    ["no concurrency", () => readEach(client(), [1], pathOf, { concurrency: 0 }), /"concurrency"/],
    ["another word for failed", () => readEach(client(), [1], pathOf, { failed: "skip" as never }), /"failed"/],
    ["no client", () => readEach({} as never, [1], pathOf), /no Graph client/],
  ])("is refused where it is written: %s", (_what, call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: "invalid_options", message: expect.stringMatching(message) }));
  });
});

it("progress tells items, batches and repetitions", async () => {
  const told: unknown[] = [];
  answerTo = (_step, batch) => (batch === 0 ? { status: 503, body: {} } : undefined);
  await collect(readEach(client(), numbers(3), pathOf, { onProgress: (progress) => told.push(progress) }));
  expect(told).toHaveLength(4);
  expect(told.at(-1)).toMatchObject({ items: 3, requests: 2, retries: 3, done: true });
});

it("progress adds up what the steps, the pages behind them and refused batches cost", async () => {
  const told: { resourceUnits: number; done: boolean }[] = [];
  const costs = { "Content-Type": "application/json", "x-ms-resource-unit": "3" };
  refuseBatch = (batch) => (batch === 0 ? { status: 503, headers: { "x-ms-resource-unit": "5" } } : undefined);
  const next = "https://graph.microsoft.com/v1.0/users/0/manager?$skiptoken=2";
  answerTo = ({ url }) => ({ headers: costs, ...(url === pathOf(0) && collection([{ id: "a" }], next)) });
  answerTo = (
    (first) => (step: Step, batch: number) =>
      step.url.includes("skiptoken") ? { headers: costs, ...collection([{ id: "b" }]) } : first(step, batch)
  )(answerTo);
  await collect(readEach(client(), numbers(3), pathOf, { onProgress: (progress) => told.push(progress) }));
  // The refusal once, three steps, and one more page.
  expect(told.at(-1)).toMatchObject({ resourceUnits: 5 + 3 * 3 + 3, done: true });
});
