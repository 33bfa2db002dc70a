import { EntraFailure, type ErrorSeparator, failureReply } from "../entra/failure.js";
import { answerAsGraph } from "../graph/answer.js";
import { GraphRefusal } from "../graph/refusal.js";
import type { WireReply, WireRequest } from "../wire/messages.js";
import type { RecordedRequest } from "../wire/request-log.js";
import type { Fault } from "./faults.js";

const graphErrors: Record<number, [code: string, message: string]> = {
  401: ["InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."],
  403: ["Authorization_RequestDenied", "Insufficient privileges to complete the operation."],
  404: [
    "Request_ResourceNotFound",
    "Resource does not exist or one of its queried reference-property objects are not present.",
  ],
  410: ["syncStateNotFound", "The sync state generation is not found; start over."],
  429: ["TooManyRequests", "Please retry again later."],
  500: ["InternalServerError", "An internal server error occurred. The operation failed."],
  502: ["UnknownError", ""],
  503: ["ServiceUnavailable", "Service is temporarily unavailable. Please wait and retry again."],
  504: ["GatewayTimeout", "The server didn't answer in time."],
};

const html =
  "<!DOCTYPE html><html><head><title>Service unavailable</title></head><body><h1>Our services aren't available right now</h1></body></html>";

/** The answer that a fault puts in the place of the service's own; `undefined` where the service answers first. */
async function faultReply(
  fault: Fault,
  service: "entra" | "graph",
  request: WireRequest,
  separator: ErrorSeparator,
): Promise<WireReply | undefined> {
  const { status, aadsts, expiredPageToken } = fault;
  if (fault.html) return { status: status ?? 200, headers: { "content-type": "text/html; charset=utf-8" }, body: html };
  if (expiredPageToken) {
    const message = "The specified page token value has expired and can no longer be included in your request.";
    return refuse(request, new GraphRefusal(400, "Directory_ExpiredPageToken", message));
  }
  if (status !== undefined && status < 400) return { status, headers: {} };
  if (service === "graph" && status !== undefined) {
    return refuse(request, new GraphRefusal(status, ...(graphErrors[status] ?? (["UnknownError", ""] as const))));
  }
  if (service === "entra" && (aadsts !== undefined || status !== undefined)) {
    const reply = failureReply(request, new EntraFailure(aadsts ?? (status === 429 ? 90055 : 90033)), separator);
    const headers = { "content-type": "application/json; charset=utf-8", ...reply.headers };
    return { ...reply, headers, status: status ?? reply.status };
  }
  return undefined;
}

/** What is answered in the end: the service's answer with the fault's marks on it, or the fault's own. */
export async function answerUnder(
  fault: Fault | undefined,
  entry: RecordedRequest,
  request: WireRequest,
  separator: ErrorSeparator,
  serve: () => WireReply | Promise<WireReply>,
): Promise<WireReply> {
  const own = fault && (await faultReply(fault, entry.service, request, separator));
  const reply = own ?? (await serve());
  entry.status = fault?.status ?? reply.status;
  return fault ? { ...spoil(reply, fault, request), status: entry.status } : reply;
}

const refuse = (request: WireRequest, refusal: GraphRefusal) =>
  answerAsGraph(request, () => {
    throw refusal;
  });

/** An answer with a fault's marks on it. Cutting connections is the server's business. */
function spoil(reply: WireReply, fault: Fault, request: WireRequest): WireReply {
  const headers = { ...reply.headers };
  const { retryAfter } = fault;
  if (retryAfter !== undefined) headers["retry-after"] = inHeader(retryAfter);
  const isJson = fault.body !== undefined && typeof fault.body !== "string";
  // The answer whose place it takes may have been a picture.
  if (isJson) headers["content-type"] = "application/json; charset=utf-8";
  for (const [name, value] of Object.entries(fault.headers ?? {})) headers[name.toLowerCase()] = value;
  // Bytes stay bytes: a picture has no link to spoil.
  let { body } = reply;
  if (fault.body !== undefined) body = isJson ? JSON.stringify(fault.body) : (fault.body as string);
  if (fault.loop) body = relink(body, () => request.url.href);
  if (fault.foreignLink) {
    const origin = fault.foreignLink === true ? "https://graph.microsoft.com.evil.example" : fault.foreignLink;
    body = relink(body, (link) => link.replace(/^https?:\/\/[^/]+/, origin));
  }
  if (fault.nextLink) body = relink(body, fault.nextLink);
  if (fault.truncate) body = body?.slice(0, Math.ceil(body.length / 2));
  return { status: reply.status, headers, ...(body !== undefined && { body }) };
}

function inHeader(retryAfter: NonNullable<Fault["retryAfter"]>): string {
  return retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter);
}

function relink(body: WireReply["body"], change: (link: string) => string): WireReply["body"] {
  // Only pages of a listing have one.
  const page =
    typeof body === "string" && body.includes('"@odata.nextLink"') ? (JSON.parse(body) as Record<string, unknown>) : {};
  const link = page["@odata.nextLink"];
  if (typeof link !== "string") return body;
  return JSON.stringify({ ...page, "@odata.nextLink": change(link) });
}
