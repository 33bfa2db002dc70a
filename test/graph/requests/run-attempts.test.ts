import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AppIdentityError } from "../../../src/errors.js";
import type { AttemptPolicy, AttemptWork, RetryWait } from "../../../src/graph/requests/attempt-policy.js";
import { runAttempts } from "../../../src/graph/requests/run-attempts.js";
import { ThrottleGates } from "../../../src/graph/requests/throttle-gates.js";
import { throttleScopeOf } from "../../../src/graph/requests/throttle-scope.js";
import { RefreshAllowance } from "../../../src/graph/requests/token-refusals.js";
import { json, type Loopback, type SeenRequest, startLoopback } from "../../support/loopback.js";
import { ManualClock } from "../../support/manual-clock.js";
import { failureOf } from "../../support/refusal.js";
import { SkippingClock } from "../../support/skipping-clock.js";
import { thorough } from "../../support/thorough.js";
import { until } from "../../support/until.js";

let loopback: Loopback;
afterEach(() => loopback.close());

type Answer = (response: ServerResponse, request?: SeenRequest) => unknown;

/** Answers each request by the next of the given answers, the last one for ever. */
async function server(...answers: Answer[]) {
  loopback = await startLoopback((request, response) => {
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    return answer(response, request);
  });
}

const ok: Answer = (response) => json(response, 200, { ok: true });
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    json(response, code, { error: { code: "Trouble", message: `This is a ${code}.` } }, headers);
const reset: Answer = (response) => response.socket!.destroy();

function policy(overrides: Partial<AttemptPolicy> = {}): AttemptPolicy & { clock: SkippingClock } {
  return {
    graphRoot: "https://graph.microsoft.com",
    retry: { attempts: 6, budgetMs: 300_000, delayMs: 1_000 },
    timeoutMs: Number.POSITIVE_INFINITY,
    maxBodyBytes: 2 ** 28,
    clock: new SkippingClock(),
    gates: new ThrottleGates(),
    refreshes: new RefreshAllowance(),
    idempotent: true,
    ...overrides,
  } as AttemptPolicy & { clock: SkippingClock };
}

const address = "https://graph.microsoft.com/v1.0/users";
const scope = throttleScopeOf(address, false);
const silent = new Headers();

const work: AttemptWork<string> = {
  address,
  send: ({ signal }) => loopback.fetch("https://graph.microsoft.com/v1.0/users", { signal }),
  read: (response) => response.text(),
};

describe("passing trouble", () => {
  it.each([408, 429, 500, 502, 503, 504])("of status %i is asked again", async (code) => {
    await server(status(code), status(code), ok);
    expect(await runAttempts(work, policy())).toBe('{"ok":true}');
    expect(loopback.requests).toHaveLength(3);
  });

  it.each([400, 404, 409, 410, 501, 505])("isn't seen in status %i, which is read at once", async (code) => {
    await server(status(code));
    expect(await runAttempts(work, policy())).toContain(`This is a ${code}.`);
    expect(loopback.requests).toHaveLength(1);
  });

  it("of the connection is asked again, before an answer and inside its body", async () => {
    await server(
      reset,
      (response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write("{");
        setTimeout(() => response.socket!.destroy(), 20);
      },
      ok,
    );
    expect(await runAttempts(work, policy())).toBe('{"ok":true}');
    expect(loopback.requests).toHaveLength(3);
  });

  it("that read() finds is asked again, and what it finds final is not", async () => {
    await server(ok);
    const broken = (retryable: boolean) =>
      new AppIdentityError("invalid_response", "Broken.", { remedy: "None.", retryable });
    const read = vi.fn<typeof work.read>().mockRejectedValueOnce(broken(true)).mockRejectedValue(broken(false));
    expect(await failureOf(runAttempts({ ...work, read }, policy()))).toMatchObject({ code: "invalid_response" });
    expect(loopback.requests).toHaveLength(2);
  });

  it("that lasts ends in what it was, with the service's own words", async () => {
    await server(status(503, { "request-id": "0ff1ce" }));
    const failure = await failureOf(runAttempts(work, policy()));
    expect(loopback.requests).toHaveLength(6);
    expect(failure).toMatchObject({
      code: "graph_unavailable",
      statusCode: 503,
      graphCode: "Trouble",
      requestId: "0ff1ce",
      retryable: true,
      host: "graph.microsoft.com",
    });
    expect(failure.message).toContain("This is a 503.");
  });

  it("of the connection that lasts keeps its cause", async () => {
    await server(reset);
    const failure = await failureOf(runAttempts(work, policy()));
    expect(failure).toMatchObject({ code: "network_error", host: "graph.microsoft.com", retryable: true });
    const code = expect.stringMatching(/UND_ERR_SOCKET|ECONNRESET/);
    expect(failure.cause).toMatchObject({ name: "TypeError", message: "fetch failed", cause: { code } });
    expect(failure.message).toMatch(/UND_ERR_SOCKET|ECONNRESET/);
  });

  it("isn't asked again with one attempt", async () => {
    await server(status(503));
    await failureOf(runAttempts(work, policy({ retry: { attempts: 1, budgetMs: 300_000, delayMs: 1_000 } })));
    expect(loopback.requests).toHaveLength(1);
  });

  it("may be vetoed by whoever has seen the answer", async () => {
    await server(status(503), status(500));
    const seen: string[] = [];
    const shouldRetry = (response: Response, attempt: number) => {
      seen.push(`${response.status} after attempt ${attempt}`);
      return response.status === 503;
    };
    await failureOf(runAttempts(work, policy({ shouldRetry })));
    expect(seen).toEqual(["503 after attempt 1", "500 after attempt 2"]);
    expect(loopback.requests).toHaveLength(2);
  });
});

