import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request as requestHttp, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { ProxyAgent, fetch as undiciFetch } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { clouds } from "../../../src/testing/wire/hosts.js";

let emulator: Emulator;
let elsewhere: Server;
let other: string;
const seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[] = [];
beforeAll(async () => {
  emulator = await startEmulator({ users: 7, proxy: true });
  elsewhere = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
    response.writeHead(201, { "x-from": "elsewhere" }).end("hello");
  }).listen(0, "127.0.0.1");
  await once(elsewhere, "listening");
  other = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
});
beforeEach(() => {
  emulator.reset();
  seen.length = 0;
});
afterAll(async () => {
  elsewhere.closeAllConnections();
  elsewhere.close();
  await emulator.stop();
});

/** The answer to a request line and headers as they stand. */
async function ask(text: string, to = emulator): Promise<string> {
  const socket = connect(Number(new URL(to.proxy ?? to.origin).port), "127.0.0.1");
  socket.write(`${text}\r\n\r\n`);
  let answer = "";
  for await (const chunk of socket) {
    answer += chunk;
    if (/Connection established/.test(answer)) break;
  }
  return answer;
}

function through(from: Emulator): {
  get(url: string, init?: object): ReturnType<typeof undiciFetch>;
  close(): Promise<void>;
} {
  const dispatcher = new ProxyAgent({ uri: from.proxy!, requestTls: { ca: from.ca } });
  return { get: (url, init = {}) => undiciFetch(url, { dispatcher, ...init }), close: () => dispatcher.close() };
}

