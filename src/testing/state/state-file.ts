import type { AppOptions, FederatedCredentialOptions } from "../app.js";
import { kinds as directoryKinds, type Kind } from "../directory/collection.js";
import { relationRules } from "../directory/relation-rules.js";
import { userProperties } from "../directory/user-properties.js";
import type { Fault } from "../faults/faults.js";
import { expiries, type GraphSwitches, ranges } from "../graph/switches.js";
import type { TenantOptions } from "../tenant.js";
import { checkForm, type Form, StateFault, schemaOf } from "./form.js";

/** The form of snapshots that this version writes and reads. */
export const snapshotForm = 1;

export interface SecretState {
  value?: string;
  id?: string;
  /** In a snapshot, in place of the value: of its UTF-8 text, in hex. */
  sha256?: string;
  hint?: string;
  expiresAt?: string;
}

export interface AppState extends Omit<AppOptions, "displayName" | "secrets" | "federatedCredentials"> {
  name?: string;
  secrets?: (string | SecretState)[];
  federatedCredentials?: (FederatedCredentialOptions & { publicKey: string })[];
}

/** An object with Graph's names for its properties; users may have a `manager`, groups `members` and `owners`. */
export type ObjectState = Record<string, unknown>;

export interface RelationState {
  /** Such as `groups members`. */
  relation: string;
  id: string;
  added?: string[];
  /** Generated ones that aren't related any more. */
  gone?: string[];
}

export interface RemovedState {
  kind: Kind;
  id: string;
  /** `changed`: can be restored. Default `deleted`. */
  reason?: "changed" | "deleted";
  at?: string;
}

export type DirectoryState = Partial<Record<Kind, ObjectState[]>> & {
  removed?: RemovedState[];
  relations?: RelationState[];
};

export type FaultState = Omit<Fault, "where" | "nextLink" | "path" | "retryAfter"> & {
  path?: string | { pattern: string; flags?: string };
  retryAfter?: number | string;
};

/** `emulator.json`: what a tenant is started with, or, as a snapshot, what was made of it. */
export interface StateFile {
  $schema?: string;
  /** In a snapshot: its form. */
  snapshot?: number;
  server?: { port?: number; host?: string; hostnames?: string[]; proxy?: boolean };
  tenant?: TenantOptions;
  apps?: AppState[];
  directory?: DirectoryState;
  graph?: Partial<GraphSwitches>;
  faults?: FaultState[];
  clock?: { offsetMs?: number };
}

const text = (about?: string, pattern?: RegExp): Form => ({
  kind: "text",
  ...(about !== undefined && { about }),
  ...(pattern && { pattern }),
});
const whole = (least: number, most: number, about?: string): Form => ({
  kind: "number",
  whole: true,
  least,
  most,
  ...(about !== undefined && { about }),
});
const share: Form = { kind: "number", least: 0, most: 1 };
const time: Form = { kind: "time" };
const flag: Form = { kind: "flag" };
const listOf = (of: Form): Form => ({ kind: "list", of });
const texts = listOf(text());
const many = Number.MAX_SAFE_INTEGER;
const size = whole(0, 2 ** 31);

const tenantFields = {
  domain: text("a domain such as contoso.onmicrosoft.com"),
  tenantId: text(),
  seed: whole(0, many, "The same seed gives the same ids, secrets and people."),
  users: size,
  groups: size,
  devices: size,
  applications: size,
  contacts: size,
  administrativeUnits: size,
} satisfies Record<keyof TenantOptions, Form>;

const secretFields = {
  value: text(),
  id: text(),
  sha256: text("64 hexadecimal digits", /^[0-9a-f]{64}$/),
  hint: text(),
  expiresAt: time,
} satisfies Record<keyof SecretState, Form>;

const appFields = {
  clientId: text(),
  name: text(),
  roles: { kind: "either", of: [texts, { kind: "record", of: texts }] },
  asksFor: texts,
  disabled: flag,
  identifierUris: texts,
  secrets: listOf({ kind: "either", of: [text(), { kind: "object", fields: secretFields }] }),
  certificates: texts,
  federatedCredentials: listOf({
    kind: "object",
    fields: { issuer: text(), subject: text(), audience: text(), publicKey: text() },
    required: ["issuer", "subject", "publicKey"],
  }),
  publicClient: flag,
  accessTokenVersion: whole(1, 2),
} satisfies Record<keyof AppState, Form>;

