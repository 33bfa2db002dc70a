import { describe, expect, it } from "vitest";
import { claimsChallenge } from "../../../src/graph/failures/claims-challenge.js";
import { cpuTimeOf } from "../../support/cpu-time.js";

const claims = '{"access_token":{"nbf":{"essential":true, "value":"1702682181"}}}';
const base64 = Buffer.from(claims).toString("base64");
const read = (...values: string[]) =>
  claimsChallenge(new Headers(values.map((value): [string, string] => ["WWW-Authenticate", value])));

describe("a claims challenge", () => {
  it("is read from both spellings Graph is recorded with", () => {
    expect(base64).toMatch(/=$/);
    expect(
      read(
        `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000", errorDescription="Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp", error="insufficient_claims", claims="${base64}"`,
      ),
    ).toBe(claims);
    expect(
      read(
        `Bearer realm="", authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize, client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="${base64}", errorDescription="Continuous access evaluation, resulted in a \\"challenge\\""`,
      ),
    ).toBe(claims);
  });

  it.each([
    ["an unquoted value", `Bearer error=insufficient_claims, claims=${base64}`],
    ["no padding", `Bearer error="insufficient_claims", claims="${base64.replace(/=+$/, "")}"`],
    ["the URL alphabet", `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString("base64url")}"`],
    ["names in other case", `BEARER Error="insufficient_claims", CLAIMS="${base64}"`],
    ["spaces around the equals sign", `Bearer error = "insufficient_claims" , claims = "${base64}"`],
    [
      "a scheme with a token before it",
      `Negotiate oYG2MIGzoAMKAQA=, Bearer error="insufficient_claims", claims="${base64}"`,
    ],
    ["bare schemes around it", `NTLM, Bearer error="insufficient_claims", claims="${base64}", Negotiate`],
    [
      "another scheme's parameters around it",
      `Digest realm="a, b", nonce="x=", Bearer claims="${base64}", error="insufficient_claims", Basic realm="claims=\\"no\\""`,
    ],
  ])("is found with %s", (_, header) => {
    expect(read(header)).toBe(claims);
  });

  it("is found among several headers", () => {
    expect(read('Basic realm="x"', 'Bearer realm=""', `Bearer error="insufficient_claims", claims="${base64}"`)).toBe(
      claims,
    );
  });

  it.each([
    ["no header at all"],
    [
      "nothing to answer",
      'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"',
    ],
    ["another error", `Bearer error="invalid_token", claims="${base64}"`],
    ["another scheme's claims", `PoP error="insufficient_claims", claims="${base64}"`],
    ["claims only inside a quoted text", `Bearer error="insufficient_claims", errorDescription="claims=${base64}"`],
    ["claims that are no base64", 'Bearer error="insufficient_claims", claims="%%%"'],
    [
      "claims that are no JSON",
      `Bearer error="insufficient_claims", claims="${Buffer.from("{broken").toString("base64")}"`,
    ],
    [
      "claims that are no object",
      `Bearer error="insufficient_claims", claims="${Buffer.from('["a"]').toString("base64")}"`,
    ],
    ["claims that break off", `Bearer error="insufficient_claims", claims="${base64.slice(0, 20)}`],
    ["garbage", '=,,"=,\\" Bearer'],
  ])("isn't seen in %s", (_, ...headers) => {
    expect(read(...headers)).toBeUndefined();
  });

  it("is looked for in linear time", async () => {
    const computed = await cpuTimeOf(() => {
      expect(read(`Bearer ${'a="'.repeat(5_000)}`)).toBeUndefined();
      expect(read(`Bearer ${"a".repeat(15_000)}`)).toBeUndefined();
    });
    expect(computed).toBeLessThan(2_000);
  });
});
