import { type AppShown, type ClockShown, type FaultShown, graphRoles, type Switches } from "../calls/answers.js";
import type { Call } from "../calls/curl.js";
import type { Refusal } from "./fold-refusals.js";

/** What cures: calls, or another page of the console. */
export type Cure = { label: string } & ({ calls: Call[]; said: string } | { href: string });

export interface Explained extends Refusal {
  /** What was refused, in a few words. */
  title: string;
  /** Why, and what helps. */
  cause: string;
  cures: Cure[];
  /** What was wrong is right by now. */
  cured: boolean;
}

/** What has to be known to tell a cure. */
export interface Surroundings {
  apps: readonly AppShown[];
  faults: readonly FaultShown[];
  clock?: ClockShown;
  graph?: Switches;
  health?: { tenantId: string; domain: string };
}

type Explanation = Partial<Pick<Explained, "cause" | "cures" | "cured">>;
type Explain = (refusal: Refusal, around: Surroundings, app: AppShown | undefined) => Explanation | undefined;

const appPath = ({ clientId }: Pick<AppShown, "clientId">) => `api/apps/${clientId}`;
const nameOf = (app: AppShown | undefined, { entry }: Refusal) =>
  app?.name ?? (entry.app ? `The app ${entry.app}` : "Somebody without a token");
const realTime: Cure = {
  label: "Back to real time",
  calls: [{ method: "DELETE", path: "api/clock" }],
  said: "The clock shows real time",
};
const moved = ({ clock }: Surroundings) => Math.abs(clock?.offsetMs ?? 0) > 60_000;
const toApp = (app: AppShown, label: string): Cure => ({ label, href: `#/apps/${app.clientId}` });

const byFault: Explain = ({ entry, count }, { faults }) => {
  if (!entry.fault) return undefined;
  const armed = faults.filter(({ struck }) => struck > 0);
  const calls = armed.map(({ id }): Call => ({ method: "DELETE", path: `api/faults/${id}` }));
  const cause = `A fault of yours struck ${count === 1 ? "once" : `${count} times`}`;
  if (armed.length === 0) return { cause: `${cause}, and is spent.`, cured: true };
  return {
    cause: `${cause}, and goes on.`,
    cures: [{ label: "Remove the fault", calls, said: "The fault is removed" }],
  };
};

const byPermission: Explain = (refusal, { health }, app) => {
  const { advice, tenant } = refusal.entry;
  if (!advice?.lacks) return undefined;
  const lacks = advice.lacks.join(", ");
  if (!app || (health && tenant !== undefined && tenant !== health.tenantId)) {
    const href = advice.consent ?? "#/apps";
    return { cause: `${nameOf(app, refusal)} lacks ${lacks}.`, cures: [{ label: `Consent to ${lacks}…`, href }] };
  }
  if (advice.lacks.every((role) => graphRoles(app).includes(role))) {
    return { cause: `${app.name} has ${lacks} by now: from its next token on.`, cured: true };
  }
  const call: Call = { method: "POST", path: `${appPath(app)}/roles`, body: { roles: advice.lacks } };
  const said = `${lacks} is granted to ${app.name}, from its next token on`;
  return { cause: `${app.name} lacks ${lacks}.`, cures: [{ label: `Grant ${lacks}`, calls: [call], said }] };
};

const byGap: Explain = ({ entry }) => {
  if (!entry.advice?.notEmulated) return undefined;
  return {
    cause: "A gap of ours: Graph has it, the emulator hasn't. A fault can answer in its place.",
    cures: [{ label: "Answer it yourself…", href: "#/faults/new" }],
  };
};

const newSecret = (app: AppShown | undefined): Cure[] => (app ? [toApp(app, "Make a new secret…")] : []);