describe("the wait between two attempts", () => {
  const waitsFor = async (retryAfter: string | (() => string) | undefined, times = 1) => {
    const trouble: Answer = (response) => {
      const said = typeof retryAfter === "function" ? retryAfter() : retryAfter;
      return status(429, said === undefined ? {} : { "retry-after": said })(response);
    };
    await server(...Array<Answer>(times).fill(trouble), ok);
    const used = policy();
    await runAttempts(work, used);
    return used.clock.waits;
  };

  it.each([
    ["2", 2_000],
    ["1.5", 1_500],
    ["120", 120_000],
  ])("is never shorter than Retry-After: %s", async (header, ms) => {
    const [wait] = await waitsFor(header);
    expect(wait).toBeGreaterThanOrEqual(ms);
    expect(wait).toBeLessThan(ms * 1.1 + 1_000);
  });

  it("is never shorter than a Retry-After that is a date", async () => {
    const [wait] = await waitsFor(() => new Date(Date.now() + 30_999).toUTCString());
    expect(wait).toBeGreaterThanOrEqual(30_000);
    expect(wait).toBeLessThan(36_000);
  });

  it.each(["soon", "-5", "0", "2, 2", "Thu, 19 Nov 2020 00:00:00 GMT", ""])(
    "is the ordinary one where Retry-After says %j",
    async (header) => {
      const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
      try {
        expect(await waitsFor(header)).toEqual([500]);
      } finally {
        random.mockRestore();
      }
    },
  );

  it("grows exponentially, with full jitter", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0.999);
    try {
      const waits = await waitsFor(undefined, 5);
      expect(waits.map(Math.round)).toEqual([999, 1_998, 3_996, 7_992, 15_984]);
    } finally {
      random.mockRestore();
    }
  });

  it("doesn't outlast the budget: then the failure says how long Graph asked for", async () => {
    await server(status(429, { "retry-after": "600" }));
    const used = policy();
    const failure = await failureOf(runAttempts(work, used));
    expect(failure).toMatchObject({ code: "throttled", retryAfterMs: 600_000, retryable: true, statusCode: 429 });
    expect(failure.remedy).toContain("600 s");
    expect(used.clock.waits).toEqual([]);
    expect(loopback.requests).toHaveLength(1);
  });

  it("counts against one budget for all attempts", async () => {
    await server(status(429, { "retry-after": "100" }));
    const used = policy({ retry: { attempts: 50, budgetMs: 250_000, delayMs: 0 } });
    await failureOf(runAttempts(work, used));
    expect(loopback.requests).toHaveLength(3);
  });

  it("is told, with its reason", async () => {
    await server(status(429, { "retry-after": "7" }), status(500), ok);
    const told: RetryWait[] = [];
    await runAttempts(work, policy({ onRetry: (wait) => told.push(wait) }));
    expect(told).toMatchObject([
      { throttled: true, failure: { code: "throttled", retryAfterMs: 7_000 } },
      { throttled: false, failure: { code: "graph_unavailable" } },
    ]);
  });
});

