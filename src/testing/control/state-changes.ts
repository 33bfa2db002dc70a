import type { Tenant } from "../tenant.js";
import type { Controlled } from "./route.js";

/** What a part of the state looks like, cheaply: it differs when the part has changed. */
type Watched = Pick<Controlled, "clock" | "faults"> & { tenant: Tenant };
const parts: Readonly<Record<string, (state: Watched) => unknown>> = {
  apps: ({ tenant }) =>
    JSON.stringify(
      [...tenant.apps.values()].map((app) => {
        const { displayName, identifierUris, asksFor, secrets, certificates } = app.registration;
        const credentials = [secrets.map(({ id }) => id), certificates.map(({ sha256 }) => sha256)];
        return [
          app.clientId,
          displayName,
          app.roles,
          app.disabled,
          app.validFrom,
          identifierUris,
          asksFor,
          credentials,
        ];
      }),
    ),
  directory: ({ tenant }) => tenant.directory.version,
  faults: ({ faults }) => JSON.stringify(faults.list().map(({ id, struck, left }) => [id, struck, left])),
  clock: ({ clock }) => clock.offset(),
  graph: ({ tenant }) => JSON.stringify(tenant.graph.switches),
};

/** Gives a function that names the parts of the state which changed since it was called last. */
export function createStateChanges(emulator: Omit<Controlled, "events">): () => string[] {
  const seen = new Map<string, unknown>();
  let logged = 0;
  return () => {
    const { clock, faults } = emulator;
    const state = { clock, faults, tenant: emulator.tenant()! };
    const changed = Object.keys(parts).filter((name) => {
      const now = parts[name]!(state);
      const before = seen.get(name);
      seen.set(name, now);
      return now !== before;
    });
    // A log only grows, unless it is emptied.
    if (emulator.requests.length < logged) changed.push("requests");
    logged = emulator.requests.length;
    return changed;
  };
}
