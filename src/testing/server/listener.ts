import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { ErrorSeparator } from "../entra/failure.js";
import { answerUnder } from "../faults/apply-fault.js";
import type { createFaults, Fault } from "../faults/faults.js";
import type { OnStep } from "../graph/service.js";
import type { AnsweredRequests } from "../wire/answered.js";
import { serviceOfHost } from "../wire/hosts.js";
import type { EmulatorClock, WireReply, WireRequest } from "../wire/messages.js";
import { type RecordedRequest, record, recordStep } from "../wire/request-log.js";
import { originHeader } from "./emulator-fetch.js";
import { frontPage, isFrontPage } from "./front-page.js";
import { foreignPage, mayBePage } from "./guard.js";
import { noteAnswer } from "./note-answer.js";
import type { ForwardProxy } from "./proxy.js";

/** What answers: each service gets the requests of its hosts, or of its paths where both share a host. */
export interface Services {
  entra(request: WireRequest): Promise<WireReply>;
  graph(request: WireRequest, entry: RecordedRequest, onStep: OnStep): Promise<WireReply>;
}

export interface ListenerOptions {
  services: Services;
  clock: EmulatorClock;
  faults: ReturnType<typeof createFaults>;
  requests: RecordedRequest[];
  answered: AnsweredRequests;
  errorSeparator: ErrorSeparator;
  proxy: ForwardProxy;
  /** Whether a host and port are the emulator's own. */
  isOwn(host: string): boolean;
  /** Answers what isn't Microsoft's, where it is there: it tells whether it has. */
  control: ((incoming: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Where links to the emulator's own pages lead. */
  consentOrigin(): string;
}

/** A request that was read and stands in the log. */
interface Received {
  incoming: IncomingMessage;
  response: ServerResponse;
  request: WireRequest;
  /** Whether it isn't too large. */
  complete: boolean;
  entry: RecordedRequest;
}

/**
 * Answers HTTP requests: reads, records, lets faults strike, asks the service, writes.
 * Over sixty lines: the steps of one request, in order.
 */
export function createListener({
  services,
  clock,
  faults,
  requests,
  answered,
  errorSeparator,
  proxy,
  isOwn,
  control,
  consentOrigin,
}: ListenerOptions): RequestListener {
  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { body, complete } = await readBody(incoming);
    const request = { ...readHead(incoming, clock), body };
    if (isFrontPage(request)) return write(response, frontPage, undefined);
    const entry = record(requests, serviceOf(request.url), request);
    try {
      await answerRecorded({ incoming, response, request, complete, entry });
    } finally {
      answered.add(entry);
    }
  }

  async function answerRecorded({ incoming, response, request, complete, entry }: Received): Promise<void> {
    const { service } = entry;
    const encode = service === "entra" ? withLength : acceptsGzip(request.headers) ? gzipped : asItIs;
    const startedAt = performance.now();
    const fault = faults.strike(entry);
    if (fault) entry.fault = true;
    if (fault?.hang) return;
    if (fault?.delayMs) await delay(fault.delayMs, response);
    if (fault?.reset) {
      incoming.socket.destroy();
      return;
    }
    const onStep: OnStep = async (step, id, serve) => {
      const ownEntry = recordStep(entry, step, id);
      const ownFault = faults.strike(ownEntry);
      if (ownFault?.delayMs) await delay(ownFault.delayMs, response);
      return answerUnder(ownFault, ownEntry, step, errorSeparator, serve);
    };
    const serve = () => (complete ? services[service](request, entry, onStep) : tooLarge);
    const reply = await answerUnder(fault, entry, request, errorSeparator, serve);
    noteAnswer(entry, reply, performance.now() - startedAt, consentOrigin());
    write(response, encode(reply), fault);
  }

  /** What a page of elsewhere asks reaches nothing: what is in the directory may be somebody's. */
  function refusesPage({ headers }: IncomingMessage, response: ServerResponse): boolean {
    const foreign = mayBePage(headers) && headers[originHeader] === undefined && foreignPage(headers, isOwn);
    if (!foreign) return false;
    const error = { code: "foreign_page", message: foreign };
    response.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify({ error }));
    return true;
  }

  return (incoming, response) => {
    if (proxy.forward(incoming, response) || control?.(incoming, response) || refusesPage(incoming, response)) return;
    answer(incoming, response).catch((error: unknown) => {
      if (response.destroyed) return;
      const malformed = error instanceof URIError || (error as { code?: string }).code === "ERR_INVALID_URL";
      const said = malformed ? "The request's URL is malformed." : `The emulator failed: ${(error as Error).stack}`;
      if (!response.headersSent) {
        response.writeHead(malformed ? 400 : 500, { "content-type": "text/plain; charset=utf-8" });
      }
      response.end(said);
    });
  };
}

/** Graph and Entra under one host are told apart by their paths. */
function serviceOf(url: URL): "entra" | "graph" {
  return serviceOfHost(url.hostname) ?? (/^\/(v1\.0|beta|data\/download)(\/|$)/.test(url.pathname) ? "graph" : "entra");
}

/** More than any batch of twenty steps needs; Graph is said to take as much. */
const largestBody = 4 * 2 ** 20;
const tooLarge: WireReply = {
  status: 413,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: "The emulator takes bodies of up to 4 MiB.",
};

/** What is too large is read to its end, so that the client comes to read the answer, but only its beginning is kept. */
async function readBody(incoming: IncomingMessage): Promise<{ body: string; complete: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (length <= largestBody) chunks.push(chunk);
    length += chunk.length;
  }
  return { body: Buffer.concat(chunks).toString(), complete: length <= largestBody };
}

function readHead(incoming: IncomingMessage, clock: EmulatorClock): Omit<WireRequest, "body"> {
  const { [originHeader]: carried, ...headers } = incoming.headers;
  const scheme = "encrypted" in incoming.socket ? "https" : "http";
  const origin = typeof carried === "string" ? carried : `${scheme}://${headers.host ?? "localhost"}`;
  const address = incoming.url ?? "/";
  return {
    method: incoming.method ?? "GET",
    // In absolute form, as a proxy is asked, the address says all; one that begins with two slashes names no host.
    url: /^https?:\/\//i.test(address) ? new URL(address) : new URL(origin + address),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()])),
    at: clock.now(),
  };
}

async function delay(ms: number, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  await sleep(ms, undefined, { signal: gone.signal });
}

const acceptsGzip = ({ "accept-encoding": accepted = "" }: WireRequest["headers"]) =>
  /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accepted);

/** Graph compresses what it says, and tells no length. */
function gzipped(reply: WireReply): WireReply {
  if (reply.body === undefined || reply.body.length < 1000) return reply;
  return {
    ...reply,
    headers: { ...reply.headers, "content-encoding": "gzip" },
    body: gzipSync(reply.body, { level: 1 }),
  };
}

const asItIs = (reply: WireReply) => reply;

/** Entra tells the length, and compresses nothing. */
function withLength(reply: WireReply): WireReply {
  const { body = "", headers } = reply;
  return { ...reply, headers: { ...headers, "content-length": String(Buffer.byteLength(body)) } };
}

function write(response: ServerResponse, { status, headers, body = "" }: WireReply, fault: Fault | undefined): void {
  response.writeHead(status, headers as Record<string, string | string[]>);
  if (!fault?.resetInBody) {
    response.end(body);
    return;
  }
  const half = Buffer.from(body).subarray(0, Math.max(1, body.length >> 1));
  response.write(half, () => response.destroy());
}
