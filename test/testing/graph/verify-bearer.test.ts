import { generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { requestToken } from "../entra/token-request.js";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 3 });
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.stop());

const declaring = (access_token: object) => ({ form: { claims: JSON.stringify({ access_token }) } });
const cp1 = { xms_cc: { values: ["cp1"] } };

async function call(authorization?: string, from = emulator) {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await from.fetch("https://graph.microsoft.com/v1.0/users", { headers });
  const { error } = (await response.json()) as { error?: Record<string, unknown> };
  return { status: response.status, error, headers: response.headers };
}
const tokenFor = async (request = {}, from = emulator) =>
  `Bearer ${(await requestToken(from, request)).body.access_token}`;

async function forged(): Promise<string> {
  const { header, claims } = await requestToken(emulator);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return `Bearer ${await new SignJWT(claims).setProtectedHeader({ ...header, alg: "RS256" }).sign(privateKey)}`;
}

async function expired(): Promise<string> {
  const token = await tokenFor();
  emulator.clock.advance(3_600_000);
  return token;
}

describe("a call that Graph doesn't let in", () => {
  it.each<[string, () => Promise<string | undefined>, string | RegExp]>([
    ["no token", async () => undefined, "Access token is empty."],
    ["an empty token", async () => "Bearer ", "Access token is empty."],
    [
      "something that is no JWT",
      async () => "Bearer x",
      /^IDX14100: JWT is not well formed, there are no dots \(\.\)\.\nThe token needs to be in JWS or JWE Compact/,
    ],
    ["a token that another key signed", forged, /^Access token validation failure/],
    ["an expired token", expired, "Lifetime validation failed, the token is expired."],
    [
      "a token for another API",
      () => tokenFor({ form: { scope: `api://${emulator.clientId}/.default` } }),
      "Access token validation failure. Invalid audience.",
    ],
  ])("with %s is answered 401 in Graph's words", async (_, authorization, message) => {
    const { status, error, headers } = await call(await authorization());
    expect({ status, code: error?.code }).toEqual({ status: 401, code: "InvalidAuthenticationToken" });
    expect(error?.message).toMatch(message);
    expect(headers.get("www-authenticate")).toMatch(
      /^Bearer realm="", authorization_uri="https:\/\/login\.microsoftonline\.com\//,
    );
    expect(error?.innerError).toEqual({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
      "request-id": headers.get("request-id"),
      "client-request-id": headers.get("client-request-id"),
    });
  });

  it("of an app that is gone is answered 403", async () => {
    const { clientId, clientSecret } = emulator.addApp();
    const token = await tokenFor({ form: { client_id: clientId, client_secret: clientSecret } });
    emulator.reset();
    expect(await call(token)).toMatchObject({ status: 403, error: { code: "Authorization_IdentityNotFound" } });
  });

  it("without a role is answered 403, whatever was consented to after the token was issued", async () => {
    emulator.app().roles = [];
    const token = await tokenFor();
    emulator.app().roles = ["User.Read.All"];
    expect(await call(token)).toMatchObject({ status: 403, error: { code: "Authorization_RequestDenied" } });
    expect((await call(await tokenFor())).status).toBe(200);
  });
});

describe("revoking an app's tokens", () => {
  it.each([
    [
      "quoted",
      /^Bearer realm="", authorization_uri="[^"]+", client_id="00000003-0000-0000-c000-000000000000", errorDescription="[^"]+", error="insufficient_claims", claims="([^"]+)"$/,
    ],
    [
      "unquoted",
      /^Bearer realm="", authorization_uri=[^",]+, client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="([^"]+)", errorDescription="[^"]+"$/,
    ],
  ] as const)(
    "challenges clients that declared cp1 with the claims to ask for (%s)",
    async (challengeSpelling, pattern) => {
      await using own = await startEmulator({ users: 3, challengeSpelling });
      const token = await tokenFor(declaring(cp1), own);
      expect((await call(token, own)).status).toBe(200);
      own.revoke();
      const { status, error, headers } = await call(token, own);
      expect(status).toBe(401);
      expect(error?.message).toBe(
        "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
      );
      const [, claims = ""] = pattern.exec(headers.get("www-authenticate") ?? "") ?? [];
      const asked = Buffer.from(claims, "base64").toString();
      expect(asked).toMatch(/^\{"access_token":\{"nbf":\{"essential":true, "value":"\d+"\}\}\}$/);
      expect(claims).toBe(Buffer.from(asked).toString("base64"));

      const { nbf } = JSON.parse(asked).access_token;
      const answer = await requestToken(own, declaring({ ...cp1, nbf }));
      expect(Number(answer.claims.nbf)).toBeGreaterThanOrEqual(Number(nbf.value));
      expect((await call(`Bearer ${answer.body.access_token}`, own)).status).toBe(200);
    },
  );

  it("lets others go on until their token expires, as the service does", async () => {
    const token = await tokenFor();
    emulator.revoke();
    expect((await call(token)).status).toBe(200);
  });

  it("happens when an app is disabled, which then gets no other token", async () => {
    const token = await tokenFor(declaring(cp1));
    emulator.app().disabled = true;
    expect((await call(token)).headers.get("www-authenticate")).toContain("insufficient_claims");
    expect(await requestToken(emulator)).toMatchObject({ body: { error_codes: [7000112] } });
  });
});
