import { decodeJwt } from "../crypto/jwt.js";
import type { WireRequest } from "./messages.js";

/** A request as the emulator saw it. Bearer tokens and client secrets are left out. */
export interface RecordedRequest {
  service: "entra" | "graph";
  /** Which tenant it is about: id or domain from the address of a token request, or the id from an access token. */
  tenant: string | undefined;
  method: string;
  /** As the client meant it, with the real Microsoft host where `emulator.fetch` carried it. */
  url: string;
  /** Path and query of `url`. */
  path: string;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  /** The first 64 KiB of it. */
  body: string;
  /** Milliseconds since 1970 on the emulator's clock. */
  at: number;
  /** What was answered; `undefined` while it is being answered, and where the connection was cut before an answer. */
  status: number | undefined;
  /** Claims of the access token that came with it, where it was a valid one. */
  claims?: Readonly<Record<string, unknown>>;
  /** Its number, counted from 1 since the start in the order of answers; `undefined` while it is being answered. */
  n?: number;
  /** How long the answer took, in milliseconds. */
  ms?: number;
  /** Bytes of the answer's body. */
  bytes?: number;
  /** Client id of the app that asked, where the request told it. */
  app?: string;
  /** What a refusal said. */
  error?: { code: string; message: string };
  /** Whether a fault struck. */
  fault?: true;
  /** Why it was refused, and what helps. */
  advice?: RequestAdvice;
  /** The steps of a batch, in the order in which they were answered. */
  steps?: RecordedRequest[];
  /** Of a batch's step: its id. */
  step?: string;
}

/** What helps against a refusal. */
export interface RequestAdvice {
  /** A permission that the app lacks: of those that would do, the one people know. */
  lacks?: string[];
  /** Where an administrator grants it. */
  consent?: string;
  /** Graph has it, and the emulator hasn't. */
  notEmulated?: true;
}

const remembered = 10_000;
const longestBody = 65_536;

/** Adds a request to the log, which keeps the latest ten thousand. */
export function record(
  log: RecordedRequest[],
  service: RecordedRequest["service"],
  request: WireRequest,
): RecordedRequest {
  const { method, url, headers, body, at } = request;
  const { authorization } = headers;
  const entry: RecordedRequest = {
    service,
    tenant: tenantOf(service, request),
    method,
    url: url.href,
    path: url.pathname + url.search,
    headers: {
      ...headers,
      host: url.host,
      ...(authorization && { authorization: authorization.replace(/(\S+\s+)?.*/, "$1[redacted]") }),
    },
    body: body.replace(/(^|&)(client_secret=)[^&]*/g, "$1$2[redacted]").slice(0, longestBody),
    at,
    status: undefined,
  };
  if (log.push(entry) > remembered) log.shift();
  return entry;
}

/** Adds a step to the entry of its batch. */
export function recordStep(batch: RecordedRequest, step: WireRequest, id: string): RecordedRequest {
  batch.steps ??= [];
  const entry = record(batch.steps, batch.service, step);
  return Object.assign(entry, { step: id, tenant: batch.tenant, claims: batch.claims });
}

function tenantOf(service: RecordedRequest["service"], { url, headers }: WireRequest): string | undefined {
  if (service === "entra") return url.pathname.split("/")[1] || undefined;
  const [, token = ""] = headers.authorization?.split(" ") ?? [];
  const tenant = decodeJwt(token)?.claims.tid;
  return typeof tenant === "string" ? tenant : undefined;
}
