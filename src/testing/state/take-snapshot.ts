import type { App, RegisteredSecret } from "../app.js";
import { type Kind, kinds } from "../directory/collection.js";
import type { Directory } from "../directory/directory.js";
import { allOf, eachOf, type ObjectRef } from "../directory/object-set.js";
import { faultAsJson } from "../faults/fault-json.js";
import type { Armed } from "../faults/faults.js";
import { initialSwitches } from "../graph/switches.js";
import type { Tenant } from "../tenant.js";
import { type AppState, type DirectoryState, type FaultState, type StateFile, snapshotForm } from "./state-file.js";

/** What a snapshot is taken of. */
export interface SnapshotSource {
  tenant: Tenant;
  clock: { offset(): number };
  faults: { list(): readonly Armed[] };
}

/**
 * What differs from the tenant as it is generated; with `full` everybody in it. Secrets by their hashes; neither tokens nor the log, nor what
 * changes delta queries tell. Equal states give equal texts.
 */
export function takeSnapshot({ tenant, clock, faults }: SnapshotSource, full = false): StateFile {
  const initial = initialSwitches({});
  const switches = Object.entries(tenant.graph.switches).filter(
    ([name, value]) => value !== initial[name as keyof typeof initial],
  );
  const offsetMs = clock.offset();
  return {
    snapshot: snapshotForm,
    tenant: tenant.recipe,
    apps: [...tenant.apps.values()].map(appState),
    directory: directoryState(tenant, full),
    ...(switches.length > 0 && { graph: Object.fromEntries(switches) }),
    ...(faults.list().length > 0 && { faults: faults.list().map(faultState) }),
    ...(offsetMs !== 0 && { clock: { offsetMs } }),
  };
}

export const snapshotText = (state: StateFile): string => `${JSON.stringify(state, null, 1)}\n`;

function appState({ clientId, roles, disabled, registration }: App): AppState {
  const { displayName, asksFor, identifierUris, accessTokenVersion, publicClient } = registration;
  const { secrets, certificates, federatedCredentials } = registration;
  return {
    clientId,
    name: displayName,
    roles,
    ...(asksFor.length > 0 && { asksFor }),
    ...(disabled && { disabled }),
    identifierUris,
    secrets: secrets.map(secretState),
    ...(certificates.length > 0 && { certificates: certificates.map(({ pem }) => pem) }),
    ...(federatedCredentials.length > 0 && {
      federatedCredentials: federatedCredentials.map(({ publicKey, ...others }) => {
        return { ...others, publicKey: publicKey.export({ type: "spki", format: "pem" }).toString() };
      }),
    }),
    ...(publicClient && { publicClient }),
    ...(accessTokenVersion !== 1 && { accessTokenVersion }),
  };
}

function secretState({ id, sha256, hint, expiresAt }: RegisteredSecret) {
  return { id, sha256, hint, ...(Number.isFinite(expiresAt) && { expiresAt: new Date(expiresAt).toISOString() }) };
}

function faultState(armed: Armed): FaultState {
  const { times: _, ...fault } = faultAsJson(armed) as FaultState;
  return { ...fault, ...(Number.isFinite(armed.left) && { times: armed.left }) };
}

function directoryState(tenant: Tenant, full: boolean): DirectoryState {
  const { directory } = tenant;
  const objects = kinds.flatMap((kind): [Kind, Record<string, unknown>[]][] => {
    const found = full ? Array.from(eachOf(allOf(directory.populations[kind])), ({ key }) => key) : [];
    const keys = [...new Set([...found, ...directory.populations[kind].touched()])].sort((one, other) => one - other);
    const told = keys
      .filter((key) => isOfDirectory(tenant, kind, key))
      .map((key) => objectState(directory, kind, key, full));
    const differing = told.filter((object) => Object.keys(object).length > 1);
    return differing.length > 0 ? [[kind, differing]] : [];
  });
  const removed = removedState(tenant);
  const relations = relationState(directory);
  return {
    ...Object.fromEntries(objects),
    ...(relations.length > 0 && { relations }),
    ...(removed.length > 0 && { removed }),
  };
}

/** Applications and service principals of the apps here come and go with those. */
function isOfDirectory({ directory, apps }: Tenant, kind: Kind, key: number): boolean {
  const { generated, member } = directory.populations[kind];
  if (key < generated || !(kind === "applications" || kind === "servicePrincipals")) return true;
  return !apps.has(String(member(key)("appId"))) && !directory.populations[kind].removed.has(key);
}

function objectState({ populations }: Directory, kind: Kind, key: number, full: boolean): Record<string, unknown> {
  const population = populations[kind];
  const { id, ...given } =
    full && key < population.generated ? { ...population.view(key), ...population.given(key) } : population.given(key);
  delete given.deletedDateTime;
  return { id: idOf({ collection: population, key }), ...given };
}

const idOf = ({ collection, key }: ObjectRef) => String(collection.member(key)("id"));

function removedState(tenant: Tenant) {
  const { populations } = tenant.directory;
  return kinds.flatMap((kind) => {
    const { removed, generated } = populations[kind];
    return [...removed]
      .filter(([key, { reason }]) => key < generated || (reason === "changed" && isOfDirectory(tenant, kind, key)))
      .sort(([one], [other]) => one - other)
      .map(([key, { reason, at }]) => {
        return { kind, id: idOf({ collection: populations[kind], key }), reason, at: new Date(at).toISOString() };
      });
  });
}

/** Between objects that are there, or can be restored, with those that were generated. */
function relationState({ populations, relations }: Directory) {
  const stays = ({ collection: { kind }, key }: ObjectRef) => {
    const { generated, removed } = populations[kind!];
    return key < generated || removed.get(key)?.reason !== "deleted";
  };
  return [...relations.changes()].flatMap(({ rule, source, added, gone }) => {
    const from = { collection: populations[rule.from], key: source };
    const [later, former] = [added, gone].map((each) => each.filter(stays).map(idOf)) as [string[], string[]];
    if (!stays(from) || later.length + former.length === 0) return [];
    return [
      {
        relation: `${rule.from} ${rule.name}`,
        id: idOf(from),
        ...(later.length > 0 && { added: later }),
        ...(former.length > 0 && { gone: former }),
      },
    ];
  });
}
