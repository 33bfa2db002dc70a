import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { decodeJwt, isSignedBy, type Jwt, signJwt } from "../../../src/testing/crypto/jwt.js";

const [own, other] = [0, 1].map(() => generateKeyPairSync("rsa", { modulusLength: 1024 }));
const token = signJwt({ alg: "RS256" }, { appid: "mine", roles: ["User.Read.All"] }, own!.privateKey);
const decoded = (text: string) => decodeJwt(text) as Jwt;

it("that a key has signed one token says nothing of another key, nor of a token that was tampered with", () => {
  expect(isSignedBy(decoded(token), own!.publicKey)).toBe(true);
  expect(isSignedBy(decoded(token), other!.publicKey)).toBe(false);
  expect(isSignedBy(decoded(token), own!.publicKey)).toBe(true);
  const [header, , signature] = token.split(".");
  const claims = Buffer.from('{"appid":"mine","roles":["Directory.Read.All"]}').toString("base64url");
  expect(isSignedBy(decoded([header, claims, signature].join(".")), own!.publicKey)).toBe(false);
});

it("who is shown the claims of a token can't change them for the next request", () => {
  const { claims } = decoded(token);
  expect(() => Object.assign(claims, { appid: "another" })).toThrow(TypeError);
  expect(() => (claims.roles as string[]).push("Directory.Read.All")).toThrow(TypeError);
});

it("a stranger's texts are forgotten in the end, and understood as before", () => {
  const first = decoded(token);
  for (let n = 0; n < 200; n++) decodeJwt(signJwt({ alg: "RS256" }, { n }, own!.privateKey));
  expect(decoded(token)).not.toBe(first);
  expect(decoded(token)).toEqual(first);
  expect(decodeJwt("no.token")).toBeUndefined();
});