describe("on random bad days", () => {
  /** Numbers from 0 to 1 that are the same for the same seed. */
  const seeded = (seed: number) => () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };

  it("no attempt comes early, too often or after the budget, and each day ends in a result or a typed error", async () => {
    let askedToWait = 0;
    let random = seeded(0);
    await server((response) => {
      const draw = random();
      const retryAfter = Math.ceil(random() * 90);
      askedToWait = 0;
      if (draw < 0.25) ok(response);
      else if (draw < 0.45) reset(response);
      else if (draw < 0.6) status(500)(response);
      else {
        askedToWait = retryAfter * 1_000;
        status(draw < 0.8 ? 429 : 503, { "retry-after": String(retryAfter) })(response);
      }
    });
    const ends = new Set<string>();
    for (let seed = 1; seed <= (thorough ? 150 : 40); seed++) {
      // Spread, since neighbours begin alike.
      random = seeded(Math.imul(seed, 0x9e3779b1));
      const used = policy();
      let attempts = 0;
      let earliest = 0;
      const send: typeof work.send = async (attempt) => {
        const now = used.clock.monotonic();
        expect(now, `seed ${seed}`).toBeGreaterThanOrEqual(earliest);
        expect(now, `seed ${seed}`).toBeLessThanOrEqual(used.retry.budgetMs);
        attempts++;
        const sending = work.send(attempt);
        await sending.catch(() => {});
        earliest = now + askedToWait;
        return sending;
      };
      const end = await runAttempts({ ...work, send }, used).then(
        () => "result",
        (error: AppIdentityError) => error.code,
      );
      ends.add(end);
      expect(attempts, `seed ${seed}`).toBeLessThanOrEqual(used.retry.attempts);
    }
    expect([...ends].sort()).toEqual(["graph_unavailable", "network_error", "result", "throttled"]);
  });
});

describe("a throttle answer", () => {
  it("holds back the other requests of its client until its Retry-After has passed", async () => {
    await server(status(429, { "retry-after": "10" }), ok);
    const clock = new ManualClock();
    const shared = policy({ clock });
    const to = (path: string): AttemptWork<string> => ({
      ...work,
      send: ({ signal }) => loopback.fetch(`https://graph.microsoft.com${path}`, { signal }),
    });
    const hot = runAttempts(to("/hot"), shared);
    await until(() => expect(clock.waits).toHaveLength(1));
    const others = Promise.all([1, 2, 3].map((n) => runAttempts(to(`/other/${n}`), shared)));
    const stranger = runAttempts(to("/stranger"), { ...shared, gates: new ThrottleGates() });
    await stranger;
    await until(() => expect(clock.waits).toHaveLength(4));
    clock.advance(9_999);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(loopback.requests.map(({ path }) => path)).toEqual(["/hot", "/stranger"]);
    clock.advance(3_000);
    await Promise.all([hot, others]);
    expect(loopback.requests).toHaveLength(6);
    expect(Math.min(...clock.waits)).toBeGreaterThanOrEqual(10_000);
  });

  it("that outlasts another request's budget fails that one at once, unsent", async () => {
    await server(ok);
    const used = policy();
    used.gates.close(600_000, used.clock.monotonic(), scope, silent);
    expect(await failureOf(runAttempts(work, used))).toMatchObject({
      code: "throttled",
      retryAfterMs: 600_000,
      retryable: true,
    });
    expect(loopback.requests).toHaveLength(0);
  });

  it("lets those who wait at the gate be aborted", async () => {
    await server(ok);
    const clock = new ManualClock();
    const { signal, abort } = abortable();
    const used = policy({ clock, signal });
    used.gates.close(60_000, clock.monotonic(), scope, silent);
    const failure = failureOf(runAttempts(work, used));
    abort("enough");
    expect(await failure).toMatchObject({ code: "aborted", cause: "enough" });
  });
});

