import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls } from "node:tls";
import { Agent, fetch as undiciFetch } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";

let emulator: Emulator;
let plain: string;
let trusting: Agent;
beforeAll(async () => {
  emulator = await startEmulator({ users: 7, tls: true });
  plain = emulator.origin.replace("https:", "http:");
  trusting = new Agent({ connect: { ca: emulator.ca } });
});
beforeEach(() => emulator.reset());
afterAll(async () => {
  await trusting.close();
  await emulator.stop();
});

const get = (url: string, init: Parameters<typeof undiciFetch>[1] = {}) =>
  undiciFetch(url, { dispatcher: trusting, ...init });

async function token(origin: string, scope: string): Promise<string> {
  const { tenantId, clientId, clientSecret } = emulator;
  const form = { client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials", scope };
  const answer = await get(`${origin}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams(form).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** What a socket brings until its end. */
async function all(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += chunk;
  return text;
}

const opened = async (origin = emulator.origin) => {
  const socket = connect(Number(new URL(origin).port), "127.0.0.1");
  await once(socket, "connect");
  return socket;
};

describe("one port", () => {
  it("speaks TLS and plain HTTP, and both are the same tenant", async () => {
    const scopes = [`${emulator.origin}/.default`, `${plain}/.default`, "https://127.0.0.1/.default"];
    for (const asked of [emulator.origin, plain]) {
      for (const scope of scopes) {
        const authorization = `Bearer ${await token(asked, scope)}`;
        for (const origin of [emulator.origin, plain]) {
          const { status } = await get(`${origin}/v1.0/users`, { headers: { authorization } });
          expect({ asked, scope, origin, status }).toEqual({ asked, scope, origin, status: 200 });
        }
      }
    }
    const schemes = new Set(emulator.requests.map(({ url }) => new URL(url).protocol));
    expect(schemes).toEqual(new Set(["https:", "http:"]));
  });

  it("takes no other name in its scope", async () => {
    for (const scope of ["https://127.0.0.2/.default", "https://localhost:1/.default", "ftp://127.0.0.1/.default"]) {
      expect(await token(plain, scope)).toBeUndefined();
    }
  });

  it("is vouched for under every name of this machine", async () => {
    const { port } = new URL(emulator.origin);
    for (const [host, name] of [
      ["127.0.0.1", "127.0.0.1"],
      ["localhost", "localhost"],
      ["::1", "127.0.0.1"],
    ] as const) {
      const socket = connectTls({
        host: name,
        port: Number(port),
        ca: emulator.ca!,
        servername: "",
        checkServerIdentity: () => undefined,
      });
      await once(socket, "secureConnect");
      expect(socket.authorized).toBe(true);
      expect(checkServerIdentity(host, socket.getPeerCertificate())).toBeUndefined();
      socket.destroy();
    }
  });

  it("waits for a first byte however late, and takes a connection apart or in halves", async () => {
    const socket = await opened();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    socket.write(request.slice(0, 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.end(request.slice(1));
    expect(await all(socket)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("lets go of a connection that ends before it begins", async () => {
    const socket = await opened();
    socket.end();
    expect(await all(socket)).toBe("");
  });

  it("speaks no TLS where it has no certificate, and goes on", async () => {
    await using bare = await startEmulator({ users: 0 });
    const socket = connectTls({
      host: "127.0.0.1",
      port: Number(new URL(bare.origin).port),
      rejectUnauthorized: false,
    });
    await expect(once(socket, "secureConnect")).rejects.toThrow();
    expect((await fetch(`${bare.origin}/common/discovery/v2.0/keys`)).status).toBe(200);
  });

  it("stops with connections that have said nothing", async () => {
    const own = await startEmulator({ users: 0, tls: true });
    const socket = await opened(own.origin);
    const closed = once(socket, "close");
    await own.stop();
    await closed;
  });
});

describe("the edges of the port", () => {
  it("takes a path of two slashes for a path", async () => {
    const socket = await opened();
    socket.end("GET //evil.example/v1.0/users HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    expect(await all(socket)).toMatch(/^HTTP\/1\.1 404 /);
    expect(new URL(emulator.requests[0]!.url).host).toBe("127.0.0.1");
  });

  it.each([
    { tls: { hostnames: [5] } as never, message: "hostnames must be" },
    { proxy: "yes" as never, message: "proxy must be" },
  ])("names what is wrong with a value: %j", async ({ message, ...options }) => {
    await expect(startEmulator(options)).rejects.toThrow(message);
  });

  it("warns where it listens beyond loopback, on its one port", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await using open = await startEmulator({ users: 0, host: "0.0.0.0", tls: true });
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
    expect((await fetch(open.origin.replace("https:", "http:"))).status).toBe(200);
  });
});
