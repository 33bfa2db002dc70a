import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { AppIdentityError } from "../../src/errors.js";
import { KnownSecrets } from "../../src/http/known-secrets.js";
import { safeCause, safeFailure, safeReason } from "../../src/http/safe-cause.js";
import { safeText } from "../../src/http/safe-text.js";

const secret = `abc%/+"\\&=~only.the.service\`knows#it`;
const known = new KnownSecrets([secret, undefined, ""]);
/** Any eight characters in a row would be too much. */
const fragments = Array.from({ length: secret.length - 15 }, (_, at) => secret.slice(at, at + 16));
const leaks = (text: string) => fragments.filter((each) => text.includes(each) || decoded(text).includes(each));
const decoded = (text: string) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
const base64 = (text: string) => Buffer.from(text).toString("base64");
const everyByte = (text: string, byte: (hex: string) => string) =>
  [...Buffer.from(text)].map((code) => byte(code.toString(16).padStart(2, "0"))).join("");

describe("a known secret is taken out of a text", () => {
  it.each<[string, string]>([
    ["as it is", secret],
    ["twice", `${secret} and ${secret}`],
    ["without its beginning", secret.slice(7)],
    ["without its end", secret.slice(0, -7)],
    ["at the very end", `x${secret}`],
    ["encoded for an address", encodeURIComponent(secret)],
    ["as a form sends it", new URLSearchParams({ a: secret }).toString()],
    ["encoded twice", encodeURIComponent(encodeURIComponent(secret))],
    ["encoded in lower case", encodeURIComponent(secret).toLowerCase().replace(/abc/, "abc")],
    ["with every character encoded", everyByte(secret, (hex) => `%${hex}`)],
    ["in JSON", JSON.stringify({ body: secret })],
    ["in JSON in JSON", JSON.stringify({ body: JSON.stringify({ secret }) })],
    ["in JSON for an address", encodeURIComponent(JSON.stringify({ secret }))],
    ["in JSON with every character escaped", everyByte(secret, (hex) => `\\u00${hex}`)],
    ["in HTML", secret.replaceAll("&", "&amp;").replaceAll('"', "&quot;")],
    ["in HTML by numbers", everyByte(secret, (hex) => `&#x${hex};`)],
  ])("%s", (_, text) => {
    const safe = safeText(`They said: ${text}`, known);
    expect(safe).toMatch(/^They said: .*\[redacted\]/s);
    expect(leaks(safe)).toEqual([]);
  });

  it.each([
    ["base64", base64(secret)],
    ["base64 for an address", Buffer.from(secret).toString("base64url")],
    ["a Basic authorization", base64(`an-app:${secret}`)],
    ["base64 behind one other byte", base64(`x${secret}`)],
    ["base64 behind two other bytes", base64(`xy${secret}`)],
    ["hex", Buffer.from(secret).toString("hex")],
    ["hex in capitals", Buffer.from(secret).toString("hex").toUpperCase()],
  ])("in %s", (_, text) => {
    const safe = safeText(`They said: ${text}`, known);
    expect(safe).toContain("[redacted]");
    expect(safe.length).toBeLessThan(45);
  });

  it("and nothing but the secret goes", () => {
    expect(safeText(`100% of (${secret}) is gone; C:\\temp, a%20b and {"a":"\\n"} stay.`, known)).toBe(
      `100% of ([redacted]) is gone; C:\\temp, a%20b and {"a":"\\n"} stay.`,
    );
  });

  it("by its lines, where it is a key", () => {
    const line = (letter: string) => letter.repeat(8) + base64(letter.repeat(40));
    const key = `-----BEGIN PRIVATE KEY-----\n${line("a")}\n${line("b")}\n-----END PRIVATE KEY-----\n`;
    const said = `${line("b")} ${line("a").slice(3)} under "-----BEGIN PRIVATE" and so on`;
    expect(safeText(said, new KnownSecrets([key]))).toBe('[redacted] [redacted] under "-----BEGIN PRIVATE" and so on');
  });

  it("unless it is so short that ordinary words would go", () => {
    expect(safeText("password or fifteen letters", new KnownSecrets(["password", "fifteen letters"]))).toBe(
      "password or fifteen letters",
    );
  });
});

describe("without knowing it, a text loses", () => {
  it.each([
    ["a signed JWT", "eyJ0eXAiOiJKV1QifQ.eyJpc3MiOiJtZSJ9.c2lnbmF0dXJl", "[redacted]"],
    ["a bearer token", "Authorization: Bearer opaque-token-of-somebody", "Authorization: Bearer [redacted]"],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "[redacted]"],
    ["a private key that breaks off", "-----BEGIN PRIVATE KEY-----\nMIIEvQ", "[redacted]"],
    ["a client secret of Entra's", `it was abc8Q~${"x".repeat(34)}.`, /^it was \[redacted\]$/],
    ["a form's secret", "POST grant_type=a&client_secret=short&b=1", "POST grant_type=a&client_secret=[redacted]&b=1"],
    ["a store's password", "redis://app:hunter2@cache:6379 is gone", "redis://app:[redacted]@cache:6379 is gone"],
  ])("%s", (_, text, safe) => {
    expect(safeText(text)).toMatch(safe instanceof RegExp ? safe : new RegExp(`^${safe.replace(/[[\]/?]/g, "\\$&")}$`));
  });
});

