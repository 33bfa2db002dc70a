import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createGraphClient } from "../../src/graph/client.js";
import type { AppIdentityOptions } from "../../src/identity/configuration/options.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { redisTokenStore } from "../../src/redis.js";
import { listUsers } from "../../src/users/list-users.js";
import { makeCertificate, type TestCertificate } from "../support/certificates.js";
import { json } from "../support/loopback.js";
import { SkippingClock } from "../support/skipping-clock.js";
import {
  clientId,
  clientSecret,
  entraError,
  startTokenEndpoint,
  type TokenEndpoint,
  tenantId,
} from "../support/token-endpoint.js";

const assertion = [{ alg: "RS256" }, { iss: "i", exp: 4102444800 }, "signature-nobody-may-see"]
  .map((part) => Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url"))
  .join(".");
const encryptionKey = Buffer.from("0123456789abcdef0123456789abcdef");
const passphrase = "passphrase-nobody-may-see";

let certificate: TestCertificate;
let folder: string;
let endpoint: TokenEndpoint;
let lines: string[];

beforeAll(async () => {
  certificate = await makeCertificate();
  folder = await mkdtemp(join(tmpdir(), "secrets-"));
  await writeFile(join(folder, "token"), assertion);
  await writeFile(join(folder, "app.pem"), certificate.pem);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  endpoint = await startTokenEndpoint();
  lines = [];
});
afterEach(() => endpoint.close());

const credentials: Record<string, () => object> = {
  "a secret": () => ({ clientSecret }),
  "a secret from a function": () => ({ clientSecret: async () => clientSecret }),
  "a certificate": () => ({ clientCertificate: { pem: certificate.pem, passphrase } }),
  "a certificate file": () => ({ clientCertificate: { path: join(folder, "app.pem"), sendX5c: true } }),
  "a key with its thumbprint": () => ({
    clientCertificate: { privateKey: certificate.key, thumbprint: certificate.sha1 },
  }),
  "an assertion": () => ({ clientAssertion: async () => assertion }),
  "a federated token": () => ({ federatedTokenFile: join(folder, "token") }),
  "a borrowed token": () => ({
    tokenCredential: { getToken: async () => ({ token: "token-borrowed", expiresOnTimestamp: Date.now() + 3.6e6 }) },
  }),
};

/** Lines of the key's body, and what else must stay inside. */
function secrets(): string[] {
  const keyLines = certificate.key.split("\n").filter((line) => line.length > 30 && !line.startsWith("-----"));
  const keys = [encryptionKey.toString("hex"), encryptionKey.toString("base64"), encryptionKey.toString()];
  return [clientSecret, assertion, "signature-nobody", passphrase, "token-1", "token-borrowed", ...keyLines, ...keys];
}

/** Everything a logger, a debugger or a crash report would print of a value. */
function prints(value: unknown): string {
  const shown = [inspect(value, { depth: 10, showHidden: true }), inspect(value), String(value)];
  const encoded = [JSON.stringify(value), JSON.stringify({ nested: [value] })];
  const own = Object.getOwnPropertyNames(value ?? {}).map((name) => inspect((value as Record<string, unknown>)[name]));
  return [...shown, ...encoded, ...own].join("\n");
}

function leaks(text: string): string[] {
  const forms = secrets().flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
  ]);
  return forms.filter((secret) => text.includes(secret));
}

function provider(credential: object): AppIdentityAuthProvider {
  const say = (line: string) => void lines.push(line);
  const logger = { debug: say, info: say, warn: say, error: say };
  const tokenStore = redisTokenStore(fakeRedis(), { encryptionKey });
  const options = { tenantId, clientId, fetch: endpoint.fetch, logger, tokenStore, ...credential };
  return new AppIdentityAuthProvider(options as unknown as AppIdentityOptions);
}

const failing = async () => {
  throw new Error("no redis here");
};
const fakeRedis = () => ({ get: failing, set: failing, eval: failing });

describe.each(Object.entries(credentials))("with %s", (_name, credential) => {
  it("neither provider nor logs nor errors tell a secret, before and after a token", async () => {
    const authProvider = provider(credential());
    const printed = [prints(authProvider)];
    await authProvider.getAccessToken();
    printed.push(prints(authProvider));
    // Whatever holds a provider shows no more than the provider does.
    const client = createGraphClient({ authProvider, fetch: async () => Response.json({ value: [] }) });
    const listing = listUsers(client);
    for await (const _ of listing);
    printed.push(prints(client), prints(listing));
    for (const answer of [
      entraError(401, 7000215, "invalid_client"),
      entraError(401, 700027, "invalid_client"),
      entraError(400, 53003, "interaction_required"),
      (response: Parameters<typeof json>[0]) => json(response, 200, { token: "token-1" }),
      (response: Parameters<typeof json>[0]) => response.socket?.destroy(),
    ]) {
      endpoint.next(answer, answer, answer);
      const error = await authProvider.getAccessToken({ forceRefresh: true }).catch((error) => error);
      if (error instanceof Error) printed.push(prints(error), prints(error.cause));
    }
    printed.push(...lines);
    expect(leaks(printed.join("\n"))).toEqual([]);
  });
});

it("a fetch that hangs the request on its errors, as axios does, gives away neither secret nor token", async () => {
  const fetch: typeof globalThis.fetch = async (_url, init) => {
    const config = { data: init?.body, headers: Object.fromEntries(new Headers(init?.headers)) };
    throw Object.assign(new Error("Network Error"), { code: "ERR_NETWORK", config });
  };
  const refused = await provider({ clientSecret, fetch, clock: new SkippingClock() })
    .getAccessToken()
    .catch((error) => error);
  const client = createGraphClient({ authProvider: provider({ clientSecret }), fetch, retry: { attempts: 1 } });
  const unread = await client
    .api("/users")
    .get()
    .catch((error) => error);
  for (const error of [refused, unread]) {
    expect(error).toMatchObject({ code: "network_error", cause: { message: "Network Error", code: "ERR_NETWORK" } });
    expect(leaks(prints(error))).toEqual([]);
  }
});

it("says who it is, and how it proves that", () => {
  const authProvider = provider({ clientSecret });
  const shown = { tenantId, clientId, credential: "secret" };
  expect(JSON.parse(JSON.stringify(authProvider))).toEqual(shown);
  expect(inspect(authProvider)).toBe(`AppIdentityAuthProvider ${inspect(shown)}`);
});

it("the store of tokens shows neither its key nor its client's", () => {
  expect(leaks(prints(redisTokenStore(fakeRedis(), { encryptionKey })))).toEqual([]);
});

it("would be noticed: msal-node's client prints its secret", () => {
  const msal = new ConfidentialClientApplication({ auth: { clientId, clientSecret } });
  expect(leaks(inspect(msal, { depth: 10 }))).toContain(clientSecret);
});
