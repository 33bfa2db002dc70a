import { existsSync } from "node:fs";
import { adminConsentUrl } from "../access-token.js";
import type * as Library from "../index.js";
import { inVariables, unusedProxy } from "./environment.js";
import { type FunctionName, lacking } from "./needed-permissions.js";

/** What is looked at, in this order, and what it is called. */
export const titles = {
  configuration: "Configuration",
  entra: "Entra",
  tenant: "Tenant",
  app: "App",
  credential: "Credential",
  clock: "Clock",
  permission: "Permission",
  graph: "Graph",
  user: "One user",
  functions: "Functions",
} as const;

export type CheckName = keyof typeof titles;

/** What one check found. */
export interface Check {
  name: CheckName;
  status: "ok" | "warning" | "failed" | "not checked";
  detail?: string;
  /** What to do about it. */
  remedy?: string;
  adminConsentUrl?: string;
  code?: Library.AppIdentityErrorCode;
  aadsts?: number;
  correlationId?: string;
  requestId?: string;
  /** Functions that this app can't use, and the permissions that each lacks. */
  lacks?: Partial<Record<FunctionName, string[]>>;
}

type Finding = Omit<Check, "name">;

export interface CheckupOptions {
  /** Loaded by the caller, when it is needed. */
  library: typeof Library;
  /** A quickstart's file; without one, the environment is looked at. */
  parametersFile: string | undefined;
  env: NodeJS.ProcessEnv;
  /** What the app is for. */
  functions?: readonly FunctionName[] | undefined;
}

