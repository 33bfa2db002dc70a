import type * as Library from "../index.js";
import type { CheckName } from "./check-names.js";
import { inVariables, unusedProxy } from "./environment.js";
import type { FunctionName } from "./needed-permissions.js";
import type { Subjects } from "./subjects.js";

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

export type Finding = Omit<Check, "name">;

/** What was found so far. */
export class Findings {
  readonly #found: Partial<Record<CheckName, Finding>> = {};
  readonly #library: typeof Library;
  readonly #env: NodeJS.ProcessEnv;
  readonly #inVariables: boolean;

  /** @param ofVariables whether it speaks to somebody who has set variables */
  constructor(library: typeof Library, env: NodeJS.ProcessEnv, ofVariables: boolean) {
    this.#library = library;
    this.#env = env;
    this.#inVariables = ofVariables;
  }

  told(...names: CheckName[]): Check[] {
    return names.map((name) => ({ name, ...(this.#found[name] ?? { status: "not checked" as const }) }));
  }

  get(name: CheckName): Finding | undefined {
    return this.#found[name];
  }

  set(name: CheckName, finding: Finding): void {
    this.#found[name] = finding;
  }

  ok(name: CheckName, detail: string): void {
    this.#found[name] = { status: "ok", detail };
  }

  /** Notes a failure under what it is about. Anything that isn't ours is a defect, and isn't dressed up. */
  fail(error: unknown, subjects: Subjects, fallback: CheckName): CheckName {
    if (!this.#library.isAppIdentityError(error)) throw error;
    const { code, aadsts, correlationId, requestId, adminConsentUrl, host } = error;
    const subject = subjects[code] ?? fallback;
    const worded = this.#inVariables ? inVariables : (text: string) => text;
    const unused = code === "network_error" && host ? unusedProxy(host, this.#env, process) : undefined;
    const detail = worded(error.message);
    const remedy = [worded(error.remedy), unused?.remedy].filter(Boolean).join(" ");
    const known = { code, aadsts, correlationId, requestId, adminConsentUrl };
    const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
    this.#found[subject] = { status: "failed", detail, remedy, ...given };
    return subject;
  }

  /** That a host answers, and whether a proxy was passed over. */
  answers(host: string): string {
    const unused = unusedProxy(host, this.#env, process);
    return `${host} answers${unused ? `, ${unused.remark}` : ""}`;
  }
}
