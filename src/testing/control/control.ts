import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { trustedTexts } from "../crypto/trusted-texts.js";
import { originHeader } from "../server/emulator-fetch.js";
import { foreignPage } from "../server/guard.js";
import { appRoutes } from "./app-routes.js";
import { consoleFile, isConsoleFile } from "./console-files.js";
import { ControlError, notFound } from "./control-error.js";
import { directoryRoutes } from "./directory-routes.js";
import { createEventStreams } from "./event-stream.js";
import { checkQuery } from "./query.js";
import { requestRoutes } from "./request-routes.js";
import type { ControlCall, Controlled, ControlReply, Route } from "./route.js";
import { importRoute, snapshotRoutes } from "./snapshot-routes.js";
import { createStateChanges } from "./state-changes.js";
import { graphRoutes, stateRoutes } from "./state-routes.js";

/** No tenant's name and no version of Graph. */
export const controlPrefix = "/_emulator/";

export interface ControlOptions {
  emulator: Omit<Controlled, "events">;
  /** Whether a host and port are the emulator's. */
  isOwn(host: string): boolean;
  /** What a caller has to show as a bearer token. */
  token?: string;
  version?: string;
}

const safe = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

/**
 * Answers what is asked under `/_emulator/`, from one table of routes: gives a function that tells whether it did.
 * Over sixty lines, since the routes about all routes stand in the table that they tell of.
 */
export function createControl({ emulator: controlled, isOwn, token, version }: ControlOptions) {
  const events = createEventStreams(controlled.answered, createStateChanges(controlled));
  /** With what `controlled` reads when it is asked. */
  const emulator: Controlled = Object.create(controlled, { events: { value: events } });
  const startedAt = performance.now();
  const routes: readonly Route[] = [
    {
      method: "GET",
      path: "health",
      does: "whether the emulator is ready, and who it is",
      handle: () => ({ json: health() }),
    },
    {
      method: "GET",
      path: "api",
      does: "these routes",
      handle: () => ({
        json: {
          value: routes.map(({ method, path, does, query = {} }) => {
            return { method, path: controlPrefix + path, does, query: Object.keys(query) };
          }),
        },
      }),
    },
    ...[...appRoutes, ...directoryRoutes, importRoute, ...graphRoutes].map(ofTenant),
    ...stateRoutes,
    ...snapshotRoutes,
    ...requestRoutes,
    {
      method: "GET",
      path: "ca.pem",
      does: "the certificate authority to trust",
      handle() {
        return { text: authority(), contentType: "application/x-pem-file" };
      },
    },
    {
      method: "GET",
      path: "bundle.pem",
      does: "the same, after what this machine trusts, for programs that can be given one file only",
      handle() {
        return { text: trustedTexts(authority(), process.env).bundle, contentType: "application/x-pem-file" };
      },
    },
  ];

  function authority(): string {
    if (emulator.ca === undefined) throw notFound("certificate authority: it speaks no TLS");
    return emulator.ca;
  }

  function health(): object {
    const { id: tenantId, domain } = emulator.tenant()!;
    const uptimeSeconds = Math.floor((performance.now() - startedAt) / 1000);
    const now = new Date(emulator.clock.now()).toISOString();
    return {
      status: "ready",
      version,
      pid: process.pid,
      uptimeSeconds,
      now,
      origin: emulator.origin,
      tenantId,
      domain,
    };
  }

  async function answer(incoming: IncomingMessage, signal: AbortSignal): Promise<ControlReply> {
    const foreign = foreignPage(incoming.headers, isOwn);
    if (foreign) throw new ControlError("foreign_page", foreign);
    const url = new URL(incoming.url ?? "/", "http://emulator");
    const path = url.pathname.slice(controlPrefix.length);
    if (incoming.method === "GET" && isConsoleFile(path)) return consoleFile(path);
    if (token !== undefined && !shows(incoming.headers.authorization, token)) {
      throw new ControlError("unauthorized", "Show the token of --control-token as a bearer.", {
        "www-authenticate": "Bearer",
      });
    }
    const { route, params } = findRoute(routes, incoming.method ?? "GET", path);
    checkQuery(url.searchParams, route.query ?? {});
    const tenant = emulator.tenant(url.searchParams.get("tenant") ?? undefined);
    if (!tenant) throw notFound(`tenant ${url.searchParams.get("tenant")}`);
    const read = await readBody(incoming, route);
    const lastEvent = incoming.headers["last-event-id"];
    const lastEventId = /^\d{1,15}$/.test(String(lastEvent)) ? Number(lastEvent) : undefined;
    const reply = await route.handle({
      emulator,
      tenant,
      params,
      query: url.searchParams,
      lastEventId,
      ...read,
      signal,
    });
    if (route.method !== "GET") events.look();
    return reply;
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    try {
      write(response, await answer(incoming, gone.signal));
    } catch (error) {
      // Read to its end, so that the client comes to read why.
      incoming.resume();
      const known = error instanceof ControlError ? error : undefined;
      const { code, message } = known ?? {
        code: "internal",
        message: "The emulator failed here; it is a defect of its own.",
      };
      if (!known) process.emitWarning(error as Error);
      const json = { error: { code, message } };
      write(response, { status: known?.status ?? 500, json, headers: known?.headers ?? {} });
    }
  }

  return (incoming: IncomingMessage, response: ServerResponse): boolean => {
    const path = (incoming.url ?? "").replace(/^https?:\/\/[^/]+/i, "");
    if (wantsConsole(incoming) && isOwn(incoming.headers.host ?? "")) {
      response.writeHead(302, { ...safe, location: controlPrefix }).end();
      return true;
    }
    if (!path.startsWith(controlPrefix)) return false;
    serve(incoming, response).catch(() => response.destroy());
    return true;
  };
}

