import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareTenants, type Finding } from "../../src/compare/compare-tenants.js";
import { nameOf, type Probe } from "../../src/compare/probe.js";
import { probes } from "../../src/compare/probes.js";
import { linesOf, reportOn, verdictOn } from "../../src/compare/report.js";
import type { Party } from "../../src/compare/tenant.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/testing/index.js";
import { sampled, thorough } from "../support/thorough.js";

const roles = ["Directory.Read.All", "AuditLog.Read.All"];
const kept: Emulator[] = [];
afterAll(async () => {
  for (const emulator of kept) await emulator.stop();
});

async function party(options: EmulatorOptions = {}, change?: (response: Response, asked: Asked) => Promise<Response>) {
  const emulator = await startEmulator({ users: 60, roles, ...options });
  kept.push(emulator);
  const { tenantId, clientId, clientSecret, fetch } = emulator;
  const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
  const changed = async (address: string | URL | Request, init?: RequestInit) => {
    const response = await fetch(address, init);
    const { pathname, search } = new URL(String(address));
    const asked = { path: decodeURIComponent(pathname + search), body: String(init?.body ?? "") };
    return change ? change(response, asked) : response;
  };
  return { emulator, party: { authProvider, fetch: changed, paceMs: 0 } as Party };
}

interface Asked {
  path: string;
  body: string;
}

async function findings(given: Party, embedded: Party, asked: readonly Probe[] = probes): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of compareTenants(given, embedded, asked)) found.push(finding);
  return found;
}

/** What is different, each place as `path: where`. */
const apart = (found: readonly Finding[]) =>
  found.flatMap(({ name, differences }) => differences.map(({ where }) => `${name}: ${where}`));

/** Changes the text of an answer, and nothing else. */
async function edited(response: Response, edit: (text: string) => string): Promise<Response> {
  const { status, headers } = response;
  return new Response(edit(await response.text()), { status, headers });
}

async function withHeaders(response: Response, edit: (headers: Headers) => void, status = response.status) {
  const headers = new Headers(response.headers);
  edit(headers);
  return new Response(await response.text(), { status, headers });
}

const json = (edit: (body: Record<string, never>) => object | undefined) => (response: Response) =>
  edited(response, (text) => {
    const body = JSON.parse(text);
    return JSON.stringify(edit(body) ?? body);
  });

type Body = Record<string, unknown> & { value: Record<string, unknown>[]; error: Record<string, unknown> };
const bodied = (edit: (body: Body) => unknown) =>
  json((body) => {
    edit(body as unknown as Body);
    return undefined;
  });

