import { createHash, X509Certificate } from "node:crypto";
import selfsigned from "selfsigned";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { type AssertionParts, byAssertion, requestToken, signAssertion, type TokenRequest } from "./token-request.js";

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const unknownId = "5b1c1ad7-6d5d-4b40-8e2c-0123456789ab";

let emulator: Emulator;
let key: string;
let certificate: string;
let sha256: string;
let sha1: string;

beforeAll(async () => {
  emulator = await startEmulator({ users: 3 });
  const made = await selfsigned.generate([{ name: "commonName", value: "a daemon" }], { keySize: 2048 });
  key = made.private;
  certificate = made.cert;
  const der = new X509Certificate(certificate).raw;
  sha256 = createHash("sha256").update(der).digest("base64url");
  sha1 = createHash("sha1").update(der).digest("base64url");
});
beforeEach(() => {
  emulator.reset();
  emulator.app().addCertificate(certificate);
});
afterAll(() => emulator.stop());

const identified = () => ({ "x5t#S256": sha256 });
const sign = (parts: AssertionParts = {}, privateKey = key) =>
  signAssertion(emulator, privateKey, { ...parts, header: parts.header ?? identified() });
const asking = async (assertion: Promise<string>): Promise<TokenRequest> => ({ form: byAssertion(await assertion) });

interface Row {
  title: string;
  request(): TokenRequest | Promise<TokenRequest>;
  status: number;
  error: string;
  code: number;
  linked: boolean;
  text: string | RegExp;
}

