import { existsSync } from "node:fs";
import type * as Library from "../index.js";
import { judgeChain, presentedBy } from "./certificates.js";
import type { CheckName } from "./check-names.js";
import { Connections } from "./connections.js";
import { type Check, Findings } from "./findings.js";
import { judgeClock, judgeCredential, judgeFunctions, mayRead, rolesInWords } from "./judgments.js";
import type { FunctionName } from "./needed-permissions.js";
import { type ProbeName, probesFor } from "./probes.js";
import { optionSubjects, readingSubjects, type Subjects, tokenSubjects } from "./subjects.js";

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
/** How undici and OpenSSL name a certificate that is refused. */
const aboutCertificates = /\b(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA)/;

/**
 * Looks at everything that a job needs in order to read users, each thing once: a token request and the first user; what the functions
 * that are named need, too. A check is told as soon as it is known; what can't be checked because of another failure is told as such.
 */
export async function* checkUp(options: CheckupOptions): AsyncGenerator<Check> {
  const checkup = new Checkup(options);
  const { functions } = options;
  checkup.connections.watch();
  try {
    const authProvider = checkup.configure();
    yield* checkup.told("configuration");
    const verification = authProvider && (await checkup.askEntra(authProvider));
    yield* checkup.told("entra", "tenant", "app", "credential", "clock");
    const client = authProvider && verification && (await checkup.askGraph(authProvider, verification));
    yield* checkup.told("permission", "graph", "user");
    if (await checkup.judgeCertificates()) yield* checkup.told("certificates");
    if (!functions) return;
    for await (const name of checkup.probe(functions, verification, client)) yield* checkup.told(name);
    yield { name: "functions", ...judgeFunctions(functions, authProvider, verification) };
  } finally {
    checkup.connections.leave();
  }
}

class Checkup {
  readonly connections = new Connections();
  readonly #options: CheckupOptions;
  readonly #findings: Findings;
  /** Hosts whose certificates were refused. */
  readonly #refused = new Set<string>();

  constructor(options: CheckupOptions) {
    const { library, env, parametersFile } = options;
    this.#options = options;
    this.#findings = new Findings(library, env, parametersFile === undefined);
  }

  told(...names: CheckName[]): Check[] {
    return this.#findings.told(...names);
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
      this.#findings.ok("configuration", detail);
      return authProvider;
    } catch (error) {
      if (this.#fail(error, optionSubjects, "configuration") !== "configuration")
        this.#findings.ok("configuration", detail);
      else if (set.length === 0 && parametersFile === undefined && existsSync("parameters.json")) {
        this.#findings.get("configuration")!.remedy +=
          " Or name the file that is here: graph-app-identity doctor parameters.json";
      }
      return undefined;
    }
  }

  async askEntra(authProvider: Library.AppIdentityAuthProvider): Promise<Library.Verification | undefined> {
    const { tenantId, clientId, cloud } = authProvider;
    const passed: [CheckName, string][] = [
      ["entra", this.#findings.answers(cloud.loginHost)],
      ["tenant", tenantId],
      ["app", clientId],
      ["credential", `${authProvider.toJSON().credential}, accepted`],
    ];
    try {
      const found = await authProvider.verify();
      for (const [name, detail] of passed) this.#findings.ok(name, detail);
      if (found.tenantId !== tenantId) this.#findings.ok("tenant", `${tenantId} (${found.tenantId})`);
      if (found.appName) this.#findings.ok("app", `${found.appName} (${clientId})`);
      this.#findings.set("credential", judgeCredential(found.credential));
      this.#judgeClock(found.clockSkewMs);
      return found;
    } catch (error) {
      const subject = this.#fail(error, tokenSubjects, "entra");
      this.#judgeClock(this.connections.skewMs);
      // Entra looks at the tenant first, then at the app, then at its credential.
      const answered = (error as Library.AppIdentityError).statusCode !== undefined;
      for (const [name, detail] of answered ? passed : []) {
        if (name === subject) break;
        this.#findings.ok(name, detail);
      }
      return undefined;
    }
  }

  /** Gives the client, where Graph can be asked for more. */
  async askGraph(
    authProvider: Library.AppIdentityAuthProvider,
    found: Library.Verification,
  ): Promise<Library.Client | undefined> {
    const { library, parametersFile } = this.#options;
    const { scopes, endpoint } = parametersFile === undefined ? {} : library.readParameters(parametersFile);
    const inWords = rolesInWords(found);
    const isAboutGraph = !scopes?.length || scopes.includes(authProvider.cloud.scope);
    if (!isAboutGraph) {
      this.#findings.ok("permission", `for ${scopes.join(" ")}, ${inWords}`);
      return undefined;
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
      this.#findings.ok("permission", unasked ? "no application permission, but reading is allowed" : inWords);
      this.#findings.ok("user", seen);
    } catch (error) {
      const subject = this.#fail(error, readingSubjects, "graph");
      const { statusCode } = error as Library.AppIdentityError;
      if (subject === "permission") this.#findings.get("permission")!.detail += ` (${inWords})`;
      else this.#findings.set("permission", { status: mayRead(found) ? "ok" : "not checked", detail: inWords });
      if (subject === "graph" || statusCode === undefined) return undefined;
    }
    this.#findings.ok("graph", this.#findings.answers(new URL(authProvider.cloud.graphRoot).host));
    return client;
  }

  /** What the functions rest on, tried one after the other. */
  async *probe(
    functions: readonly FunctionName[],
    found: Library.Verification | undefined,
    client: Library.Client | undefined,
  ): AsyncGenerator<ProbeName> {
    for (const { name, usable, probe } of probesFor(functions, found?.roles?.granted)) {
      try {
        if (client && usable.length > 0) this.#findings.ok(name, await probe(this.#options.library, client, usable));
      } catch (error) {
        this.#fail(error, {}, name);
      }
      yield name;
    }
  }

  /** By those that were met on the way; where a connection failed on one, it is looked at again. */
  async judgeCertificates(): Promise<boolean> {
    const { chains } = this.connections;
    // Loaded here, since --help needs none of what comes with it.
    const { cloudOfGraphRoot, cloudOfLoginHost } = await import("../clouds.js");
    for (const host of this.#refused) {
      const chain = await presentedBy(host);
      if (chain?.length) chains.set(host, chain);
    }
    const judged = [...chains].map(([host, chain]) => {
      const official = (cloudOfLoginHost(host) ?? cloudOfGraphRoot(`https://${host}`)) !== undefined;
      return judgeChain(host, chain, { official, refused: this.#refused.has(host), now: Date.now() });
    });
    const remedy = judged.map((finding) => finding.remedy).find((advice) => advice !== undefined);
    const detail = judged.map((finding) => finding.detail).join("; ");
    this.#findings.set("certificates", remedy ? { status: "failed", detail, remedy } : { status: "ok", detail });
    return judged.length > 0;
  }

  #judgeClock(skewMs: number | undefined): void {
    if (skewMs !== undefined) this.#findings.set("clock", judgeClock(skewMs));
  }

  #fail(error: unknown, subjects: Subjects, fallback: CheckName): CheckName {
    const { host, message } = error as Library.AppIdentityError;
    if (host && aboutCertificates.test(message)) this.#refused.add(host);
    return this.#findings.fail(error, subjects, fallback);
  }
}

const someUser = { path: "/users?$select=id", name: "/users" };