function inRange(name: keyof GraphSwitches) {
  const [least, most] = ranges[name] ?? [0, many];
  return { kind: "number" as const, least, most };
}

const graphFields = {
  throttle: flag,
  pageTokenLifetimeMs: inRange("pageTokenLifetimeMs"),
  deltaTokenLifetimeMs: inRange("deltaTokenLifetimeMs"),
  deltaPageSize: { ...inRange("deltaPageSize"), whole: true },
  deltaRelatedSize: { ...inRange("deltaRelatedSize"), whole: true },
  deltaExpiry: { kind: "choice", of: expiries },
  shortPages: inRange("shortPages"),
  replays: inRange("replays"),
  shuffle: flag,
} satisfies Record<keyof GraphSwitches, Form>;

const faultFields = {
  service: { kind: "choice", of: ["entra", "graph"] },
  method: text(),
  path: {
    kind: "either",
    of: [text(), { kind: "object", fields: { pattern: text(), flags: { kind: "anything" } }, required: ["pattern"] }],
  },
  nth: whole(1, many),
  times: whole(1, many),
  chance: share,
  delayMs: { kind: "number", least: 0, most: many },
  hang: flag,
  reset: flag,
  resetInBody: flag,
  truncate: flag,
  status: whole(200, 599),
  retryAfter: { kind: "either", of: [{ kind: "number", least: 0, most: many }, text()] },
  aadsts: whole(1, many),
  expiredPageToken: flag,
  html: flag,
  loop: flag,
  foreignLink: { kind: "either", of: [flag, text()] },
  headers: { kind: "record", of: text() },
  body: { kind: "anything" },
} satisfies Record<keyof FaultState, Form>;

/** Properties are looked at when they are given to objects. */
const object = (names: readonly string[] = []): Form => ({ kind: "record", of: { kind: "anything" }, names });

const directoryFields = {
  ...(Object.fromEntries(directoryKinds.map((kind) => [kind, listOf(object())])) as Record<Kind, Form>),
  users: listOf(object([...Object.keys(userProperties), "manager"])),
  groups: listOf(object(["id", "displayName", "description", "mail", "groupTypes", "visibility", "members", "owners"])),
  removed: listOf({
    kind: "object",
    fields: {
      kind: { kind: "choice", of: directoryKinds },
      id: text(),
      reason: { kind: "choice", of: ["changed", "deleted"] },
      at: time,
    },
    required: ["kind", "id"],
  }),
  relations: listOf({
    kind: "object",
    fields: {
      relation: { kind: "choice", of: relationRules.map(({ from, name }) => `${from} ${name}`) },
      id: text(),
      added: texts,
      gone: texts,
    },
    required: ["relation", "id"],
  }),
} satisfies Record<keyof DirectoryState, Form>;

const objectOf = (fields: Readonly<Record<string, Form>>): Form => ({ kind: "object", fields });

const fileForm = objectOf({
  $schema: text(),
  snapshot: whole(1, many, "The form of a snapshot."),
  server: objectOf({ port: whole(0, 65_535), host: text(), hostnames: texts, proxy: flag }),
  tenant: objectOf(tenantFields),
  apps: listOf(objectOf(appFields)),
  directory: objectOf(directoryFields),
  graph: objectOf(graphFields),
  faults: listOf(objectOf(faultFields)),
  clock: objectOf({ offsetMs: { kind: "number", least: -many, most: many } }),
} satisfies Record<keyof StateFile, Form>);

/**
 * Reads the text of an `emulator.json`.
 * @throws StateFault that names the place
 */
export function readStateFile(source: string): StateFile {
  let value: unknown;
  try {
    value = JSON.parse(source.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new StateFault(`It isn't JSON: ${(error as Error).message}`);
  }
  const form = (value as { snapshot?: unknown } | null)?.snapshot;
  if (Number.isInteger(form) && form !== snapshotForm) {
    throw new StateFault(
      `It is a snapshot of form ${form}, of another version of this package; this one knows ${snapshotForm}.`,
    );
  }
  checkForm(value, fileForm);
  return value as StateFile;
}

/** What editors complete and check `emulator.json` by. */
export const stateFileSchema = (): object => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "emulator.json of graph-app-identity",
  ...schemaOf(fileForm),
});
