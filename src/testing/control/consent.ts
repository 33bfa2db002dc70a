import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { App } from "../app.js";
import { foreignPage } from "../server/guard.js";
import type { Tenant } from "../tenant.js";
import { serviceOfHost } from "../wire/hosts.js";
import type { RecordedRequest } from "../wire/request-log.js";
import { changeRoles } from "./app-routes.js";
import { type AskedPermission, answeredPage, pageHeaders, questionPage, refusalPage } from "./consent-page.js";

export interface ConsentOptions {
  /** The tenant from the start; or another by its id or domain, if there is one. */
  tenant(name?: string): Tenant | undefined;
  requests: readonly RecordedRequest[];
  clock: { now(): number };
  isOwn(host: string): boolean;
}

/** What an administrator was asked, until it is answered. */
interface Question {
  tenant: Tenant;
  clientId: string;
  redirectUri: URL | undefined;
  state: string | null;
  /** Of the v2.0 address, which tells the scope in its answer. */
  scope: string | undefined;
  v2: boolean;
}

class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

const address = /^\/([^/]+)\/(v2\.0\/)?adminconsent\/?$/i;
const shared = ["common", "organizations"];
const mostOpenQuestions = 1000;
const longestForm = 65_536;

/**
 * The page on which an administrator grants what an app asks for; gives a function that tells whether it has answered.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function createConsent({ tenant: findTenant, requests, clock, isOwn }: ConsentOptions) {
  const open = new Map<string, Question>();
  const isOurs = (host: string) => isOwn(host) || serviceOfHost(host.replace(/:443$/, "")) === "entra";

  function ask(url: URL, segment: string, v2: boolean): { body: string; target: string } {
    const question = questionIn(url, segment, v2, findTenant);
    const { tenant, clientId, redirectUri } = question;
    const app = appOf(question, findTenant);
    const has = tenant.apps.get(clientId)?.rolesOn() ?? [];
    const ticket = randomBytes(18).toString("base64url");
    open.set(ticket, question);
    if (open.size > mostOpenQuestions) open.delete(open.keys().next().value as string);
    const asked = askedFor(app, question, requests, clock.now()).filter(({ role }) => !has.includes(role));
    const shown = { appName: app.displayName, clientId, domain: tenant.domain, asked, granted: has, ticket };
    return { body: questionPage({ ...shown, redirectUri: redirectUri?.href }), target: redirectUri?.origin ?? "" };
  }

  /** Grants what is ticked, and tells where to go on. */
  function take(form: URLSearchParams): { body?: string; location?: string } {
    const ticket = form.get("ticket") ?? "";
    const question = open.get(ticket);
    if (!question) throw new Refusal("consent_expired", "This page was answered already: open its link again.", 403);
    open.delete(ticket);
    const accepted = form.get("decision") === "accept";
    const app = appOf(question, findTenant);
    const granted = accepted ? form.getAll("role") : [];
    if (accepted) grant(question, app, granted);
    return question.redirectUri
      ? { location: answerTo(question, granted, accepted) }
      : { body: answeredPage(granted, app.displayName) };
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const [, segment = "", version] = address.exec(url.pathname) ?? [];
    try {
      checkPage(incoming, isOurs);
      if (incoming.method === "GET") {
        const { body, target } = ask(url, decodeURIComponent(segment), version !== undefined);
        response.writeHead(200, pageHeaders(target)).end(body);
      } else if (incoming.method === "POST") {
        const { body, location } = take(await readForm(incoming));
        response.writeHead(location ? 302 : 200, { ...pageHeaders(), ...(location && { location }) }).end(body);
      } else response.writeHead(405, { allow: "GET, POST" }).end();
    } catch (error) {
      incoming.resume();
      if (!(error instanceof Refusal)) throw error;
      response.writeHead(error.status, pageHeaders()).end(refusalPage(error.code, error.message));
    }
  }

  return (incoming: IncomingMessage, response: ServerResponse): boolean => {
    const path = (incoming.url ?? "").replace(/^https?:\/\/[^/]+/i, "");
    if (!path.startsWith("/") || !URL.canParse(path, "http://emulator")) return false;
    const url = new URL(path, "http://emulator");
    if (!address.test(url.pathname) || path.startsWith("//")) return false;
    serve(incoming, response, url).catch(() => response.destroy());
    return true;
  };
}