const rows: Row[] = [
  {
    title: "a wrong secret",
    request: () => ({ form: { client_secret: "wrong" } }),
    status: 401,
    error: "invalid_client",
    code: 7000215,
    linked: true,
    text: /^Invalid client secret provided\. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '[0-9a-f-]{36}'\.$/,
  },
  {
    title: "an expired secret",
    request() {
      const expired = emulator.app().addSecret({ expiresAt: new Date(Date.now() - 1000) });
      return { form: { client_secret: expired } };
    },
    status: 401,
    error: "invalid_client",
    code: 7000222,
    linked: true,
    text: /^The provided client secret keys for app '[0-9a-f-]{36}' are expired\. Visit the Azure portal to create new keys for your app: https:\/\/aka\.ms\/NewClientSecret, or consider using certificate credentials for added security: https:\/\/aka\.ms\/certCreds\.$/,
  },
  {
    title: "an unknown app",
    request: () => ({ form: { client_id: unknownId } }),
    status: 400,
    error: "unauthorized_client",
    code: 700016,
    linked: true,
    text: /^Application with identifier '5b1c1ad7-[^']+' was not found in the directory 'Contoso'\. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant\. You may have sent your authentication request to the wrong tenant\.$/,
  },
  ...["00000000-0000-0000-0000-000000000000", "my-app"].map((id) => ({
    title: `${id} as the client id`,
    request: () => ({ form: { client_id: id } }),
    status: 400,
    error: "unauthorized_client",
    code: 700038,
    linked: false,
    text: `${id} is not a valid application identifier.`,
  })),
  {
    title: "a disabled app",
    request() {
      emulator.app().disabled = true;
      return {};
    },
    status: 400,
    error: "unauthorized_client",
    code: 7000112,
    linked: false,
    text: /is disabled\.$/,
  },
  ...[unknownId, "nowhere.example"].map((tenant) => ({
    title: `${tenant} as the tenant`,
    request: () => ({ tenant }),
    status: 400,
    error: "invalid_request",
    code: 90002,
    linked: true,
    text: `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  })),
  {
    title: "a malformed tenant",
    request: () => ({ tenant: "contoso" }),
    status: 400,
    error: "invalid_request",
    code: 900023,
    linked: true,
    text: "Specified tenant identifier 'contoso' is neither a valid DNS name, nor a valid external domain.",
  },
  {
    title: "a scope without /.default",
    request: () => ({ form: { scope: "https://graph.microsoft.com/User.Read" } }),
    status: 400,
    error: "invalid_scope",
    code: 1002012,
    linked: false,
    text: "The provided value for scope https://graph.microsoft.com/User.Read is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
  },
  {
    title: "two resources",
    request: () => ({ form: { scope: "https://graph.microsoft.com/.default api://orders/.default" } }),
    status: 400,
    error: "invalid_scope",
    code: 700022,
    linked: false,
    text: /contains more than one resource\.$/,
  },
  {
    title: "a resource parameter",
    request: () => ({ form: { resource: "https://graph.microsoft.com" } }),
    status: 400,
    error: "invalid_request",
    code: 901002,
    linked: false,
    text: /'resource'/,
  },
  {
    title: "no credential",
    request: () => ({ form: { client_secret: undefined } }),
    status: 401,
    error: "invalid_client",
    code: 7000218,
    linked: false,
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  {
    title: "a credential of a public client",
    request() {
      const { clientId, clientSecret } = emulator.addApp({ publicClient: true });
      return { form: { client_id: clientId, client_secret: clientSecret } };
    },
    status: 401,
    error: "invalid_client",
    code: 700025,
    linked: false,
    text: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  },
  ...(
    [
      [50196, 400, "invalid_grant", /client request loop/],
      [53003, 400, "access_denied", /^Access has been blocked by Conditional Access policies\./],
      [90033, 503, "temporarily_unavailable", "A transient error has occurred. Please try again."],
    ] as const
  ).map(([code, status, error, text]) => ({
    title: `a request that Entra turns down for its own reasons (${error})`,
    request() {
      emulator.faults.add({ aadsts: code });
      return {};
    },
    status,
    error,
    code,
    linked: false,
    text,
  })),
  {
    title: "an unknown resource",
    request: () => ({ form: { scope: "api://nothing/.default" } }),
    status: 400,
    error: "invalid_resource",
    code: 500011,
    linked: true,
    text: /^The resource principal named api:\/\/nothing was not found in the tenant named [0-9a-f-]{36}\. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant\. You might have sent your authentication request to the wrong tenant\.$/,
  },
  ...["grant_type", "scope", "client_id"].map((name) => ({
    title: `no ${name}`,
    request: () => ({ form: { [name]: undefined } }),
    status: 400,
    error: "invalid_request",
    code: 900144,
    linked: false,
    text: `The request body must contain the following parameter: '${name}'.`,
  })),
  {
    title: "an unknown grant",
    request: () => ({ form: { grant_type: "magic" } }),
    status: 400,
    error: "unsupported_grant_type",
    code: 70003,
    linked: false,
    text: "The app requested an unsupported grant type 'magic'.",
  },
  {
    title: "an assertion that is no JWT",
    request: () => ({ form: byAssertion("nonsense") }),
    status: 400,
    error: "invalid_request",
    code: 50027,
    linked: true,
    text: "JWT token is invalid or malformed.",
  },
  ...["iss", "aud"].map((claim) => ({
    title: `an assertion without ${claim}`,
    request: () => asking(sign({ claims: { [claim]: undefined } })),
    status: 400,
    error: "invalid_request",
    code: 90014,
    linked: true,
    text: `The required field '${claim}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.`,
  })),
  {
    title: "an assertion that names no key",
    request: () => asking(sign({ header: {} })),
    status: 401,
    error: "invalid_client",
    code: 5002723,
    linked: true,
    text: "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.",
  },
  {
    title: "an assertion with a symmetric signature",
    request: () => asking(sign({ header: { alg: "HS256" } })),
    status: 401,
    error: "invalid_client",
    code: 5002738,
    linked: true,
    text: /^Invalid JWT token\. 'HS256' is not a supported signature algorithm\. Supported signing algorithms are: '.*RS256.*'$/,
  },
  {
    title: "an assertion of another app",
    request: () => asking(sign({ claims: { iss: unknownId, sub: unknownId } })),
    status: 401,
    error: "invalid_client",
    code: 700021,
    linked: true,
    text: "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
  },
  {
    title: "a certificate that isn't registered",
    request() {
      emulator.app().removeCertificates();
      return asking(sign());
    },
    status: 401,
    error: "invalid_client",
    code: 700027,
    linked: false,
    text: /^The certificate with identifier used to sign the client assertion is not registered on application\. \[Reason - The key was not found\., Thumbprint of key used by client: '[0-9A-F]{64}'/,
  },
  {
    title: "a signature by another key than the registered one",
    async request() {
      const other = await selfsigned.generate([{ name: "commonName", value: "another" }], { keySize: 2048 });
      return asking(sign({}, other.private));
    },
    status: 401,
    error: "invalid_client",
    code: 700027,
    linked: false,
    text: /^Client assertion contains an invalid signature\. \[Reason - The key was not found\./,
  },
  {
    title: "an expired certificate",
    request() {
      emulator.clock.advance(400 * 86_400_000);
      return asking(sign());
    },
    status: 401,
    error: "invalid_client",
    code: 700027,
    linked: false,
    text: /^Client assertion contains an invalid signature\. \[Reason - The key used is expired\., Thumbprint of key used by client: '[0-9A-F]{64}', Found key 'Start=.*, End=.*'/,
  },
  ...[
    { when: "has expired", nbf: 1_516_242_622, exp: 1_516_243_222 },
    { when: "isn't valid yet", nbf: 4_000_000_000, exp: 4_000_000_600 },
  ].map(({ when, nbf, exp }) => ({
    title: `an assertion that ${when}`,
    request: () => asking(sign({ claims: { iat: nbf, nbf, exp } })),
    status: 401,
    error: "invalid_client",
    code: 700024,
    linked: true,
    text: /^Client assertion is not within its valid time range\. Current time: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z, assertion valid from \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.0{7}Z, expiry time of assertion \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.0{7}Z\. Review the documentation at /,
  })),
  {
    title: "a federated token whose subject isn't registered",
    request() {
      const { publicKey } = new X509Certificate(certificate);
      const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
      emulator.app().addFederatedCredential({ issuer: "https://ci.example", subject: "repo:main", publicKey: pem });
      const claims = { iss: "https://ci.example", sub: "repo:other", aud: "api://AzureADTokenExchange" };
      return asking(sign({ header: { kid: "1" }, claims }));
    },
    status: 401,
    error: "invalid_client",
    code: 700213,
    linked: false,
    text: "No matching federated identity record found for presented assertion subject 'repo:other'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  },
];

describe("a refused token request", () => {
  it.each(rows)("answers $title with AADSTS$code", async ({ request, status, error, code, linked, text }) => {
    const { status: answered, headers, body } = await requestToken(emulator, await request());
    expect({ answered, error: body.error, codes: body.error_codes }).toEqual({
      answered: status,
      error,
      codes: [code],
    });

    const {
      error_description: description,
      trace_id,
      correlation_id,
      timestamp,
      error_uri,
    } = body as Record<string, string>;
    const [, said, ids] = /^AADSTS\d+: (.*?)( Trace ID: .*)$/.exec(description ?? "") ?? [];
    if (typeof text === "string") expect(said).toBe(text);
    else expect(said).toMatch(text);
    expect(ids).toBe(` Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`);
    expect(timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
    expect(error_uri).toBe(linked ? `https://login.microsoftonline.com/error?code=${code}` : undefined);

    expect(trace_id).toMatch(guid);
    expect(headers.get("x-ms-request-id")).toBe(trace_id);
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    const fields = ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id"];
    expect(Object.keys(body)).toEqual(linked ? [...fields, "error_uri"] : fields);
  });

  it("comes with the headers of the service", async () => {
    const { headers } = await requestToken(emulator, { form: { client_secret: "wrong" } });
    expect(Object.fromEntries(headers)).toMatchObject({
      "strict-transport-security": "max-age=31536000; includeSubDomains",
      "x-content-type-options": "nosniff",
      p3p: 'CP="DSP CUR OTPi IND OTRi ONL FIN"',
      "x-ms-ests-server": expect.stringMatching(/^2\.1\.\d+ - \w+ ProdSlices$/),
    });
    const cookies = headers.getSetCookie().map((cookie) => cookie.split("=")[0]);
    expect(cookies).toEqual(["fpc", "esctx", "x-ms-gateway-slice", "stsservicecookie"]);
    expect(headers.get("www-authenticate")).toBeNull();
  });

  it("comes for claims that aren't JSON", async () => {
    expect(await requestToken(emulator, { form: { claims: "{" } })).toMatchObject({
      status: 400,
      body: { error: "invalid_request" },
    });
  });

  it("comes for a GET of the token endpoint, too", async () => {
    const answer = await emulator.fetch(`https://login.microsoftonline.com/${emulator.tenantId}/oauth2/v2.0/token`);
    expect(await answer.json()).toMatchObject({ error: "invalid_request", error_codes: [900561] });
  });

  it("separates its parts by line ends where that is asked for, as Entra did until 2022", async () => {
    await using older = await startEmulator({ users: 0, errorSeparator: "crlf" });
    const { body } = await requestToken(older, { form: { client_secret: "wrong" } });
    expect(body.error_description).toMatch(/\r\nTrace ID: \S+\r\nCorrelation ID: \S+\r\nTimestamp: \S+ \S+$/);
  });

  it("takes the client's request id for its correlation id, from body, query or header, if it is a GUID", async () => {
    const form = { client_secret: "wrong" };
    const inBody = await requestToken(emulator, { form: { ...form, "client-request-id": unknownId } });
    const inHeader = await requestToken(emulator, { form, headers: { "client-request-id": unknownId } });
    expect([inBody.body.correlation_id, inHeader.body.correlation_id]).toEqual([unknownId, unknownId]);
    const invalid = await requestToken(emulator, { form: { ...form, "client-request-id": "mine" } });
    expect(invalid.body.correlation_id).toMatch(guid);
  });

  it("echoes the client's request id as a header only when asked to", async () => {
    const asked = { "client-request-id": unknownId, "return-client-request-id": "true" };
    expect((await requestToken(emulator, { headers: asked })).headers.get("client-request-id")).toBe(unknownId);
    const { headers } = await requestToken(emulator, { headers: { "client-request-id": unknownId } });
    expect(headers.get("client-request-id")).toBeNull();
  });
});

describe("an issued token", () => {
  it("comes in exactly four fields, in Entra's order, and numbers are numbers", async () => {
    const { status, body } = await requestToken(emulator);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["token_type", "expires_in", "ext_expires_in", "access_token"]);
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599 });
  });

  it("is a version 1.0 token for Graph that says app, not user", async () => {
    const { claims, header } = await requestToken(emulator);
    const { tenantId, clientId } = emulator;
    expect(claims).toMatchObject({
      aud: "https://graph.microsoft.com",
      iss: `https://sts.windows.net/${tenantId}/`,
      appid: clientId,
      appidacr: "1",
      idtyp: "app",
      tid: tenantId,
      ver: "1.0",
      roles: ["User.Read.All"],
    });
    expect(claims.oid).toBe(claims.sub);
    expect(claims.idp).toBe(claims.iss);
    for (const name of ["scp", "name", "upn", "amr", "acr", "xms_cc"]) expect(claims).not.toHaveProperty(name);
    expect(header).toMatchObject({ typ: "JWT", alg: "RS256", x5t: header.kid });
    expect(header).toHaveProperty("nonce");
  });

  it("has the resource as it was asked for as its audience", async () => {
    const graph = "00000003-0000-0000-c000-000000000000";
    const { claims } = await requestToken(emulator, { form: { scope: `${graph}/.default` } });
    expect(claims.aud).toBe(graph);
  });

  it("says by what credential it was had, and has no roles where none were granted", async () => {
    emulator.app().roles = [];
    const { claims } = await requestToken(emulator, await asking(sign()));
    expect(claims.appidacr).toBe("2");
    expect(claims).not.toHaveProperty("roles");
  });

  it("lives a day, can be refreshed half way and says so in xms_cc when the client declares cp1, in any case", async () => {
    const claims = JSON.stringify({
      access_token: { xms_cc: { values: ["CP1"] } },
      id_token: { signin_state: { essential: false } },
    });
    const answer = await requestToken(emulator, { form: { claims } });
    expect(answer.claims.xms_cc).toEqual(["CP1"]);
    expect(Number(answer.body.expires_in)).toBeGreaterThan(80_000);
    expect(Number(answer.body.refresh_in)).toBeLessThan(Number(answer.body.expires_in));
  });

  it("is version 2.0 for an API that wants it, with the API's roles only", async () => {
    const api = emulator.addApp({ identifierUris: ["api://orders"], accessTokenVersion: 2 });
    emulator.app().roles = { "api://orders": ["Orders.Read"] };
    const { claims, header } = await requestToken(emulator, { form: { scope: "api://orders/.default" } });
    expect(claims).toMatchObject({
      iss: `https://login.microsoftonline.com/${emulator.tenantId}/v2.0`,
      aud: api.clientId,
      azp: emulator.clientId,
      azpacr: "1",
      ver: "2.0",
      roles: ["Orders.Read"],
    });
    for (const name of ["appid", "idtyp", "wids"]) expect(claims).not.toHaveProperty(name);
    expect(header).not.toHaveProperty("x5t");
  });
});

describe("what clients in use send", () => {
  it.each<[string, () => TokenRequest | Promise<TokenRequest>]>([
    ["the tenant by its domain", () => ({ tenant: emulator.domain })],
    ["HTTP Basic, form-encoded", () => basic()],
    [
      "OIDC scopes beside the resource",
      () => ({ form: { scope: "https://graph.microsoft.com/.default openid offline_access profile" } }),
    ],
    [
      "client_info and telemetry",
      () => ({ form: { client_info: "1", "x-client-SKU": "msal.js.node", "client-request-id": unknownId } }),
    ],
    ["an assertion by SHA-256 thumbprint and PS256", () => asking(sign())],
    [
      "an assertion by padded SHA-1 thumbprint and RS256",
      () => asking(sign({ header: { alg: "RS256", x5t: `${sha1}=` } })),
    ],
    [
      "an assertion by key id",
      () => asking(sign({ header: { kid: Buffer.from(sha1, "base64url").toString("hex").toUpperCase() } })),
    ],
    [
      "fractional times and no nbf",
      () => asking(sign({ claims: { nbf: undefined, iat: now() + 0.25, exp: now() + 600.25 } })),
    ],
    ["an assertion that lives for a year", () => asking(sign({ claims: { exp: now() + 31_536_000 } }))],
    [
      "the issuer as the assertion's audience",
      () => asking(sign({ claims: { aud: `https://login.microsoftonline.com/${emulator.tenantId}/v2.0` } })),
    ],
  ])("%s is accepted", async (_, request) => {
    expect(await requestToken(emulator, await request())).toMatchObject({ status: 200 });
  });

  it("one assertion, again and again, is accepted", async () => {
    const request = await asking(sign());
    const statuses = [await requestToken(emulator, request), await requestToken(emulator, request)];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200]);
  });

  const now = () => Math.floor(Date.now() / 1000);
  const basic = () => {
    const { clientId, clientSecret } = emulator;
    const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
    return {
      form: { client_id: undefined, client_secret: undefined },
      headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` },
    };
  };
});

describe("discovery", () => {
  const get = async (path: string, host = "login.microsoftonline.com") => {
    const response = await emulator.fetch(`https://${host}${path}`);
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  };

  it.each(["id", "domain"])("gives the tenant's document by its %s, with the id in every URL", async (by) => {
    const { tenantId, domain } = emulator;
    const { status, headers, body } = await get(
      `/${by === "id" ? tenantId : domain}/v2.0/.well-known/openid-configuration`,
    );
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("max-age=86400, private");
    const base = `https://login.microsoftonline.com/${tenantId}`;
    expect(body).toEqual({
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: [
        "client_secret_post",
        "private_key_jwt",
        "client_secret_basic",
        "self_signed_tls_client_auth",
      ],
      mtls_endpoint_aliases: { token_endpoint: `${base}/oauth2/v2.0/token` },
      tls_client_certificate_bound_access_tokens: true,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_modes_supported: ["query", "fragment", "form_post"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
      scopes_supported: ["openid", "profile", "email", "offline_access"],
      issuer: `${base}/v2.0`,
      request_uri_parameter_supported: false,
      userinfo_endpoint: "https://graph.microsoft.com/oidc/userinfo",
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
      end_session_endpoint: `${base}/oauth2/v2.0/logout`,
      http_logout_supported: true,
      frontchannel_logout_supported: true,
      claims_supported: expect.arrayContaining(["sub", "iss", "msgraph_host", "tid", "email"]),
      kerberos_endpoint: `${base}/kerberos`,
      tenant_region_scope: expect.stringMatching(/^[A-Z]{2}$/),
      cloud_instance_name: "microsoftonline.com",
      cloud_graph_host_name: "graph.windows.net",
      msgraph_host: "graph.microsoft.com",
      rbac_url: "https://pas.windows.net",
    });
    const absent = ["grant_types_supported", "code_challenge_methods_supported", "request_parameter_supported"];
    for (const name of absent) expect(body).not.toHaveProperty(name);
  });

  it("leaves the tenant open for common", async () => {
    const { body } = await get("/common/v2.0/.well-known/openid-configuration");
    expect(body).toMatchObject({
      issuer: "https://login.microsoftonline.com/{tenantid}/v2.0",
      tenant_region_scope: null,
    });
  });

  it("answers an unknown tenant with 400 invalid_tenant, which the token endpoint calls invalid_request", async () => {
    const { status, headers, body } = await get(`/${unknownId}/v2.0/.well-known/openid-configuration`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "invalid_tenant", error_codes: [90002] });
    expect(body.error_uri).toMatch(/\?code=90002$/);
    expect(headers.get("cache-control")).toBe("max-age=86400, private");
  });

  it("names the instances of every cloud, and refuses a host it doesn't know", async () => {
    const path = (host: string) =>
      `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(`https://${host}/t/oauth2/v2.0/authorize`)}`;
    const { status, body } = await get(path("login.microsoftonline.us"));
    expect(status).toBe(200);
    expect(body.tenant_discovery_endpoint).toBe(
      "https://login.microsoftonline.us/t/v2.0/.well-known/openid-configuration",
    );
    const instance = (preferred_network: string, preferred_cache: string, ...others: string[]) => ({
      preferred_network,
      preferred_cache,
      aliases: [preferred_network, ...others],
    });
    const com = "login.microsoftonline.com";
    expect(body.metadata).toEqual(
      expect.arrayContaining([
        instance(com, "login.windows.net", "login.windows.net", "login.microsoft.com", "sts.windows.net"),
        instance("login.partner.microsoftonline.cn", "login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
        instance("login.microsoftonline.de", "login.microsoftonline.de"),
        instance("login.microsoftonline.us", "login.microsoftonline.us", "login.usgovcloudapi.net"),
        instance("login-us.microsoftonline.com", "login-us.microsoftonline.com"),
      ]),
    );
    expect(await get(path("login.example"))).toMatchObject({
      status: 400,
      body: { error: "invalid_instance", error_codes: [50049] },
    });
  });

  it("refuses a discovery request that names no endpoint, and knows no other paths", async () => {
    expect(await get("/common/discovery/instance?api-version=1.1")).toMatchObject({ body: { error_codes: [50050] } });
    expect((await emulator.fetch("https://login.microsoftonline.com/favicon.ico")).status).toBe(404);
  });

  it("publishes the key that tokens are signed with, and its certificate", async () => {
    const { createLocalJWKSet, jwtVerify } = await import("jose");
    const { body } = await get(`/${emulator.tenantId}/discovery/v2.0/keys`);
    const [published] = body.keys as Record<string, string[]>[];
    expect(published).not.toHaveProperty("alg");
    const { publicKey } = new X509Certificate(Buffer.from(published?.x5c?.[0] ?? "", "base64"));
    expect(publicKey.export({ format: "jwk" }).n).toBe(published?.n);
    const token = String((await requestToken(emulator)).body.access_token);
    const keys = createLocalJWKSet(body as never);
    expect((await jwtVerify(token, keys)).payload.appid).toBe(emulator.clientId);
  });

  it.each([
    ["login.microsoftonline.us", "https://graph.microsoft.us"],
    ["login.microsoftonline.us", "https://dod-graph.microsoft.us"],
    ["login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"],
    ["login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"],
    ["login.sovcloud-identity.fr", "https://graph.svc.sovcloud.fr"],
    ["login.sovcloud-identity.de", "https://graph.svc.sovcloud.de"],
    ["login.sovcloud-identity.sg", "https://graph.svc.sovcloud.sg"],
  ])("%s issues tokens for %s, which takes them, and for no other cloud's Graph", async (loginHost, graph) => {
    const { status, body } = await requestToken(emulator, { loginHost, form: { scope: `${graph}/.default` } });
    expect(status).toBe(200);
    const headers = { authorization: `Bearer ${body.access_token}` };
    expect((await emulator.fetch(`${graph}/v1.0/users`, { headers })).status).toBe(200);
    expect((await emulator.fetch("https://graph.microsoft.com/v1.0/users", { headers })).status).toBe(401);
    expect(await requestToken(emulator, { loginHost })).toMatchObject({ status: 400, body: { error_codes: [500011] } });
  });
});