it("a text is bounded, and a secret at its bound isn't cut in two", () => {
  expect(safeText("a".repeat(5_000_000)).length).toBe(2_001);
  const safe = safeText(`${"a".repeat(1_990)}${secret}`, known);
  expect(leaks(safe)).toEqual([]);
  expect(safe).not.toContain(secret.slice(0, 5));
});

/** What anybody could print of an error. */
function prints(error: unknown): string {
  const seen: string[] = [];
  for (let at = error, depth = 0; at && depth < 9; at = (at as Error).cause, depth++) {
    const names = typeof at === "object" ? Object.getOwnPropertyNames(at) : [];
    seen.push(String(at), ...names.map((name) => inspect((at as never)[name], { depth: null, showHidden: true })));
    seen.push(inspect(at, { depth: null, showHidden: true, getters: true }), JSON.stringify(at) ?? "");
  }
  return seen.join("\n");
}

class HttpError extends Error {
  override name = "HttpError";
  config = { headers: { authorization: secret } };
  toJSON() {
    return this.config;
  }
}

const errors: Record<string, () => unknown> = {
  "its message": () => new TypeError(`failed for ${secret}`),
  "its stack": () => Object.assign(new Error("failed"), { stack: `Error: failed\n    at ${secret}` }),
  "its name": () => Object.assign(new Error("failed"), { name: secret }),
  "its code": () => Object.assign(new Error("failed"), { code: secret }),
  "a field": () => Object.assign(new Error("failed"), { request: { body: [secret] } }),
  "a field under a symbol": () => Object.assign(new Error("failed"), { [Symbol("request")]: secret }),
  "a hidden field": () => Object.defineProperty(new Error("failed"), "request", { value: secret }),
  "a getter": () => Object.defineProperty(new Error("failed"), "request", { get: () => secret, enumerable: true }),
  "a message that is a getter": () => Object.defineProperty(new Error(), "message", { get: () => `failed ${secret}` }),
  "a class of its own": () => new HttpError("failed"),
  "its cause": () => new Error("failed", { cause: new Error("inner", { cause: new Error(secret) }) }),
  "a cause that is a text": () => new Error("failed", { cause: `sent ${secret}` }),
  "a cause that is an object": () => new Error("failed", { cause: { request: secret, message: `for ${secret}` } }),
  "one of several errors": () => new AggregateError([new Error(secret), { secret }], "failed"),
  "an error of another realm": () => runInNewContext("Object.assign(new Error('failed ' + s), { s })", { s: secret }),
  "a text that was thrown": () => `failed: ${secret}`,
  "an object that was thrown": () => ({ message: `failed: ${secret}`, config: { secret } }),
  "a function that was thrown": () => Object.assign(() => secret, { secret }),
};

describe("an error of somebody else's gives away nothing of", () => {
  it.each(Object.entries(errors))("%s", (_, make) => {
    const safe = safeCause(make(), known);
    expect(leaks(prints(safe))).toEqual([]);
    if (typeof safe === "object") expect(safe).toBeInstanceOf(Error);
  });

  it("itself where reading it throws, or leads in a circle", () => {
    const angry = new Proxy(new Error("failed"), {
      get() {
        throw new Error(secret);
      },
    });
    const circle: Error & { errors?: unknown } = new Error("failed");
    circle.cause = circle;
    circle.errors = [circle, circle];
    for (const error of [angry, circle]) expect(leaks(prints(safeCause(error, known)))).toEqual([]);
  });
});

describe("an error of somebody else's", () => {
  it("stays the very same where there is nothing in it to hide", () => {
    const error = Object.assign(new TypeError("fetch failed"), {
      cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", errno: -111, port: 443 }),
    });
    expect(safeCause(error, known)).toBe(error);
  });

  it("keeps name, message, stack and system codes where something else has to go", () => {
    const error = Object.assign(new HttpError("connect ECONNREFUSED"), {
      code: "ECONNREFUSED",
      errno: -111,
      port: 443,
    });
    const safe = safeCause(error, known);
    expect(safe).toMatchObject({ name: "HttpError", message: "connect ECONNREFUSED", code: "ECONNREFUSED", port: 443 });
    expect((safe as Error).stack).toBe(error.stack);
  });

  it("says in a few words what went wrong, or that it doesn't", () => {
    expect(safeReason(new Error(`vault is down, not ${secret}`), known)).toBe("vault is down, not [redacted]");
    expect(safeReason("vault is down")).toBe("vault is down");
    for (const silent of [undefined, null, {}, new Error(""), 5]) expect(safeReason(silent)).toBe("it doesn't say why");
    expect(safeReason("x".repeat(9_000)).length).toBeLessThan(600);
  });
});

describe("an error of ours", () => {
  const said = {
    remedy: "Look.",
    oauthError: `e ${secret}`,
    traceId: secret,
    statusCode: 400,
    continuationToken: "eyJ".repeat(999),
  };

  it("loses what others put into any of its texts, and keeps the rest", () => {
    const error = new AppIdentityError("network_error", `for ${secret}`, { ...said, cause: new Error(secret) });
    const safe = safeFailure(error, known);
    expect(safe).toBeInstanceOf(AppIdentityError);
    expect(safe).toMatchObject({ code: "network_error", statusCode: 400, remedy: "Look." });
    expect(safe.continuationToken).toBe(said.continuationToken);
    expect(leaks(prints(safe))).toEqual([]);
  });

  it("stays the very same where there is nothing to hide", () => {
    const error = new AppIdentityError("timeout", "No answer.", { remedy: "Wait.", cause: new Error("late") });
    expect(safeFailure(error, known)).toBe(error);
  });
});
