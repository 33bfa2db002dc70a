import { getEventListeners, getMaxListeners } from "node:events";
import { fetch as undiciFetch } from "undici";
import { afterEach, expect, it } from "vitest";
import { createGraphClient } from "../../src/graph/client.js";
import { listAll } from "../../src/graph/list-all.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { json, type Loopback, startLoopback } from "../support/loopback.js";
import { failureOf } from "../support/refusal.js";
import { thorough } from "../support/thorough.js";

let loopback: Loopback;
afterEach(() => loopback.close());

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

/** A tenant of a few endless collections, asked through undici's own fetch, as behind a proxy. */
async function behindUndici() {
  loopback = await startLoopback(({ path, method }, response) => {
    if (method === "POST")
      return json(response, 200, { token_type: "Bearer", expires_in: 3600, access_token: "a.b.c" });
    const page = Number(new URL(path, "https://x").searchParams.get("page") ?? 0) + 1;
    const next = page < 4 && { "@odata.nextLink": `https://graph.microsoft.com/v1.0/groups?page=${page}` };
    return json(response, 200, { ...next, value: [{ id: `${page}a` }, { id: `${page}b` }] });
  });
  const fetch = ((input: string, init: RequestInit) => {
    const { pathname, search } = new URL(input);
    return undiciFetch(`${loopback.origin}${pathname}${search}`, init as object);
  }) as never;
  const ids = { tenantId: "contoso.onmicrosoft.com", clientId: "11111111-2222-3333-4444-555555555555" };
  const authProvider = new AppIdentityAuthProvider({
    ...ids,
    clientSecret: "abc8Q~ffffffffffffffffffffffffffffffffff",
    fetch,
  });
  return createGraphClient({ authProvider, retry: { attempts: 1 } });
}

it("A signal lent to many listings and requests, through undici's own fetch, is as it was when they are over", async () => {
  const client = await behindUndici();
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on("warning", warned);
  const { signal } = new AbortController();
  const most = getMaxListeners(signal);
  const walk = async () => {
    let count = 0;
    for await (const _ of listAll(client, "/groups", { signal })) count++;
    return count;
  };
  const requests = Array.from({ length: 15 }, () => client.api("/groups").option("signal", signal).get());
  expect(await Promise.all(Array.from({ length: 15 }, walk))).toEqual(Array(15).fill(8));
  await Promise.all(requests);
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off("warning", warned);
  expect(warnings).toEqual([]);
  expect([listeners(signal), getMaxListeners(signal)]).toEqual([0, most]);
});

it("Very many iterators left after one item don't put a listener each on their signal", async () => {
  const client = await behindUndici();
  const controller = new AbortController();
  const { signal } = controller;
  const left = Array.from({ length: thorough ? 200 : 40 }, () =>
    listAll(client, "/groups", { signal })[Symbol.asyncIterator](),
  );
  await Promise.all(left.map((iterator) => iterator.next()));
  expect(listeners(signal)).toBeLessThanOrEqual(1);
  controller.abort("enough");
  expect(listeners(signal)).toBe(0);
  expect(await failureOf(left[0]!.next())).toMatchObject({ code: "aborted", cause: "enough" });
});
