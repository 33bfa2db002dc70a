import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";

let emulator: Emulator;
let host: string;
beforeAll(async () => {
  emulator = await startEmulator({ users: 3, control: true, tls: { hostnames: ["tenant.test"] }, proxy: true });
  ({ host } = new URL(emulator.origin));
});
afterAll(() => emulator.stop());

/** The status and body that a request of exactly these headers gets. */
async function ask(
  path: string,
  headers: Record<string, string>,
  to = emulator,
  method = "GET",
): Promise<[number, string]> {
  const socket = connect(Number(new URL(to.origin).port), "127.0.0.1");
  const lines = Object.entries({ Host: new URL(to.origin).host, Connection: "close", ...headers }).map((line) =>
    line.join(": "),
  );
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  await once(socket, "close");
  return [Number(text.slice(9, 12)), text];
}

const foreign: [string, Record<string, string>][] = [
  ["a page of elsewhere", { Origin: "https://evil.example" }],
  ["a page without origin", { Origin: "null" }],
  ["a page on another port of this machine", { Origin: "http://127.0.0.1:3000" }],
  ["an image or a form of elsewhere", { "Sec-Fetch-Site": "cross-site" }],
  ["a page of a neighbour", { "Sec-Fetch-Site": "same-site" }],
  ["a name that was bound to this machine", { Host: "evil.example" }],
  ["such a name with its own origin", { Host: "evil.example:8443", Origin: "http://evil.example:8443" }],
  ["a name that begins like ours", { Host: "127.0.0.1.evil.example" }],
];

describe.each(["/_emulator/api/users", "/_emulator/health", "/_emulator/nothing"])("%s", (path) => {
  it.each(foreign)("is closed to %s", async (_, headers) => {
    const named = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace(":8443", `:${host.split(":")[1]}`)]),
    );
    expect(await ask(path, named)).toEqual([403, expect.stringContaining("foreign_page")]);
  });
});

describe("the guard", () => {
  it.each([[{}], [{ "Sec-Fetch-Site": "same-origin" }], [{ "Sec-Fetch-Site": "none" }]])(
    "lets programs and the emulator's own pages in: %j",
    async (headers) => {
      expect(await ask("/_emulator/health", headers)).toEqual([200, expect.stringContaining("ready")]);
    },
  );

  it("knows the emulator's names and origins", async () => {
    const { port } = new URL(emulator.origin);
    for (const name of ["localhost", "127.0.0.1", "[::1]", "tenant.test", "TENANT.test"]) {
      const headers = { Host: `${name}:${port}`, Origin: `https://${name}:${port}` };
      expect(await ask("/_emulator/health", headers)).toEqual([200, expect.anything()]);
    }
  });

  it("keeps pages of elsewhere away from Entra and Graph, too, and lets programs in", async () => {
    for (const path of ["/v1.0/users", `/${emulator.tenantId}/discovery/v2.0/keys`]) {
      for (const [, headers] of foreign.filter(([, { Host }]) => !Host)) {
        expect(await ask(path, headers)).toEqual([403, expect.stringContaining("foreign_page")]);
      }
      expect((await ask(path, { Host: "graph.microsoft.com" }))[0]).not.toBe(403);
    }
  });

  it("answers no page's question about what it may ask", async () => {
    const headers = { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" };
    const [status, text] = await ask("/_emulator/api/apps", headers, emulator, "OPTIONS");
    expect(status).toBe(403);
    expect(text.toLowerCase()).not.toContain("access-control-allow");
  });

  it("isn't passed by way of the proxy under Microsoft's names", async () => {
    const path = "https://graph.microsoft.com/_emulator/api/users";
    expect((await ask(path, { Host: "graph.microsoft.com" }))[0]).toBe(403);
  });
});

describe("control", () => {
  it("isn't there unless it was asked for", async () => {
    await using bare = await startEmulator({ users: 0 });
    expect(bare.console).toBeUndefined();
    expect((await ask("/_emulator/health", {}, bare))[0]).toBe(404);
  });

  it("isn't there beyond loopback without a token, and wants it where there is one", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await using open = await startEmulator({ users: 0, host: "0.0.0.0", control: true });
    await using guarded = await startEmulator({ users: 0, host: "0.0.0.0", control: { token: "let me in" } });
    warn.mockRestore();
    expect([open.console, (await ask("/_emulator/health", {}, open))[0]]).toEqual([undefined, 404]);
    for (const [authorization, status] of [
      ["Bearer let me in", 200],
      ["Bearer wrong", 401],
      ["Basic let me in", 401],
    ] as const) {
      expect((await ask("/_emulator/health", { Authorization: authorization }, guarded))[0]).toBe(status);
    }
    expect((await ask("/_emulator/health", {}, guarded))[0]).toBe(401);
  });

  it.each([{ token: "" }, { tokn: "x" }, "yes"])("is refused with %j", async (control) => {
    await expect(startEmulator({ control: control as never })).rejects.toThrow(/token|tokn|control/);
  });
});
