import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { defined } from "../check-options.js";
import { StateFault } from "../state/form.js";
import type { RowsForm } from "../state/read-rows.js";
import { readStateFile, type StateFile } from "../state/state-file.js";
import { Misuse } from "./misuse.js";

/** Users of a file, still to be read. */
export interface ImportedPeople {
  file: string;
  text: string;
  form: RowsForm;
}

/** What the command line asks for beside its files. */
export interface AskedState {
  users: number | undefined;
  seed: number | undefined;
  roles: readonly string[] | undefined;
  throttle: boolean;
}

/**
 * What is there from the start: by `--config`, in whose place stands what a snapshot of `--import` holds, and by options, which win.
 * @param fresh whether a snapshot that isn't there is one that is written at the end
 * @throws Error that names the file and the place; Misuse where an option and a snapshot are of different tenants
 */
export function startingState(
  config: string | undefined,
  imported: string | undefined,
  fresh: boolean,
  asked: AskedState,
): { state: StateFile; people: ImportedPeople | undefined } {
  const state: StateFile = config === undefined ? {} : readConfig(config);
  const isFirst = imported !== undefined && fresh && !existsSync(imported);
  const source = imported === undefined || isFirst ? undefined : readImport(imported);
  if (source && "snapshot" in source) {
    const { snapshot } = source;
    const { users, seed } = asked;
    checkSameTenant({ ...state.tenant, ...defined({ users, seed }) }, snapshot);
    return { state: withAsked({ ...snapshot, server: state.server ?? {} }, asked), people: undefined };
  }
  return { state: withAsked(state, asked), people: source };
}

/** A snapshot is of one population: another has other people under its numbers. */
function checkSameTenant(asked: object, { tenant = {} }: StateFile): void {
  for (const [name, value] of Object.entries(asked)) {
    const own = (tenant as Record<string, unknown>)[name];
    if (own === undefined || own === value) continue;
    throw new Misuse(`The snapshot of --import is of a tenant whose ${name} is ${own}, and ${value} is asked for.`);
  }
}

/** Options win: over the permissions of the first app, and over Graph's switch. */
function withAsked(state: StateFile, { roles, throttle }: AskedState): StateFile {
  const { apps: [first, ...others] = [], graph } = state;
  return {
    ...state,
    ...(first && roles && { apps: [{ ...first, roles }, ...others] }),
    ...(throttle && { graph: { ...graph, throttle } }),
  };
}

function readConfig(path: string): StateFile {
  const state = read("--config", path, readStateFile);
  const apps = state.apps?.map((app, index) => ({
    ...app,
    ...(app.certificates && {
      certificates: app.certificates.map((pem, number) =>
        certificate(path, pem, `apps[${index}].certificates[${number}]`),
      ),
    }),
  }));
  return { ...state, ...(apps && { apps }) };
}

/** As PEM, or as a path from the file on. */
function certificate(config: string, text: string, place: string): string {
  if (text.includes("-----BEGIN ")) return text;
  try {
    return readFileSync(resolve(dirname(config), text), "utf8");
  } catch (error) {
    throw new Error(`--config ${config}: ${place} can't be read: ${(error as Error).message}`, { cause: error });
  }
}

const forms: Readonly<Record<string, RowsForm>> = { ".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson" };

/** What isn't a snapshot, by what stands in it, is a list of users. */
function readImport(path: string): { snapshot: StateFile } | ImportedPeople {
  const text = read("--import", path, (source) => source);
  const form = forms[extname(path).toLowerCase()] ?? "json";
  if (form !== "json" || !/^\uFEFF?\s*\{\s*"(\$schema|snapshot|tenant|apps|directory)"/.test(text)) {
    return { file: path, text, form };
  }
  return { snapshot: read("--import", path, readStateFile) };
}

function read<T>(option: string, path: string, use: (text: string) => T): T {
  try {
    return use(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof StateFault) throw new Error(`${option} ${path}: ${error.message}`, { cause: error });
    throw new Error(`${option} ${path} can't be read: ${(error as Error).message}`, { cause: error });
  }
}