/** Whether a browser looks who is there. */
function wantsConsole({ method, url = "", headers }: IncomingMessage): boolean {
  const atFront = url === "/" || url === controlPrefix.slice(0, -1);
  return atFront && method === "GET" && /\btext\/html\b/.test(headers.accept ?? "") && !(originHeader in headers);
}

/** Of a route that is about one tenant, which may be named. */
const ofTenant = (route: Route): Route => ({ ...route, query: { ...route.query, tenant: "text" } });

function write(
  response: ServerResponse,
  { status, json, text, stream, headers, contentType = "application/json; charset=utf-8" }: ControlReply,
): void {
  if (stream) {
    stream(response.writeHead(200, { ...safe, "content-type": contentType }));
    return;
  }
  const body = text ?? (json === undefined ? "" : JSON.stringify(json));
  const type = body === "" ? {} : { "content-type": contentType };
  response.writeHead(status ?? (body === "" ? 204 : 200), { ...safe, ...type, ...headers }).end(body);
}

function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } {
  const there = routes.flatMap((route) => {
    const params = paramsOf(route.path, path);
    return params ? [{ route, params }] : [];
  });
  // A name in the path gives way to a word.
  const [found] = there.filter(({ route }) => route.method === method).sort((a, b) => size(a.params) - size(b.params));
  if (found) return found;
  if (there.length === 0)
    throw notFound(`route ${controlPrefix}${path.slice(0, 200)}; GET ${controlPrefix}api lists them`);
  const allow = [...new Set(there.map(({ route }) => route.method))].join(", ");
  throw new ControlError("method_not_allowed", `${method} isn't possible here: ${allow}.`, { allow });
}

const size = (params: object) => Object.keys(params).length;

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const [, name] = /^\{(\w+)\}$/.exec(segment) ?? [];
    const value = decoded(given[at] as string);
    if (name === undefined ? value !== segment : value === "") return undefined;
    if (name !== undefined) params[name] = value;
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ControlError("invalid", "The path isn't encoded as paths are.");
  }
}

async function readBody(
  incoming: IncomingMessage,
  { accepts, mostBodyBytes = 2 ** 20 }: Route,
): Promise<Pick<ControlCall, "body" | "text" | "contentType">> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mostBodyBytes) chunks.push(chunk);
  }
  const [type = ""] = (incoming.headers["content-type"] ?? "").toLowerCase().split(";");
  const contentType = type.trim();
  if (bytes === 0 && !accepts) return { body: {}, text: "", contentType };
  const types = accepts ?? ["application/json"];
  if (!types.includes(contentType))
    throw new ControlError("unsupported_media_type", `A body is ${types.join(" or ")}.`);
  if (bytes > mostBodyBytes) throw new ControlError("too_large", `A body has ${mostBodyBytes} bytes at most.`);
  const text = Buffer.concat(chunks).toString();
  if (accepts) return { body: {}, text, contentType };
  const body = parsed(text);
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    return { body: body as Record<string, unknown>, text, contentType };
  }
  throw new ControlError("invalid", "The body must be a JSON object.");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ControlError("invalid", `The body isn't JSON: ${(error as Error).message}`);
  }
}

function shows(authorization: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${token}`));
}