describe("a request that isn't idempotent", () => {
  const once = (...answers: Answer[]) =>
    server(...answers).then(() => runAttempts(work, policy({ idempotent: false })));

  it.each([
    ["429", status(429)],
    ["503 with Retry-After", status(503, { "retry-after": "1" })],
  ])("is sent again after %s, which says that nothing was done", async (_, trouble) => {
    expect(await once(trouble, ok)).toBe('{"ok":true}');
  });

  it.each([
    ["503 without Retry-After", status(503), "graph_unavailable"],
    ["500", status(500), "graph_unavailable"],
    ["a reset", reset, "network_error"],
  ])("isn't sent again after %s, which says nothing", async (_, trouble, code) => {
    expect(await failureOf(once(trouble, ok))).toMatchObject({ code });
    expect(loopback.requests).toHaveLength(1);
  });

  it("isn't sent again at all when its body can't be", async () => {
    await server(status(429), ok);
    await failureOf(runAttempts(work, policy({ idempotent: false, replayable: false })));
    expect(loopback.requests).toHaveLength(1);
  });
});

describe("an attempt", () => {
  const untilSent = (count: number) => until(() => expect(loopback.requests).toHaveLength(count));
  const untilWaiting = (clock: ManualClock, count: number) => until(() => expect(clock.waits).toHaveLength(count));
  const hangingInItsBody =
    (code: number, headers = {}): Answer =>
    (response) => {
      response.writeHead(code, headers);
      response.write("{");
    };

  it("that takes too long is given up and repeated", async () => {
    await server(() => {}, ok);
    const clock = new ManualClock();
    const result = runAttempts(work, policy({ timeoutMs: 60_000, clock }));
    await untilSent(1);
    clock.advance(59_999);
    expect(clock.waits).toEqual([]);
    clock.advance(1);
    await untilWaiting(clock, 1);
    clock.advance(1_000);
    expect(await result).toBe('{"ok":true}');
    expect(loopback.requests).toHaveLength(2);
  });

  it("is also given up inside a body", async () => {
    await server(hangingInItsBody(200));
    const clock = new ManualClock();
    const read = vi.fn(work.read);
    const retry = { attempts: 1, budgetMs: 300_000, delayMs: 0 };
    const failure = failureOf(runAttempts({ ...work, read }, policy({ timeoutMs: 60_000, clock, retry })));
    await until(() => expect(read).toHaveBeenCalled());
    clock.advance(60_000);
    expect(await failure).toMatchObject({ code: "timeout", retryable: true, host: "graph.microsoft.com" });
  });

  it("is also given up in a send() that obeys no signal", async () => {
    await server(ok);
    const clock = new ManualClock();
    const deaf = { ...work, send: vi.fn(() => new Promise<Response>(() => {})) };
    const retry = { attempts: 1, budgetMs: 300_000, delayMs: 0 };
    const failure = failureOf(runAttempts(deaf, policy({ timeoutMs: 60_000, clock, retry })));
    await until(() => expect(deaf.send).toHaveBeenCalled());
    clock.advance(60_000);
    expect((await failure).code).toBe("timeout");
  });

  it("keeps what Graph asked for even where the body of a 429 never ends", async () => {
    await server(hangingInItsBody(429, { "retry-after": "5" }), ok);
    const clock = new ManualClock();
    let answered = false;
    const send: typeof work.send = async (attempt) => {
      const response = await work.send(attempt);
      answered = true;
      return response;
    };
    const result = runAttempts({ ...work, send }, policy({ timeoutMs: 60_000, clock }));
    await until(() => expect(answered).toBe(true));
    clock.advance(60_000);
    await untilWaiting(clock, 1);
    expect(clock.waits[0]).toBeGreaterThanOrEqual(5_000);
    clock.advance(clock.waits[0]!);
    await result;
  });

  it("leaves no unread body behind: its socket is free at once", async () => {
    const big = "x".repeat(5_000_000);
    await server(
      (response) => {
        response.writeHead(503, { "content-type": "text/plain" });
        response.end(big);
      },
      (response) => {
        response.writeHead(301, { location: "https://elsewhere.example/" });
        response.end(big);
      },
    );
    let open: Response | undefined;
    const failure = await failureOf(
      runAttempts({ ...work, send: async (attempt) => (open = await work.send(attempt)) }, policy()),
    );
    expect(failure.code).toBe("unexpected_redirect");
    expect(failure.message).toContain("elsewhere.example");
    expect((await open!.body!.getReader().read()).done).toBe(true);
  });

  it("after a 503 asks for a fresh connection", async () => {
    await server(status(500), status(503), status(500), ok);
    const fresh: boolean[] = [];
    const send: typeof work.send = (attempt) => {
      fresh.push(attempt.freshConnection);
      return work.send(attempt);
    };
    await runAttempts({ ...work, send }, policy());
    expect(fresh).toEqual([false, false, true, true]);
  });

  it.each([301, 302, 303, 307, 308])("that ends in a redirect (%i) is an error, and nobody follows", async (code) => {
    await server(status(code, { location: "https://login.example.com/?secret=1" }));
    const failure = await failureOf(runAttempts(work, policy()));
    expect(failure).toMatchObject({ code: "unexpected_redirect", statusCode: code, retryable: false });
    expect(failure.message).toContain("login.example.com");
    expect(JSON.stringify(failure)).not.toContain("secret");
    expect(loopback.requests).toHaveLength(1);
  });
});

