import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { requestToken } from "../entra/token-request.js";

let emulator: Emulator;
let authorization: string;
beforeAll(async () => {
  emulator = await startEmulator({ users: 50 });
  authorization = `Bearer ${(await requestToken(emulator)).body.access_token}`;
});
afterAll(() => emulator.stop());

/** As it is on the wire: Node's own client decodes nothing. */
async function raw(path: string, headers: Record<string, string>, body?: string) {
  const asked = request(emulator.origin + path, { method: body === undefined ? "GET" : "POST", headers });
  asked.end(body);
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { headers: response.headers, bytes: Buffer.concat(chunks) };
}

describe("answers on the wire", () => {
  it.each([["gzip"], ["br, GZIP;q=0.5"], ["gzip, deflate"]])(
    "of Graph are compressed for who takes %s",
    async (accepted) => {
      const { headers, bytes } = await raw("/v1.0/users", { authorization, "accept-encoding": accepted });
      expect([headers["content-encoding"], headers["content-length"], headers["transfer-encoding"]]).toEqual([
        "gzip",
        undefined,
        "chunked",
      ]);
      expect(JSON.parse(gunzipSync(bytes).toString()).value).toHaveLength(50);
    },
  );

  it.each([
    [{}],
    [{ "accept-encoding": "identity" }],
    [{ "accept-encoding": "gzip;q=0" }],
    [{ "accept-encoding": "gzip;q=0.0, br" }],
  ])("of Graph are plain for who takes nothing else: %o", async (given: Record<string, string>) => {
    const { headers, bytes } = await raw("/v1.0/users", { authorization, ...given });
    expect(headers["content-encoding"]).toBeUndefined();
    expect(JSON.parse(bytes.toString()).value).toHaveLength(50);
  });

  it("of Entra tell their length, refusals too", async () => {
    for (const secret of [emulator.clientSecret, "wrong"]) {
      const form = new URLSearchParams({
        client_id: emulator.clientId,
        client_secret: secret,
        grant_type: "client_credentials",
        scope: "https://graph.microsoft.com/.default",
      });
      const headers = { "content-type": "application/x-www-form-urlencoded", "accept-encoding": "gzip" };
      const answer = await raw(`/${emulator.tenantId}/oauth2/v2.0/token`, headers, form.toString());
      expect([answer.headers["content-encoding"], answer.headers["content-length"]]).toEqual([
        undefined,
        String(answer.bytes.length),
      ]);
    }
  });
});
