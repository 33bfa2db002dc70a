import { randomUUID } from "node:crypto";
import { isGuid } from "../guid.js";
import type { WireReply, WireRequest } from "../wire/messages.js";
import { type AadstsCode, type AadstsRow, aadsts } from "./aadsts.js";

/** A refusal on its way to the client. */
export class EntraFailure extends Error {
  constructor(
    readonly code: AadstsCode,
    readonly values: Readonly<Record<string, string>> = {},
    /** In place of the OAuth error that usually comes with the code. */
    readonly oauthError?: string,
  ) {
    super(`AADSTS${code}`);
  }
}

/** The id that ties an answer to its request: the client's own, if it is a GUID. */
function correlationIdOf({ url, headers, body }: WireRequest): string {
  const sent =
    headers["client-request-id"] ??
    new URLSearchParams(body).get("client-request-id") ??
    url.searchParams.get("client-request-id");
  return sent && isGuid(sent) ? sent : randomUUID();
}

/** Between code, ids and timestamp: spaces since 2023, line ends before. Clients have to read both. */
export type ErrorSeparator = "space" | "crlf";

/** A refusal as Entra words it; the trace id is also the `x-ms-request-id`. */
export function failureReply(request: WireRequest, failure: EntraFailure, separator: ErrorSeparator): WireReply {
  const { error, text, status, linked }: AadstsRow = aadsts[failure.code];
  const traceId = randomUUID();
  const correlationId = correlationIdOf(request);
  const timestamp = new Date(request.at).toISOString().replace("T", " ").replace(/\.\d+/, "");
  const said = text.replace(/\{(\w+)\}/g, (_, name: string) => failure.values[name] ?? "");
  const parts = [
    `AADSTS${failure.code}: ${said}`,
    `Trace ID: ${traceId}`,
    `Correlation ID: ${correlationId}`,
    `Timestamp: ${timestamp}`,
  ];
  return {
    status: status ?? (error === "invalid_client" ? 401 : 400),
    headers: { "x-ms-request-id": traceId },
    body: JSON.stringify({
      error: failure.oauthError ?? error,
      error_description: parts.join(separator === "crlf" ? "\r\n" : " "),
      error_codes: [failure.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      ...(linked && { error_uri: `${request.url.origin}/error?code=${failure.code}` }),
    }),
  };
}
