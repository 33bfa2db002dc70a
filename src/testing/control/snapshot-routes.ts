import { applyState, generatedCopy } from "../state/apply-state.js";
import { propertyKinds, writeRows } from "../state/directory-rows.js";
import { StateFault } from "../state/form.js";
import { type RowsForm, readRows } from "../state/read-rows.js";
import { readStateFile, type StateFile } from "../state/state-file.js";
import { type SnapshotSource, snapshotText, takeSnapshot } from "../state/take-snapshot.js";
import { ControlError } from "./control-error.js";
import type { ControlCall, ControlReply, Route } from "./route.js";

const mostBodyBytes = 256 * 2 ** 20;
const forms: Readonly<Record<string, RowsForm>> = {
  "application/json": "json",
  "application/x-ndjson": "ndjson",
  "text/csv": "csv",
};

/** Runs what is refused where the file is wrong. */
function read<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StateFault)) throw error;
    throw new ControlError("invalid", error.message);
  }
}

const sourceOf = ({ emulator: { clock, faults }, tenant }: ControlCall): SnapshotSource => ({ tenant, clock, faults });

/** A snapshot is of one population: that of another has other people under its numbers. */
function checkSameTenant({ tenant: { recipe } }: ControlCall, { tenant = {} }: StateFile): void {
  for (const [name, value] of Object.entries(tenant)) {
    const own = recipe[name as keyof typeof recipe];
    if (String(own).toLowerCase() === String(value).toLowerCase()) continue;
    throw new ControlError(
      "conflict",
      `The snapshot is of another tenant: its ${name} is ${value}, and here it is ${own}. Start one with --import.`,
    );
  }
}

/** Faults, time and log are the emulator's, and all tenants'. */
function replaceState(call: ControlCall): ControlReply {
  const { emulator, tenant, text } = call;
  const { clock, faults } = emulator;
  const state = read(() => readStateFile(text));
  if (state.snapshot === undefined) throw new ControlError("invalid", '"snapshot" is missing: this is no snapshot.');
  if (state.server) throw new ControlError("invalid", '"server" is set at the start.');
  checkSameTenant(call, state);
  read(() => applyState(generatedCopy(tenant, clock.now), state));
  tenant.reset();
  faults.clear();
  clock.advance(-clock.offset());
  applyState({ tenant, faults, clock }, state);
  return {};
}

function importUsers(call: ControlCall): ControlReply {
  const { emulator, tenant, text, contentType } = call;
  const kindOf = propertyKinds(tenant.directory.populations.users);
  const place = (row: number) => `row ${row + 1}`;
  const { apps = [], directory = {} } = takeSnapshot(sourceOf(call));
  const rows = read(() => {
    const given = readRows(text, forms[contentType]!, kindOf);
    const copy = generatedCopy(tenant, emulator.clock.now);
    applyState(copy, { apps, directory });
    writeRows(copy.tenant.directory, "users", given, place);
    return given;
  });
  return { json: writeRows(tenant.directory, "users", rows, place) };
}

/** The tenant from the start with all that was done to it, out and in. */
export const snapshotRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "api/snapshot",
    does: "what was changed, with secrets by their hashes; everybody with full=true",
    query: { full: "flag" },
    handle: (call) => ({ text: snapshotText(takeSnapshot(sourceOf(call), call.query.get("full") === "true")) }),
  },
  {
    method: "PUT",
    path: "api/snapshot",
    does: "puts a snapshot in place of what is here",
    accepts: ["application/json"],
    mostBodyBytes,
    handle: replaceState,
  },
];

/** People from elsewhere. */
export const importRoute: Route = {
  method: "POST",
  path: "api/import",
  does: "adds users, or brings them up to date by id or user principal name: JSON, NDJSON or CSV",
  accepts: Object.keys(forms),
  mostBodyBytes,
  handle: importUsers,
};
