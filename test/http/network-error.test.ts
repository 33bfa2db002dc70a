import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { networkCode, networkFailure } from "../../src/http/network-error.js";

const coded = (code: string, cause?: unknown, realm = Error) =>
  Object.assign(new realm("it failed", { cause }), { code });
const foreign = runInNewContext("Error") as ErrorConstructor;
const circle = Object.assign(new Error("round"), { cause: undefined as unknown });
circle.cause = circle;
const deep = (levels: number, cause: unknown): unknown =>
  levels === 0 ? cause : new Error("outer", { cause: deep(levels - 1, cause) });

describe("the code of a failed connection", () => {
  it.each<[string, unknown, string | undefined]>([
    ["on the error itself", coded("ECONNRESET"), "ECONNRESET"],
    [
      "one cause down, as native fetch has it",
      new TypeError("fetch failed", { cause: coded("ENOTFOUND") }),
      "ENOTFOUND",
    ],
    ["four causes down", deep(4, coded("ECONNREFUSED")), "ECONNREFUSED"],
    ["of another realm", coded("ECONNREFUSED", undefined, foreign), "ECONNREFUSED"],
    ["of another realm below one of ours", new Error("x", { cause: coded("EPIPE", undefined, foreign) }), "EPIPE"],
    ["on a plain object", { cause: { code: "ETIMEDOUT" } }, "ETIMEDOUT"],
    [
      "below one that only says that it failed",
      coded("FETCH_ERROR", coded("SELF_SIGNED_CERT_IN_CHAIN")),
      "SELF_SIGNED_CERT_IN_CHAIN",
    ],
    ["above one that tells less", coded("CERT_HAS_EXPIRED", coded("ECONNRESET")), "CERT_HAS_EXPIRED"],
    [
      "of one of several addresses",
      Object.assign(new AggregateError([coded("ENETUNREACH"), coded("ECONNREFUSED")]), {}),
      "ECONNREFUSED",
    ],
    ["that is a number", Object.assign(new Error("x"), { code: 7 }), undefined],
    ["that is a sentence", coded("Something went wrong"), undefined],
    ["nowhere, in a circle of causes", circle, undefined],
    ["nowhere, on a text", "ECONNRESET", undefined],
    ["nowhere, on nothing", undefined, undefined],
  ])("is found %s", (_where, error, code) => {
    expect(networkCode(error)).toBe(code);
  });

  it.each([
    ["CERT_HAS_EXPIRED", false, "clock"],
    ["CERT_NOT_YET_VALID", false, "clock"],
    ["SELF_SIGNED_CERT_IN_CHAIN", false, "NODE_EXTRA_CA_CERTS"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", false, "NODE_EXTRA_CA_CERTS"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", false, "NODE_EXTRA_CA_CERTS"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", false, "NODE_EXTRA_CA_CERTS"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", false, "TLS"],
    ["UND_ERR_INVALID_ARG", false, "fetch"],
    ["EAI_AGAIN", true, "DNS of this machine"],
    ["ECONNREFUSED", true, "firewall"],
    ["UND_ERR_SOCKET", true, "firewall"],
  ])("%s is asked again: %s, and the advice speaks of %s", (code, retryable, word) => {
    const failure = networkFailure(new TypeError("fetch failed", { cause: coded(code) }), "graph.microsoft.com");
    expect(failure).toMatchObject({ code: "network_error", retryable, host: "graph.microsoft.com" });
    expect(failure.message).toContain(code);
    expect(failure.remedy).toContain(word);
  });
});

describe("a proxy that refuses", () => {
  it.each([
    [
      "undici's words, three causes down",
      deep(3, new Error("Proxy response (407) !== 200 when HTTP Tunneling")),
      407,
      /name and password/,
    ],
    [
      "undici's words for 403",
      new TypeError("fetch failed", {
        cause: coded("UND_ERR_ABORTED", new Error("Proxy response (403) !== 200 when HTTP Tunneling")),
      }),
      403,
      /let through/,
    ],
    ["an agent's words", new Error("tunneling socket could not be established, statusCode=502"), 502, /let through/],
  ])("is called that, and asked once: %s", (_how, cause, status, remedy) => {
    const failure = networkFailure(cause, "login.microsoftonline.com");
    expect(failure).toMatchObject({ code: "network_error", retryable: false });
    expect(failure.message).toContain(`${status}`);
    expect(failure.message).toContain("proxy");
    expect(failure.remedy).toMatch(remedy);
  });

  it.each(["fetch failed", "Proxy connection timed out", "port 8403 of the proxy is closed"])(
    "isn't read into %j",
    (message) => {
      expect(networkFailure(new Error(message), "x.example").message).not.toContain("refused with");
    },
  );
});