/** By Entra's code. */
const byCode: Record<string, Explain> = {
  AADSTS7000215: (refusal, _, app) => ({
    cause: `${nameOf(app, refusal)} shows a secret that isn't registered${hintsOf(app)}.`,
    cures: newSecret(app),
  }),
  AADSTS7000222: (refusal, around, app) => ({
    cause: `The secret of ${nameOf(app, refusal)} has expired${moved(around) ? " on the emulator's clock, which was moved" : ""}.`,
    cures: [...(moved(around) ? [realTime] : []), ...newSecret(app)],
  }),
  AADSTS700016({ entry }, _, app) {
    if (app) return { cause: `${app.name} is registered by now.`, cured: true };
    const call: Call = { method: "POST", path: "api/apps", body: { clientId: entry.app, name: "Registered on sight" } };
    const known = entry.app !== undefined && /^[0-9a-f-]{36}$/.test(entry.app);
    return {
      cause: `No app ${entry.app ?? ""} is registered in this tenant.`,
      cures: known ? [{ label: "Register it", calls: [call], said: "The app is registered: make it a secret" }] : [],
    };
  },
  AADSTS7000112: (refusal, _, app) => {
    if (!app) return {};
    if (!app.disabled) return { cause: `${app.name} is enabled by now.`, cured: true };
    const calls: Call[] = [{ method: "PATCH", path: appPath(app), body: { disabled: false } }];
    return {
      cause: `${nameOf(app, refusal)} is disabled.`,
      cures: [{ label: "Enable it", calls, said: `${app.name} is enabled` }],
    };
  },
  AADSTS700027: (refusal, _, app) => ({
    cause: `${nameOf(app, refusal)} signs with a certificate that isn't registered.`,
    cures: app ? [toApp(app, "Register its certificate…")] : [],
  }),
  AADSTS90002: (_, { health }) => ({
    cause: `There is no such tenant here. This one is ${health?.domain}, ${health?.tenantId}.`,
  }),
};

const hintsOf = (app: AppShown | undefined) => {
  const hints = (app?.secrets ?? []).map(({ hint }) => `…${hint}`);
  return app ? `; it has ${hints.length === 0 ? "none" : `those that end in ${hints.join(", ")}`}` : "";
};

const byEntra: Explain = (refusal, around, app) =>
  refusal.entry.service === "entra" ? byCode[refusal.entry.error?.code ?? ""]?.(refusal, around, app) : undefined;

const byThrottling: Explain = ({ entry }, { graph }) => {
  if (entry.status !== 429 || !graph) return undefined;
  if (!graph.throttle) return { cause: "Graph was throttling, and isn't any more.", cured: true };
  const calls: Call[] = [{ method: "PATCH", path: "api/graph", body: { throttle: false } }];
  return {
    cause: "The emulator throttles as Graph does: a client is to wait as long as Retry-After says.",
    cures: [{ label: "Stop throttling", calls, said: "Graph doesn't throttle any more" }],
  };
};

const byToken: Explain = (refusal, around, app) => {
  const { status, error } = refusal.entry;
  if (status !== 401 || refusal.entry.service !== "graph") return undefined;
  const cause = `${nameOf(app, refusal)}: ${error?.message ?? "the token isn't accepted."}`;
  return { cause, cures: moved(around) ? [realTime] : [] };
};

const explanations = [byFault, byPermission, byGap, byEntra, byThrottling, byToken];

/** What a refusal comes from, and the clicks that cure it. */
export function explainRefusal(refusal: Refusal, around: Surroundings): Explained {
  const { entry, asked } = refusal;
  const app = around.apps.find(({ clientId }) => clientId === entry.app);
  const said = [entry.error?.code, entry.error?.message].filter(Boolean).join(": ");
  for (const explain of explanations) {
    const found = explain(refusal, around, app);
    if (found) return { ...refusal, title: titleOf(refusal), cause: said, cures: [], cured: false, ...found };
  }
  const cause = said || `${asked.at(-1)} was answered ${entry.status}.`;
  return { ...refusal, title: titleOf(refusal), cause, cures: [], cured: false };
}

const titleOf = ({ entry, asked }: Refusal) =>
  entry.service === "entra" ? "Token request" : (asked.at(-1) ?? entry.path);

/** Each once: first what a click cures, then the rest, what is cured by now last; the latest first among equals. */
export function needsALook(refusals: Iterable<Refusal>, around: Surroundings): Explained[] {
  const rank = ({ cured, cures }: Explained) => (cured ? 2 : cures.length > 0 ? 0 : 1);
  return [...refusals]
    .map((refusal) => explainRefusal(refusal, around))
    .sort((a, b) => rank(a) - rank(b) || b.entry.at - a.entry.at);
}