/** It may be led to from elsewhere, but answered only by itself. */
function checkPage({ method, headers }: IncomingMessage, isOurs: (host: string) => boolean): void {
  const led = method === "GET" && headers["sec-fetch-mode"] === "navigate";
  const foreign = foreignPage(led ? { host: headers.host } : headers, isOurs);
  if (foreign) throw new Refusal("foreign_page", foreign, 403);
}

function questionIn(url: URL, segment: string, v2: boolean, findTenant: ConsentOptions["tenant"]): Question {
  const { searchParams: query } = url;
  const tenant = findTenant(shared.includes(segment.toLowerCase()) ? undefined : segment);
  if (!tenant) throw new Refusal("AADSTS90002", `Tenant '${segment}' not found.`);
  const clientId = query.get("client_id")?.toLowerCase();
  if (!clientId) throw new Refusal("AADSTS900144", "The request must contain the following parameter: 'client_id'.");
  const redirect = query.get("redirect_uri");
  const redirectUri = redirect !== null && URL.canParse(redirect) ? new URL(redirect) : undefined;
  if (redirect && !/^https?:$/.test(redirectUri?.protocol ?? ""))
    throw new Refusal("AADSTS50011", "The redirect URI is no address of the web.");
  return { tenant, clientId, redirectUri, state: query.get("state"), scope: query.get("scope") ?? undefined, v2 };
}

/** The app in this tenant; or in the first one, which may ask to be known here, too. */
function appOf({ tenant, clientId }: Question, findTenant: ConsentOptions["tenant"]): App {
  const app = tenant.apps.get(clientId) ?? findTenant()?.apps.get(clientId);
  if (app) return app;
  const message = `Application with identifier '${clientId}' was not found in the directory '${tenant.displayName}'.`;
  throw new Refusal("AADSTS700016", message);
}

/** What its registration asks for, what the link asks for, and what it was refused for. */
function askedFor(
  app: App,
  { tenant, scope }: Question,
  requests: readonly RecordedRequest[],
  now: number,
): AskedPermission[] {
  const asked = new Map<string, AskedPermission>();
  for (const role of [...app.registration.asksFor, ...rolesIn(scope)]) asked.set(role, { role });
  for (const { app: client, tenant: where, advice, method, path, at } of requests) {
    if (client !== app.clientId || where !== tenant.id) continue;
    const [shown] = path.replace(/^\/(v1\.0|beta)/, "").split("?");
    const seconds = Math.max(0, Math.round((now - at) / 1000));
    for (const role of advice?.lacks ?? []) asked.set(role, { role, refused: `${method} ${shown}, ${seconds} s ago` });
  }
  return [...asked.values()];
}

/** `https://graph.microsoft.com/User.Read.All` → `User.Read.All`; `.default` means what is registered. */
function rolesIn(scope = ""): string[] {
  return scope
    .split(/\s+/)
    .map((name) => name.split("/").at(-1) as string)
    .filter((name) => /^\w+(\.\w+)+$/.test(name));
}

function grant({ tenant, clientId }: Question, app: App, roles: readonly string[]): void {
  const own = tenant.apps.get(clientId) ?? tenant.consent(app.registration, { roles: [] });
  changeRoles(own, (granted) => [...granted, ...roles]);
}

function answerTo({ redirectUri, state, tenant, v2 }: Question, granted: readonly string[], accepted: boolean): string {
  const url = new URL(redirectUri as URL);
  const said: Record<string, string> = {};
  if (accepted || v2) said.admin_consent = "True";
  if (accepted) said.tenant = tenant.id;
  if (accepted && v2) said.scope = granted.map((role) => `https://graph.microsoft.com/${role}`).join(" ");
  if (!accepted) {
    said.error = v2 ? "consent_required" : "permission_denied";
    said.error_description = v2
      ? "AADSTS65004: The resource owner or authorization server denied the request."
      : "The admin canceled the request";
  }
  if (state !== null) said.state = state;
  for (const [name, value] of Object.entries(said)) url.searchParams.set(name, value);
  return url.href;
}

async function readForm(incoming: IncomingMessage): Promise<URLSearchParams> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(incoming.headers["content-type"] ?? ""))
    throw new Refusal("unsupported_media_type", "The answer is a form.", 415);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= longestForm) chunks.push(chunk);
  }
  if (length > longestForm) throw new Refusal("too_large", "The answer is too long.", 413);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
