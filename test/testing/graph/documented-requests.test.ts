import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { type DocumentedRequest, documentedRequests } from "../../facts/documented-requests.js";
import { type Answer, eventual, type GraphCaller, graphCaller } from "./graph-caller.js";

const roles = [
  "Directory.Read.All",
  "AuditLog.Read.All",
  "Domain.Read.All",
  "Organization.Read.All",
  "LicenseAssignment.Read.All",
  "Application.Read.All",
  "Device.Read.All",
  "RoleManagement.Read.Directory",
];

let emulator: Emulator;
let graph: GraphCaller;
const places: Record<string, string> = {};

beforeAll(async () => {
  emulator = await startEmulator({ users: 1200, groups: 60, roles });
  graph = graphCaller(emulator);
  const student = { displayName: "Student", ext55gb1l09_msLearnCourses: { courseType: "Developer", courseId: 1 } };
  emulator.users.add(student);
  const kinds = ["users", "groups", "devices", "applications", "servicePrincipals", "contacts", "directoryRoles"];
  for (const kind of [...kinds, "administrativeUnits"]) {
    places[kind.slice(0, -1)] = (await graph.get(`/${kind}`)).json.value[0]?.id as string;
  }
  const own = await graph.get(`/applications/${places.application}`);
  places.appId = (own.json as unknown as { appId: string }).appId;
  const { value } = (await graph.get("/users?$expand=manager")).json;
  places.upn = value[0]?.userPrincipalName as string;
  places.user = value[0]?.id as string;
  places.report = value.find(({ manager }) => manager)?.id as string;
  places.boss = value.find(({ manager }) => !manager)?.id as string;
});
afterAll(() => emulator.stop());

const placed = (text: string) => text.replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);

function addressOf(request: string): string {
  const [path = "", ...rest] = placed(request).split("?");
  const options = rest
    .join("?")
    .split("&")
    .filter(Boolean)
    .map((option) => {
      const [name = "", ...value] = option.split("=");
      return `${name}=${encodeURIComponent(value.join("="))}`;
    });
  const address = encodeURI(path).replaceAll("#", "%23");
  const whole = address.startsWith("/beta/") ? `https://graph.microsoft.com${address}` : address;
  return options.length > 0 ? `${whole}?${options.join("&")}` : whole;
}

function send({ request, body, eventual: asEventual }: DocumentedRequest): Promise<Answer> {
  const headers = asEventual ? eventual : {};
  const [, path] = /^POST (.*)$/.exec(request) ?? [];
  if (path === undefined) return graph.get(addressOf(request), headers);
  return graph.post(addressOf(path), placed(JSON.stringify(body)), headers);
}

const withoutNotes = (entry: Record<string, unknown>) =>
  Object.keys(entry)
    .filter((name) => !name.includes("@"))
    .sort();

/** In what an answer differs from what is documented. */
function differences(expected: DocumentedRequest, { status, json, text }: Answer): string[] {
  const told: [what: string, wanted: unknown, got: unknown][] = [["status", expected.status ?? 200, status]];
  if (expected.text) told.push(["text", true, expected.text.test(text)]);
  else if (status !== 200 || expected.status) {
    if (expected.code) told.push(["code", expected.code, json.error?.code]);
    if (expected.message) told.push(["message", expected.message, json.error?.message]);
  } else {
    const entries = (json.value ?? [json]) as Record<string, unknown>[];
    const context = json["@odata.context"]?.split("$metadata#")[1];
    if (expected.context) told.push(["context", placed(expected.context), context]);
    if (expected.counted !== undefined)
      told.push(["@odata.count", expected.counted, json["@odata.count"] !== undefined]);
    if (expected.most !== undefined) told.push(["entries", true, entries.length <= expected.most]);
    const keys = expected.keys?.split(" ").sort().join(" ");
    for (const entry of keys || expected.type ? entries.slice(0, 3) : []) {
      if (keys) told.push(["keys", keys, withoutNotes(entry).join(" ")]);
      if (expected.type) told.push(["type", expected.type, entry["@odata.type"]]);
    }
    if (keys && expected.request.includes("ext55gb1l09")) told.push(["found", true, entries.length > 0]);
  }
  return told
    .filter(([, wanted, got]) => wanted !== got)
    .map(
      ([what, wanted, got]) => `${expected.request}: ${what} ${wanted}, and was ${got} ${json?.error?.message ?? ""}`,
    );
}

describe("what Microsoft documents", () => {
  const sources = [...new Set(documentedRequests.map(({ source }) => source))];

  it("is at least 150 requests, each with its source and date", () => {
    expect(documentedRequests.length).toBeGreaterThanOrEqual(150);
    expect(documentedRequests.filter(({ source, date }) => source === "" || date === "")).toEqual([]);
  });

  it.each(sources)("is answered as documented: %s", async (source) => {
    const differing: string[] = [];
    for (const documented of documentedRequests.filter((one) => one.source === source)) {
      differing.push(...differences(documented, await send(documented)));
    }
    expect(differing).toEqual([]);
  });
});