describe("an abort", () => {
  it("before the first attempt sends nothing", async () => {
    await server(ok);
    const failure = await failureOf(runAttempts(work, policy({ signal: AbortSignal.abort("early") })));
    expect(failure).toMatchObject({ code: "aborted", cause: "early", retryable: false });
    expect(loopback.requests).toHaveLength(0);
  });

  it("right after the call sends nothing either", async () => {
    await server(() => {});
    const { signal, abort } = abortable();
    const failure = failureOf(runAttempts(work, policy({ signal })));
    abort();
    expect((await failure).code).toBe("aborted");
    expect(loopback.requests).toHaveLength(0);
  });

  it.each<[string, Answer]>([
    ["while waiting for an answer", () => {}],
    [
      "inside a body",
      (response) => {
        response.writeHead(200);
        response.write("{");
      },
    ],
    ["while waiting out a Retry-After", status(429, { "retry-after": "100" })],
  ])("%s ends the request at once", async (_, answer) => {
    await server(answer);
    const { signal, abort } = abortable();
    const used = policy({ signal, clock: new ManualClock() as never });
    const failure = failureOf(runAttempts(work, used));
    await until(() => expect(loopback.requests).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const reason = new Error("shutting down");
    abort(reason);
    expect((await failure).code).toBe("aborted");
    expect((await failure).cause).toBe(reason);
  });

  it("while the last failure's words arrive is still an abort", async () => {
    await server((response) => {
      response.writeHead(503);
      response.write("{");
    });
    const { signal, abort } = abortable();
    const retry = { attempts: 1, budgetMs: 300_000, delayMs: 0 };
    let answered = false;
    const send: typeof work.send = async (attempt) => {
      const response = await work.send(attempt);
      answered = true;
      return response;
    };
    const failure = failureOf(runAttempts({ ...work, send }, policy({ signal, retry })));
    await until(() => expect(answered).toBe(true));
    abort("stop");
    expect(await failure).toMatchObject({ code: "aborted", cause: "stop" });
  });

  it("doesn't wait for a send() that obeys no signal, and lets go of its late answer", async () => {
    await server(ok);
    const { signal, abort } = abortable();
    let late: ((response: Response) => void) | undefined;
    const send = () => new Promise<Response>((resolve) => (late = resolve));
    const failure = failureOf(runAttempts({ ...work, send }, policy({ signal })));
    await until(() => expect(late).toBeDefined());
    abort();
    expect((await failure).code).toBe("aborted");
    const answer = new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(9)) }));
    late!(answer);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect((await answer.body!.getReader().read()).done).toBe(true);
  });

  it("signal shared by many requests neither warns nor keeps them in memory", async () => {
    await server(ok);
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on("warning", warned);
    const { signal } = abortable();
    await Promise.all(Array.from({ length: 40 }, () => runAttempts(work, policy({ signal }))));
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("warning", warned);
    expect(warnings).toEqual([]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("a token failure", () => {
  it("isn't repeated here: it was where it arose, at another host", async () => {
    await server(ok);
    const send = vi.fn(async () => {
      throw new AppIdentityError("entra_unavailable", "No.", {
        remedy: "Wait.",
        retryable: true,
        host: "login.microsoftonline.com",
      });
    });
    expect(await failureOf(runAttempts({ ...work, send }, policy()))).toMatchObject({ code: "entra_unavailable" });
    expect(send).toHaveBeenCalledTimes(1);
  });
});

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason?: unknown) => controller.abort(reason) };
}