/** Ways in which a tenant may differ: where it does, how, and what is to be found. */
const ways: [what: string, of: string, how: (response: Response) => Promise<Response>, found: string][] = [
  ["a status", "/devices?", (response) => withHeaders(response, () => {}, 206), "status"],
  [
    "a content type",
    "/organization",
    (response) => withHeaders(response, (h) => h.set("content-type", "application/json")),
    "content type",
  ],
  [
    "a header that is missing",
    "/domains",
    (response) => withHeaders(response, (h) => h.delete("request-id")),
    "header request-id",
  ],
  [
    "a header that is new",
    "/subscribedSkus",
    (response) => withHeaders(response, (h) => h.set("x-ms-new", "1")),
    "header x-ms-new",
  ],
  [
    "what it costs",
    "/administrativeUnits?",
    (response) => withHeaders(response, (h) => h.set("x-ms-resource-unit", "9")),
    "resource units",
  ],
  [
    "a field that is missing",
    "/groups?$top=5",
    bodied(({ value }) => value.forEach((group) => void delete group.mail)),
    "[items] field mail",
  ],
  [
    "a field that is new",
    "/users?$top=5",
    bodied(({ value }) => value.forEach((user) => void Object.assign(user, { cloudNative: true }))),
    "[items] field cloudNative",
  ],
  [
    "the order of fields",
    "/users?$top=5&$select=id,displayName,accountEnabled,createdDateTime,userType",
    bodied((body) => {
      body.value = body.value.map(({ id, ...rest }) => ({ ...rest, id }));
    }),
    "[items] order of fields",
  ],
  [
    "the type of a field",
    "/applications?$top=5&$select=id,appId,displayName,createdDateTime,signInAudience",
    bodied(({ value }) => value.forEach((app) => void Object.assign(app, { displayName: 7 }))),
    "[items].displayName type",
  ],
  [
    "the form of a text",
    "/servicePrincipals?$top=5",
    bodied(({ value }) => value.forEach((one) => void Object.assign(one, { appId: "none" }))),
    "[items].appId type",
  ],
  [
    "a field within a field",
    "/users/{user}?$select=id,mail,assignedLicenses,identities",
    bodied((body) => {
      body.identities = [{ signInType: "x" }];
    }),
    "identities[items] field",
  ],
  [
    "the context",
    "/directoryRoles?",
    bodied((body) => {
      body["@odata.context"] = "https://graph.microsoft.com/v1.0/$metadata#roles";
    }),
    "context",
  ],
  [
    "the code of a refusal",
    "/nonsense",
    bodied(({ error }) => {
      error.code = "Request_Unknown";
    }),
    "error code",
  ],
  [
    "the message of a refusal",
    "/users?$select=nonsense",
    bodied(({ error }) => {
      error.message = "The request is not supported.";
    }),
    "error message",
  ],
  [
    "the parameters of a link",
    "/groups?$top=1&$select=id",
    bodied((body) => {
      body["@odata.nextLink"] = String(body["@odata.nextLink"]).replace("skiptoken", "skip");
    }),
    "@odata.nextLink",
  ],
  [
    "a page longer than asked for",
    "/users?$top=1&$select=id",
    bodied((body) => {
      body.value = [...body.value, ...body.value];
    }),
    "page",
  ],
  [
    "a delta link that is missing",
    "/groups/delta?$deltatoken=latest",
    bodied((body) => {
      delete body["@odata.deltaLink"];
    }),
    "link",
  ],
  [
    "the answer to a step of a batch",
    "/$batch",
    json((body) => ({
      responses: (body as unknown as { responses?: object[] }).responses?.map((each) => ({
        ...each,
        headers: undefined,
      })),
    })),
    "responses[items] field headers",
  ],
  [
    "the numbers of an error of Entra's",
    "/oauth2/v2.0/token",
    bodied((body) => {
      body.error_codes = [1];
    }),
    "error code",
  ],
  [
    "a field of the discovery document",
    "/v2.0/.well-known/openid-configuration",
    bodied((body) => {
      delete body.jwks_uri;
    }),
    "field jwks_uri",
  ],
];