const variables = [
  "AZURE_TENANT_ID",
  "AZURE_CLIENT_ID",
  "AZURE_CLIENT_SECRET",
  "AZURE_CLIENT_CERTIFICATE_PATH",
  "AZURE_FEDERATED_TOKEN_FILE",
  "AZURE_AUTHORITY_HOST",
  "GRAPH_APP_IDENTITY_GRAPH_ROOT",
];
/** Any of these lets an app read users. */
const readers = [
  "User.Read.All",
  "User.ReadBasic.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
const soonMs = 30 * 86_400_000;
/** Entra takes no assertion from a clock that is off by five minutes. */
const noticeableSkewMs = 60_000;

type Subjects = Partial<Record<Library.AppIdentityErrorCode, CheckName>>;

/** What it is about when there is no provider. */
const optionSubjects: Subjects = { invalid_certificate: "credential", certificate_expired: "credential" };

/** What it is about when there is no token. */
const tokenSubjects: Subjects = {
  tenant_not_found: "tenant",
  app_not_found: "app",
  app_disabled: "app",
  ...optionSubjects,
  invalid_credential: "credential",
  expired_credential: "credential",
  credential_callback_failed: "credential",
  token_request_rejected: "credential",
  blocked_by_policy: "permission",
  invalid_scope: "permission",
  resource_not_found: "permission",
  permission_missing: "permission",
};
/** What it is about when nothing can be read. */
const readingSubjects: Subjects = {
  permission_missing: "permission",
  not_found: "user",
  bad_request: "user",
  unsupported_query: "user",
  invalid_query: "user",
  invalid_options: "user",
};

/**
 * Looks at everything that a job needs in order to read users, each thing once: a token request and the first user. A check is told as
 * soon as it is known; what can't be checked because of another failure is told as such.
 */
export async function* checkUp(options: CheckupOptions): AsyncGenerator<Check> {
  const checkup = new Checkup(options);
  const authProvider = checkup.configure();
  yield* checkup.told("configuration");
  const verification = authProvider && (await checkup.askEntra(authProvider));
  yield* checkup.told("entra", "tenant", "app", "credential", "clock");
  if (authProvider && verification) await checkup.askGraph(authProvider, verification);
  yield* checkup.told("permission", "graph", "user");
  if (options.functions) yield { name: "functions", ...judgeFunctions(options.functions, authProvider, verification) };
}

class Checkup {
  readonly #options: CheckupOptions;
  readonly #found: Partial<Record<CheckName, Finding>> = {};

  constructor(options: CheckupOptions) {
    this.#options = options;
  }

  told(...names: CheckName[]): Check[] {
    return names.map((name) => ({ name, ...(this.#found[name] ?? { status: "not checked" as const }) }));
  }

  configure(): Library.AppIdentityAuthProvider | undefined {
    const { library, parametersFile, env } = this.#options;
    const { AppIdentityAuthProvider } = library;
    const set = variables.filter((name) => env[name]?.trim());
    const detail = parametersFile ?? `in the environment: ${set.join(", ")}`;
    try {
      const authProvider =
        parametersFile === undefined
          ? AppIdentityAuthProvider.fromEnvironment(env)
          : AppIdentityAuthProvider.fromParameters(parametersFile);
      this.#ok("configuration", detail);
      return authProvider;
    } catch (error) {
      if (this.#fail(error, optionSubjects, "configuration") !== "configuration") this.#ok("configuration", detail);
      else if (set.length === 0 && parametersFile === undefined && existsSync("parameters.json")) {
        this.#found.configuration!.remedy +=
          " Or name the file that is here: graph-app-identity doctor parameters.json";
      }
      return undefined;
    }
  }

  async askEntra(authProvider: Library.AppIdentityAuthProvider): Promise<Library.Verification | undefined> {
    const { tenantId, clientId, cloud } = authProvider;
    const passed: [CheckName, string][] = [
      ["entra", this.#answers(cloud.loginHost)],
      ["tenant", tenantId],
      ["app", clientId],
      ["credential", `${authProvider.toJSON().credential}, accepted`],
    ];
    try {
      const found = await authProvider.verify();
      for (const [name, detail] of passed) this.#ok(name, detail);
      if (found.tenantId !== tenantId) this.#ok("tenant", `${tenantId} (${found.tenantId})`);
      if (found.appName) this.#ok("app", `${found.appName} (${clientId})`);
      this.#found.credential = judgeCredential(found.credential);
      if (found.clockSkewMs !== undefined) this.#found.clock = judgeClock(found.clockSkewMs);
      return found;
    } catch (error) {
      const subject = this.#fail(error, tokenSubjects, "entra");
      // Entra looks at the tenant first, then at the app, then at its credential.
      const answered = (error as Library.AppIdentityError).statusCode !== undefined;
      for (const [name, detail] of answered ? passed : []) {
        if (name === subject) break;
        this.#ok(name, detail);
      }
      return undefined;
    }
  }

  async askGraph(authProvider: Library.AppIdentityAuthProvider, found: Library.Verification): Promise<void> {
    const { library, parametersFile } = this.#options;
    const { scopes, endpoint } = parametersFile === undefined ? {} : library.readParameters(parametersFile);
    const inWords = rolesInWords(found);
    const isAboutGraph = !scopes?.length || scopes.includes(authProvider.cloud.scope);
    if (!isAboutGraph) {
      this.#ok("permission", `for ${scopes.join(" ")}, ${inWords}`);
      return;
    }
    const client = library.createGraphClient({
      authProvider,
      timeoutMs: 20_000,
      retry: { attempts: 2, budgetMs: 10_000 },
    });
    try {
      const { path, name } = endpoint === undefined ? someUser : { path: endpoint, name: endpoint };
      let seen = "allowed, but there is none";
      for await (const _entry of library.listAll(client, path, { limit: 1, prefetch: false })) {
        seen = `one entry of ${name} read`;
      }
      const unasked = found.roles?.granted.length === 0;
      this.#ok("permission", unasked ? "no application permission, but reading is allowed" : inWords);
      this.#ok("user", seen);
    } catch (error) {
      const subject = this.#fail(error, readingSubjects, "graph");
      const { statusCode } = error as Library.AppIdentityError;
      if (subject === "permission") this.#found.permission!.detail += ` (${inWords})`;
      else this.#found.permission = { status: mayRead(found) ? "ok" : "not checked", detail: inWords };
      if (subject === "graph" || statusCode === undefined) return;
    }
    this.#ok("graph", this.#answers(new URL(authProvider.cloud.graphRoot).host));
  }

  #answers(host: string): string {
    const unused = unusedProxy(host, this.#options.env, process);
    return `${host} answers${unused ? `, ${unused.remark}` : ""}`;
  }

  #ok(name: CheckName, detail: string): void {
    this.#found[name] = { status: "ok", detail };
  }

  /** Notes a failure under what it is about. Anything that isn't ours is a defect, and isn't dressed up. */
  #fail(error: unknown, subjects: Subjects, fallback: CheckName): CheckName {
    if (!this.#options.library.isAppIdentityError(error)) throw error;
    const { code, aadsts, correlationId, requestId, adminConsentUrl, host } = error;
    const subject = subjects[code] ?? fallback;
    const worded = this.#options.parametersFile === undefined ? inVariables : (text: string) => text;
    const unused = code === "network_error" && host ? unusedProxy(host, this.#options.env, process) : undefined;
    const detail = worded(error.message);
    const remedy = [worded(error.remedy), unused?.remedy].filter(Boolean).join(" ");
    const known = { code, aadsts, correlationId, requestId, adminConsentUrl };
    const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
    this.#found[subject] = { status: "failed", detail, remedy, ...given };
    return subject;
  }
}

const someUser = { path: "/users?$select=id", name: "/users" };

function rolesInWords({ roles }: Library.Verification): string {
  return roles ? `granted: ${roles.granted.join(", ") || "nothing"}` : "the token doesn't tell";
}

function mayRead({ roles }: Library.Verification): boolean {
  return roles?.granted.some((role) => readers.includes(role)) ?? false;
}

function judgeCredential({ kind, expiresOn }: Library.Verification["credential"]): Finding {
  if (expiresOn === undefined) return { status: "ok", detail: `${kind}, accepted` };
  const detail = `${kind}, accepted; it ends on ${expiresOn.toISOString().slice(0, 10)}`;
  if (expiresOn.getTime() - Date.now() > soonMs) return { status: "ok", detail };
  const remedy = "Make its successor now, upload that one's public half, and put it in place of this one.";
  return { status: "warning", detail, remedy };
}

/** By what is in the token: nothing is asked for. */
function judgeFunctions(
  names: readonly FunctionName[],
  authProvider: Library.AppIdentityAuthProvider | undefined,
  found: Library.Verification | undefined,
): Finding {
  const granted = found?.roles?.granted;
  if (!authProvider || !granted)
    return { status: "not checked", ...(found && { detail: "the token doesn't tell what is granted" }) };
  const { cloud, tenantId, clientId } = authProvider;
  const entries = names.map((name) => [name, lacking(name, granted)] as const);
  const short = entries.filter(([, missing]) => missing.length > 0);
  const usable = entries.filter(([, missing]) => missing.length === 0).map(([name]) => name);
  const detail = [
    usable.length > 0 ? `can be used: ${usable.join(", ")}` : "",
    ...short.map(([name, missing]) => `${name} lacks ${missing.join(" and ")}`),
  ];
  if (short.length === 0) return { status: "ok", detail: detail.filter(Boolean).join("; ") };
  const wanted = [...new Set(short.flatMap(([, missing]) => missing))].join(", ");
  return {
    status: "failed",
    detail: detail.filter(Boolean).join("; "),
    remedy: `Give the app ${wanted} as application permissions, and have an administrator consent to them.`,
    adminConsentUrl: adminConsentUrl({ loginHost: cloud.loginHost, tenantId, clientId }),
    lacks: Object.fromEntries(short),
  };
}

function judgeClock(skewMs: number): Finding {
  const apartMs = Math.abs(skewMs);
  if (apartMs < noticeableSkewMs) return { status: "ok", detail: "agrees with Entra's" };
  return {
    status: "warning",
    detail: `${Math.round(apartMs / 1000)} s ${skewMs > 0 ? "ahead of" : "behind"} Entra's`,
    remedy: "Let this machine set its clock by NTP: five minutes off, certificates and assertions are refused.",
  };
}
