import { setTimeout } from "node:timers/promises";
import { isTransientStatus, retryAfterOf } from "../http/retry-after.js";
import type { AppIdentityAuthProvider } from "../index.js";
import type { Probe, Subject } from "./probe.js";
import type { Answer } from "./shape.js";

/** One of the two tenants that are compared. */
export interface Party {
  authProvider: Pick<AppIdentityAuthProvider, "getAccessToken" | "tenantId" | "clientId" | "cloud">;
  fetch: typeof fetch;
  /** Milliseconds between two requests. */
  paceMs: number;
  signal?: AbortSignal | undefined;
}

/** Says why a probe can't be asked here. */
export class Unaskable extends Error {}

const timeoutMs = 30_000;
const longestWaitMs = 60_000;
const mostAttempts = 4;

async function exchange(fetch: Party["fetch"], address: string, init: RequestInit) {
  const response = await fetch(address, init);
  return { status: response.status, answered: response.headers, text: await response.text() };
}

/** A failure by its system code or its name; its words may quote what it was about. */
export function kindOf(error: unknown): string {
  let kind = "unknown";
  for (let at = error, depth = 0; typeof at === "object" && at !== null && depth < 9; depth++) {
    const { code, name, cause } = at as { code?: unknown; name?: unknown; cause?: unknown };
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,60}$/.test(code)) return code;
    if (typeof name === "string" && /^[A-Za-z]{1,40}$/.test(name)) kind = name;
    at = cause;
  }
  return kind;
}

/** What a parser says of a text holds some of the text: it is dropped. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value ?? undefined;
  } catch {
    return undefined;
  }
}

/** Asks one tenant, one request after the other, and repeats what was throttled as it is told to. */
export class AskedTenant {
  readonly #party: Party;
  readonly #subjects = new Map<Subject, string | undefined>();
  /** Links by the path of the request that they came with. */
  readonly #links = new Map<string, string>();

  constructor(party: Party) {
    this.#party = party;
  }

  /** @throws Unaskable where the directory lacks what the probe is about */
  async ask(probe: Probe): Promise<Answer> {
    const address = await this.#addressOf(probe);
    const { authorization, headers = {}, body } = probe;
    const sent: Record<string, string> = { ...headers };
    if (probe.service !== "login" && authorization !== "none") {
      sent.authorization = `Bearer ${authorization ?? (await this.#party.authProvider.getAccessToken())}`;
    }
    const answer = await this.#send(address, sent, await this.#bodyOf(body));
    this.#keepLink(probe.path, answer);
    return answer;
  }

  async #send(address: string, headers: Record<string, string>, body: string | URLSearchParams | undefined) {
    const { fetch, paceMs, signal } = this.#party;
    for (let attempt = 1; ; attempt++) {
      await setTimeout(paceMs, undefined, { signal });
      const limit = AbortSignal.timeout(timeoutMs);
      const { status, answered, text } = await exchange(fetch, address, {
        method: body === undefined ? "GET" : "POST",
        headers: { ...headers, ...(typeof body === "string" && { "content-type": "application/json" }) },
        ...(body !== undefined && { body }),
        redirect: "manual",
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      }).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw new Unaskable(`the connection failed: ${kindOf(error)}`);
      });
      if (!isTransientStatus(status) || attempt === mostAttempts) return { status, headers: answered, text };
      const waitMs = retryAfterOf(answered, Date.now()) ?? 1000;
      // Never earlier than asked.
      if (waitMs > longestWaitMs) throw new Unaskable(`it is to be asked again in ${Math.ceil(waitMs / 1000)} s only`);
      await setTimeout(waitMs, undefined, { signal });
    }
  }

  async #addressOf({ service, path, behind }: Probe): Promise<string> {
    const { cloud, tenantId } = this.#party.authProvider;
    if (service === "login") return `https://${cloud.loginHost}/${tenantId}${path}`;
    if (behind === undefined) return `${cloud.graphRoot}/v1.0${await this.#filled(path)}`;
    const link = this.#links.get(behind);
    if (link === undefined) throw new Unaskable("there was no link to follow");
    return link;
  }

  async #bodyOf(body: object | undefined): Promise<string | URLSearchParams | undefined> {
    if (body === undefined) return undefined;
    if (body instanceof URLSearchParams) return new URLSearchParams(await this.#filled(body.toString(), "%7B", "%7D"));
    return this.#filled(JSON.stringify(body));
  }

  /** A text with this tenant's objects in it. */
  async #filled(text: string, open = "{", close = "}"): Promise<string> {
    const { clientId } = this.#party.authProvider;
    let filled = text.replaceAll(`${open}client${close}`, clientId);
    for (const subject of ["user", "group", "device", "application", "servicePrincipal"] as const) {
      const name = `${open}${subject}${close}`;
      if (filled.includes(name)) filled = filled.replaceAll(name, await this.#idOf(subject));
    }
    return filled;
  }

  async #idOf(subject: Subject): Promise<string> {
    if (!this.#subjects.has(subject)) {
      const answer = await this.ask({ topic: "lists", path: `/${subject}s?$top=1&$select=id` });
      const id = (parsed(answer.text) as { value?: { id?: unknown }[] } | undefined)?.value?.[0]?.id;
      // It becomes a part of a path, and of JSON.
      this.#subjects.set(subject, typeof id === "string" && /^[\w-]{1,64}$/.test(id) ? id : undefined);
    }
    const id = this.#subjects.get(subject);
    if (id === undefined) throw new Unaskable(`there is no ${subject}, or none that the app may read`);
    return id;
  }

  /** Followed on the tenant's own Graph only: the token goes with it. */
  #keepLink(path: string, { text }: Answer): void {
    const body = parsed(text) as Record<string, unknown> | undefined;
    const link = body?.["@odata.nextLink"] ?? body?.["@odata.deltaLink"];
    if (
      typeof link === "string" &&
      URL.canParse(link) &&
      link.startsWith(`${this.#party.authProvider.cloud.graphRoot}/`)
    )
      this.#links.set(path, link);
  }
}
