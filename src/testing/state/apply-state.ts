import type { AppRegistration } from "../app.js";
import { kinds } from "../directory/collection.js";
import { relationRule } from "../directory/relation-rules.js";
import { faultFromJson } from "../faults/fault-json.js";
import { createFaults, type Faults } from "../faults/faults.js";
import { initialSwitches } from "../graph/switches.js";
import { Tenant } from "../tenant.js";
import { find, writeRows } from "./directory-rows.js";
import { at } from "./form.js";
import type { AppState, DirectoryState, SecretState, StateFile } from "./state-file.js";

/** What a file changes. */
export interface Furnished {
  tenant: Tenant;
  faults: Pick<Faults, "add">;
  clock: { now(): number; advance(ms: number): void };
}

/**
 * Puts what a file holds into a tenant that is as it was generated. The file's apps take the place of those that are there.
 * @throws StateFault that names the first place that is wrong; the tenant is then half furnished
 */
export function applyState({ tenant, faults, clock }: Furnished, state: StateFile): void {
  const { apps, directory = {}, graph = {}, faults: armed = [], clock: time = {} } = state;
  if (time.offsetMs) at("clock.offsetMs", () => clock.advance(time.offsetMs!));
  if (apps) {
    tenant.clearApps();
    for (const [index, app] of apps.entries()) at(`apps[${index}]`, () => register(tenant, app, `apps[${index}]`));
  }
  applyDirectory(tenant, directory);
  const { switches } = tenant.graph;
  at("graph", () => Object.assign(switches, initialSwitches({ ...switches, ...graph })));
  for (const [index, fault] of armed.entries()) {
    at(`faults[${index}]`, () => faults.add(faultFromJson(fault as Record<string, unknown>)));
  }
}

function register(tenant: Tenant, { name, secrets = [{}], ...options }: AppState, place: string): void {
  const app = tenant.register({ ...options, ...(name !== undefined && { displayName: name }), secrets: [] });
  for (const [index, secret] of secrets.entries()) {
    at(`${place}.secrets[${index}]`, () =>
      addSecret(app.registration, typeof secret === "string" ? { value: secret } : secret),
    );
  }
}

function addSecret(registration: AppRegistration, { value, id, sha256, hint, expiresAt }: SecretState): void {
  if (value !== undefined && sha256 !== undefined) throw new TypeError("give value or sha256, not both.");
  const until = expiresAt === undefined ? undefined : new Date(expiresAt);
  if (sha256 === undefined)
    registration.addSecret({ ...(value !== undefined && { value }), ...(until && { expiresAt: until }) });
  else if (id === undefined || hint === undefined) throw new TypeError("a sha256 stands beside id and hint.");
  else registration.adoptSecret({ id, sha256, hint, expiresAt: until?.getTime() ?? Number.POSITIVE_INFINITY });
}

function applyDirectory({ directory }: Tenant, state: DirectoryState): void {
  for (const kind of kinds) {
    writeRows(directory, kind, state[kind] ?? [], (row) => `directory.${kind}[${row}]`);
  }
  for (const [index, { relation, id, added = [], gone = [] }] of (state.relations ?? []).entries()) {
    const [from, name] = relation.split(" ") as [(typeof kinds)[number], string];
    const rule = relationRule(from, name);
    at(`directory.relations[${index}]`, () => {
      const { key } = find(directory, [from], id);
      for (const other of gone) directory.relations.unlink(rule, key, find(directory, rule.to, other));
      for (const other of added) directory.relations.link(rule, key, find(directory, rule.to, other));
    });
  }
  for (const [index, { kind, id, reason = "deleted", at: when }] of (state.removed ?? []).entries()) {
    at(`directory.removed[${index}]`, () => {
      const { key } = find(directory, [kind], id);
      directory.populations[kind].remove(key, reason, when === undefined ? undefined : Date.parse(when));
    });
  }
}

/** The same tenant with nothing changed, to try on it what is to change nothing if it fails. */
export function generatedCopy({ recipe }: Tenant, now: () => number): Furnished {
  return {
    tenant: new Tenant(recipe, { now }, {}),
    faults: createFaults(recipe.seed),
    clock: { now, advance: (ms) => void new Date(now() + ms).toISOString() },
  };
}