describe("Two tenants that are alike", () => {
  let found: Finding[];
  let alike: [Party, Party];
  beforeAll(async () => {
    // Other people, other ids, more of them: what may differ between two directories of one service.
    const [given, embedded] = [await party({ seed: 7, users: 300, groups: 40 }), await party()];
    alike = [given.party, embedded.party];
    found = await findings(...alike, sampled(probes, 2));
  });

  it("differ in nothing that is compared", () => {
    expect(apart(found)).toEqual([]);
    const compared = found.filter(({ skipped }) => skipped === undefined);
    console.log(`${probes.length} probes, ${verdictOn(found)}`);
    expect(compared.length).toBeGreaterThan(thorough ? 90 : 40);
  });

  it("are named apart, each probe under a name of its own", () => {
    const names = probes.map(nameOf);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("A tenant that was made to differ", () => {
  it("in twenty ways is found to do so in each, and in nothing else", async () => {
    expect(ways).toHaveLength(20);
    const embedded = (await party()).party;
    const probeOf = (of: string) => probes.filter(({ path }) => path.startsWith(of))[0]!;
    const asked = ways.map(([, of]) => probeOf(of));
    expect(new Set(asked).size).toBe(20);
    const { party: given } = await party({ seed: 3 }, async (response, { path, body }) => {
      // Whose path it is, with the ids that were filled in taken out again.
      const bare = path.replace(/^\/v1\.0|^\/[0-9a-f-]{36}(?=\/)/, "").replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, "{user}");
      const at = asked.findIndex(
        (probe) => probe.path === bare && `${body}`.includes(probe.service ? "not-the-secret" : ""),
      );
      const way = ways[at === -1 && bare.endsWith("/openid-configuration") ? ways.length - 1 : at];
      return way === undefined ? response : way[2](response);
    });
    const found = await findings(
      given,
      embedded,
      probes.filter(
        ({ topic, path }) => asked.some((probe) => probe.path === path) || (thorough && topic === "queries"),
      ),
    );
    const missed = ways.filter(([, of, , where]) => {
      const name = nameOf(probeOf(of));
      return !apart(found).some((place) => place.startsWith(`${name}: `) && place.includes(where));
    });
    expect(missed.map(([what]) => what)).toEqual([]);
    const names = asked.map(nameOf);
    const beside = found.filter(({ name, differences }) => differences.length > 0 && !names.includes(name));
    expect(beside.filter(({ probe }) => !asked.some(({ path }) => path === probe.path))).toEqual([]);
  });
});

describe("What is told of a tenant", () => {
  let usual: Party;
  beforeAll(async () => {
    usual = (await party()).party;
  });

  it("holds nothing of it, however hostile its names are", async () => {
    const words = ["Zyzzyva", "O'Xenolith", "Qwghlm", "mail.zyzzyva.example", "ext_zyzzyva", "x-zyzzyva"];
    const hostile = await party({ seed: 5, domain: "zyzzyva.onmicrosoft.com" }, async (response) => {
      const text = (await response.text())
        .replace(
          /"displayName":"[^"]*"/g,
          `"displayName":"Zyzzyva {user} O'Xenolith https://mail.zyzzyva.example/Qwghlm"`,
        )
        .replace(/"message":"/g, `"message":"Zyzzyva of 'Qwghlm' wants O'Xenolith at mail.zyzzyva.example (Qwghlm): `)
        .replace(/"error_description":"/g, `"error_description":"Qwghlm Zyzzyva: `)
        .replace(/"code":"Request_BadRequest"/g, `"code":"Zyzzyva O'Xenolith"`)
        .replace(/"value":\[\{/g, `"value":[{"ext_zyzzyva":1,"Zyzzyva Qwghlm":2,"@odata.type":"#zyzzyva.Qwghlm",`)
        .replace(/\$metadata#/g, "$metadata#Zyzzyva('Qwghlm')/")
        .replace(/\$skiptoken=/g, "Zyzzyva=Qwghlm&$skiptoken=");
      const { status, headers } = response;
      const answered = new Headers(headers);
      answered.set("x-zyzzyva", "Qwghlm");
      return new Response(status === 204 ? null : text, { status, headers: answered });
    });
    const asked = sampled(probes, 3);
    const found = await findings(hostile.party, usual, asked);
    const told = JSON.stringify(reportOn(found, "1.0.0", new Date(0))) + found.map(linesOf).join("\n");
    const { tenantId, clientId, domain, users } = hostile.emulator;
    const values = [...words, tenantId, clientId, domain, ...users.ids()];
    expect(values.filter((value) => told.toLowerCase().includes(value.toLowerCase()))).toEqual([]);
    expect(apart(found).length).toBeGreaterThan(asked.length / 2);
  });

  const oddities: [string, string | ((text: string) => string), Record<string, string>?][] = [
    ["a page of somebody's in place of JSON", "Zyzzyva was here"],
    ["JSON that ends in the middle", (text) => text.slice(0, text.length / 2).concat("Zyzzyva")],
    ["a field under a domain", (text) => text.replace("{", '{"com.zyzzyva.Qwghlm":1,"zyzzyva.example":{"Zyz.a":1},')],
    ["a field with hyphens", (text) => text.replace("{", '{"Zyz-zyzzyva-Qwghlm":1,')],
    [
      "what owners name below Graph's own names",
      '{"value":[{"customSecurityAttributes":{"Zyzzyva":{"ofZyzzyva":1}},"extensions":[{"zyzzyvaField":"x"}]}]}',
    ],
    ["a type with a parameter of its own", (text) => text, { "content-type": 'text/zyzzyva; user="Zyzzyva"' }],
    ["a cost that is none", (text) => text, { "x-ms-resource-unit": "zyzzyva" }],
    ["an address that can't be decoded", '{"@odata.context":"https://a/$metadata#zyzzyva%E0%A4%A","value":[]}'],
    ["a link that is no text", '{"@odata.nextLink":{"zyzzyva.x":1},"value":[{"id":{}}]}'],
    ["an id that would be a path", '{"value":[{"id":"../../zyzzyva?"}]}'],
    ["null, and a list of lists", '{"value":[null,[[1]],"zyzzyva"],"error":null}'],
    ["no object at all", '["zyzzyva"]'],
    ["nothing but null", "null"],
    ["what is a thousand deep", `${"[".repeat(5_000)}${"]".repeat(5_000)}`],
    [
      "fields that objects have anyway",
      '{"__proto__":{"a":1},"constructor":1,"toString":[],"value":[{"__proto__":1}]}',
    ],
  ];
  it.each(sampled(oddities, 4))(
    "holds nothing of it and ends in order where it answers with %s",
    async (_what, text, more = {}) => {
      const strange = await party({ seed: 5 }, async (response, { path }) => {
        if (path.includes("/oauth2/")) return response;
        const edit = typeof text === "string" ? () => text : text;
        return withHeaders(await edited(response, edit), (headers) => {
          for (const [name, value] of Object.entries(more)) headers.set(name, value);
        });
      });
      const few = ["/users?$top=5", "/users/{user}", "/organization"];
      const asked = probes.filter(({ topic, path }) => few.includes(path) || topic === "delta" || topic === "paging");
      const found = await findings(strange.party, usual, asked);
      expect(found).toHaveLength(asked.length);
      const told = JSON.stringify(reportOn(found, "1.0.0", new Date(0))) + found.map(linesOf).join("\n");
      expect(told).not.toMatch(/zyz|qwghlm/i);
      expect(told).not.toContain("NaN");
    },
  );

  it("is that a connection failed, by its code", async () => {
    const away = await party();
    const lost = Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNRESET", message: "of Zyzzyva" } });
    const { party: given } = away;
    const fetch = (address: string | URL | Request, init?: RequestInit) =>
      String(address).includes("/domains") ? Promise.reject(lost) : given.fetch(address, init);
    const asked = probes.filter(({ path }) => ["/domains", "/organization"].includes(path));
    const found = await findings({ ...given, fetch }, usual, asked);
    expect(found.map(({ skipped }) => skipped)).toEqual([undefined, "the connection failed: ECONNRESET"]);
  });

  it("names what the app may not ask, and what isn't there to be asked about", async () => {
    const poor = await party({ roles: ["User.Read.All"], devices: 0 });
    const asked = probes.filter(({ topic }) => thorough || topic === "lists" || topic === "relations");
    const found = await findings(poor.party, usual, asked);
    const skipped = Object.fromEntries(found.map(({ probe, skipped }) => [probe.path, skipped]));
    expect(skipped["/groups?$top=5"]).toContain("isn't permitted");
    expect(found.filter(({ skipped }) => skipped?.includes("there is no")).length).toBeGreaterThan(0);
  });
});
