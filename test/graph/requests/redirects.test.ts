import { RedirectHandlerOptions, ResponseType } from "@microsoft/microsoft-graph-client";
import { afterEach, describe, expect, it } from "vitest";
import { createGraphClient, type GraphClientOptions } from "../../../src/graph/client.js";
import { listAll } from "../../../src/graph/list-all.js";
import { countingProvider } from "../../support/graph-requests.js";
import { json, type Loopback, startLoopback } from "../../support/loopback.js";
import { failureOf } from "../../support/refusal.js";

let loopback: Loopback;
afterEach(() => loopback.close());

const content = "https://reports.example/data/1?sig=x";

/** A Graph that answers with a redirect, and a host behind it that has the content. */
async function clientFor(location: string | null, status = 302, options: Partial<GraphClientOptions> = {}) {
  loopback = await startLoopback(({ host, path }, response) => {
    if (host !== "graph.microsoft.com")
      return response.writeHead(200, { "content-type": "text/plain" }).end("a,b\n1,2");
    if (path.endsWith("/moved")) return json(response, 200, { moved: true });
    return response.writeHead(status, location === null ? {} : { location }).end();
  });
  const base = { authProvider: countingProvider(), fetch: loopback.fetch, retry: { attempts: 1 } };
  return createGraphClient({ ...base, ...options });
}

const hosts = () => loopback.requests.map(({ host }) => host);

describe("a redirect through client.api()", () => {
  it("leads to the content, which learns nothing of token and telemetry", async () => {
    const client = await clientFor(content);
    const request = client.api("/reports/getOffice365ActiveUserDetail(period='D7')");
    request.headers({ Authorization: "Bearer mine", ConsistencyLevel: "eventual", Accept: "text/csv" });
    expect(await request.get()).toBe("a,b\n1,2");
    expect(hosts()).toEqual(["graph.microsoft.com", "reports.example"]);
    const { headers, path } = loopback.requests[1]!;
    expect(path).toBe("/data/1?sig=x");
    expect(headers.accept).toBe("text/csv");
    for (const name of ["authorization", "client-request-id", "sdkversion", "consistencylevel"]) {
      expect([name, headers[name]]).toEqual([name, undefined]);
    }
  });

  it.each([301, 302, 303, 307, 308])("of status %i is followed", async (status) => {
    const client = await clientFor(content, status);
    expect(await client.api("/drives/d/items/i/content").get()).toBe("a,b\n1,2");
  });

  it("to Graph itself, in full or not, keeps its token", async () => {
    for (const location of ["https://graph.microsoft.com/v1.0/moved", "/v1.0/moved"]) {
      const client = await clientFor(location);
      expect(await client.api("/a").get()).toEqual({ moved: true });
      expect(loopback.requests[1]?.headers.authorization).toBe("Bearer token-1");
      await loopback.close();
    }
    await clientFor(null);
  });

  it("of a POST becomes a GET where it is a 303, and stays what it was elsewhere", async () => {
    const client = await clientFor(content, 303);
    await client.api("/a").post({ b: 1 });
    expect(loopback.requests[1]).toMatchObject({ method: "GET", body: "" });
    await loopback.close();
    const other = await clientFor(content, 307);
    await other.api("/a").post({ b: 1 });
    expect(loopback.requests[1]).toMatchObject({ method: "POST", body: '{"b":1}' });
  });

  it.each([
    "http://reports.example/data/1",
    "ftp://reports.example/x",
    "https://user:pw@reports.example/x",
    "javascript:alert(1)",
    "https://",
    "http://graph.microsoft.com/v1.0/moved",
  ])("to %s isn't followed", async (location) => {
    const client = await clientFor(location);
    const failure = await failureOf(client.api("/a").get());
    expect(failure).toMatchObject({ code: "unexpected_redirect", statusCode: 302 });
    expect(JSON.stringify(failure)).not.toContain("pw");
    expect(loopback.requests).toHaveLength(1);
  });

  it("in circles ends", async () => {
    const client = await clientFor("https://graph.microsoft.com/v1.0/again");
    expect(await failureOf(client.api("/a").get())).toMatchObject({ code: "unexpected_redirect" });
    expect(loopback.requests).toHaveLength(6);
  });

  it("is left alone where the caller's options of the SDK say so, or nobody says where to", async () => {
    const asRaw = async (location: string | null, options?: RedirectHandlerOptions) => {
      const client = await clientFor(location);
      const request = client.api("/a").responseType(ResponseType.RAW);
      const raw: Response = await (options ? request.middlewareOptions([options]) : request).get();
      const asked = loopback.requests.length;
      await loopback.close();
      return [raw.status, raw.headers.get("location"), asked];
    };
    expect(await asRaw(content, new RedirectHandlerOptions(0))).toEqual([302, content, 1]);
    expect(await asRaw(content, new RedirectHandlerOptions(5, () => false))).toEqual([302, content, 1]);
    expect(await asRaw(null)).toEqual([302, null, 1]);
    await clientFor(null);
  });

  it("isn't followed by a listing", async () => {
    const client = await clientFor("https://graph.microsoft.com/v1.0/moved");
    const failure = await failureOf(listAll(client, "/groups")[Symbol.asyncIterator]().next());
    expect(failure).toMatchObject({ code: "unexpected_redirect" });
    expect(loopback.requests).toHaveLength(1);
  });
});