async function usersBy(
  get: (url: string, init?: object) => ReturnType<typeof undiciFetch>,
  login: string,
  graph: string,
) {
  const { tenantId, clientId, clientSecret } = emulator;
  const form = {
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: "client_credentials",
    scope: `${graph}/.default`,
  };
  const answer = await get(`${login}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams(form).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  const { access_token } = (await answer.json()) as { access_token: string };
  const page = await get(`${graph}/v1.0/users`, { headers: { authorization: `Bearer ${access_token}` } });
  return (await page.json()) as { value: object[]; "@odata.context": string };
}

describe("the proxy", () => {
  it("leads Microsoft's hosts of every cloud to the emulator, under certificates of theirs", async () => {
    const { get, close } = through(emulator);
    for (const { login, graph } of clouds) {
      const page = await usersBy(get, `https://${login[0]}`, `https://${graph[0]}`);
      expect(page.value).toHaveLength(7);
      expect(page["@odata.context"]).toContain(`https://${graph[0]}/v1.0/`);
    }
    const ciam = await get(`https://contoso.ciamlogin.com/${emulator.tenantId}/v2.0/.well-known/openid-configuration`);
    expect(ciam.status).toBe(200);
    await close();
    expect(new Set(emulator.requests.map(({ url }) => new URL(url).protocol))).toEqual(new Set(["https:"]));
    expect(emulator.origin).toBe(emulator.proxy);
  });

  it("knows its own address under Microsoft's name, since MSAL asks there about a login host that it doesn't know", async () => {
    const { get, close } = through(emulator);
    const statuses = ["https://127.0.0.1:8443", "https://localhost", "https://login.evil.example"].map(
      async (login) => {
        const asked = `authorization_endpoint=${encodeURIComponent(`${login}/common/oauth2/v2.0/authorize`)}`;
        return (await get(`https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&${asked}`))
          .status;
      },
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 400]);
    await close();
  });

  it("answers what is asked in clear in absolute form, as some clients ask a proxy", async () => {
    const inClear = async (url: string, { method = "GET", body, headers = {} }: RequestInit = {}) => {
      const { hostname, port } = new URL(emulator.proxy!);
      const sent = requestHttp({
        hostname,
        port,
        method,
        path: url,
        headers: { ...(headers as object), host: new URL(url).host },
      });
      sent.end(body);
      const [answer] = await once(sent, "response");
      let text = "";
      for await (const chunk of answer) text += chunk;
      return { json: async () => JSON.parse(text) } as never;
    };
    const page = await usersBy(inClear, "https://login.microsoftonline.com", "https://graph.microsoft.com");
    expect(page.value).toHaveLength(7);
    expect(emulator.requests[1]).toMatchObject({ url: "https://graph.microsoft.com/v1.0/users" });
  });

  it.each([
    "CONNECT graph.microsoft.com:80",
    "CONNECT login.microsoftonline.com:8443",
    "GET http://graph.microsoft.com/v1.0/users",
    "POST http://login.microsoftonline.us/common/oauth2/v2.0/token",
    "GET https://graph.microsoft.us:444/v1.0/users",
  ])("refuses %s, which no real host is asked either", async (line) => {
    expect(await ask(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close`)).toMatch(
      /^HTTP\/1\.1 403 [\s\S]*nothing here asks the real one/,
    );
    expect(emulator.requests).toEqual([]);
  });

  it("leads its own names to itself", async () => {
    const { host } = new URL(emulator.origin);
    expect(await ask(`GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close`)).toMatch(
      /^HTTP\/1\.1 200 [\s\S]*emulator/,
    );
    const { get, close } = through(emulator);
    expect((await get(`https://${host}/common/discovery/v2.0/keys`)).status).toBe(200);
    await close();
  });

  it("passes other hosts on, by tunnel and in absolute form, without what is between it and its client", async () => {
    const tunnelled = await ask(`CONNECT ${other} HTTP/1.1\r\nHost: ${other}`);
    expect(tunnelled).toMatch(/^HTTP\/1\.1 200 /);
    const { hostname, port } = new URL(emulator.proxy!);
    const headers = {
      host: other,
      "x-mine": "1",
      "proxy-authorization": "Basic eDp5",
      "proxy-connection": "keep-alive",
    };
    const sent = requestHttp({ hostname, port, method: "PUT", path: `http://${other}/a?b`, headers }).end("body");
    const [answer] = await once(sent, "response");
    expect([answer.statusCode, answer.headers["x-from"]]).toEqual([201, "elsewhere"]);
    answer.resume();
    expect(seen).toMatchObject([{ method: "PUT", url: "/a?b", body: "body", headers: { "x-mine": "1", host: other } }]);
    expect(Object.keys(seen[0]!.headers).filter((name) => name.startsWith("proxy"))).toEqual([]);
    expect(emulator.requests).toEqual([]);
  });

  it("says which host can't be reached", async () => {
    for (const line of ["CONNECT 127.0.0.1:1", "GET http://127.0.0.1:1/"]) {
      expect(await ask(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close`)).toMatch(
        /^HTTP\/1\.1 502 [\s\S]*127\.0\.0\.1:1 can't be reached/,
      );
    }
  });

  it("passes nothing on where it listens beyond loopback", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await using open = await startEmulator({ users: 0, host: "0.0.0.0", proxy: true });
    warn.mockRestore();
    for (const line of [`CONNECT ${other}`, `GET http://${other}/`]) {
      expect(await ask(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close`, open)).toMatch(
        /^HTTP\/1\.1 403 [\s\S]*beyond loopback/,
      );
    }
    expect(await ask("CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: x", open)).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen).toEqual([]);
  });

  it.each(["CONNECT graph.microsoft.com:443", "GET https://graph.microsoft.com/v1.0/users", "GET http://example.com/"])(
    "isn't there unless it was asked for: %s",
    async (line) => {
      await using bare = await startEmulator({ users: 0 });
      expect(bare.proxy).toBeUndefined();
      expect(await ask(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close`, bare)).toMatch(
        /^HTTP\/1\.1 405 [\s\S]*--proxy/,
      );
    },
  );

  it.each(["CONNECT /", "CONNECT :::", "CONNECT a b"])("answers %j with a refusal, and goes on", async (line) => {
    expect(await ask(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close`)).toMatch(/^(HTTP\/1\.1 400 |$)/);
    expect((await fetch(emulator.origin)).status).toBe(200);
  });

  it("stops with tunnels open", async () => {
    const own = await startEmulator({ users: 0, proxy: true });
    const socket = connect(Number(new URL(own.origin).port), "127.0.0.1");
    socket.write(`CONNECT ${other} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, "data");
    const closed = once(socket, "close");
    await own.stop();
    await closed;
  });
});
