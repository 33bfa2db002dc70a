import { AppIdentityError } from "../../errors.js";
import { KnownSecrets } from "../../http/known-secrets.js";
import { type BodyStart, isWebStream, readErrorText, readStart, textOf } from "../../http/read-body.js";
import { safeText } from "../../http/safe-text.js";
import { readErrorBody } from "../failures/error-body.js";
import type { Attempt } from "./attempt.js";
import type { ClientTraits } from "./attempt-policy.js";
import { handOver } from "./unread-body.js";

/**
 * Makes of an answer the response that the Graph SDK gets. JSON is read here, inside the attempt, so that a body that
 * breaks off is asked for again. An HTML page in place of an answer is a failure. An error of any form comes in Graph's
 * own, the only one of which the SDK keeps code, message and request id. Every other body is handed over unread.
 */
export async function deliver(
  response: Response,
  url: string,
  attempt: Attempt,
  { graphRoot, maxBodyBytes, timeoutMs, clock }: ClientTraits,
): Promise<Response> {
  if (response.status >= 400) {
    const secrets = new KnownSecrets([attempt.token]);
    return withJson(response, errorInGraphsForm(await readErrorText(response), response, secrets));
  }
  const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  // A file, a page or a message may be anything; nothing else in Graph is.
  const isContent = /\/(content|\$value)$/i.test(new URL(url).pathname);
  if (type === "text/html" && !isContent) throw notAnAnswer(response, "an HTML page");
  const limits = { maxBodyBytes, timeoutMs, clock, host: new URL(graphRoot).host };
  if (type !== "application/json" || isContent || response.body === null) return handOver(response, attempt, limits);
  const read = await readJson(response, maxBodyBytes);
  // More than fits into memory may still be wanted as a stream.
  return typeof read === "string" ? withJson(response, read) : handOver(response, attempt, limits, read);
}

async function readJson(response: Response, mostBytes: number): Promise<string | BodyStart> {
  let text: string;
  if (isWebStream(response.body)) {
    const start = await readStart(response.body, mostBytes);
    if (start.rest !== undefined) return start;
    text = textOf(start.chunks);
  } else text = await response.text();
  try {
    JSON.parse(text);
  } catch (cause) {
    throw notAnAnswer(response, text === "" ? "an empty body" : "JSON that breaks off or is none", cause);
  }
  return text;
}

function notAnAnswer({ status, headers }: Response, what: string, cause?: unknown): AppIdentityError {
  return new AppIdentityError("invalid_response", `Graph answered ${status} with ${what}.`, {
    remedy: "Look for a proxy or a sign-in page between here and Graph. If this was a change, Graph may have made it.",
    retryable: true,
    statusCode: status,
    cause,
    requestId: headers.get("request-id") ?? undefined,
  });
}

function errorInGraphsForm(text: string, { status, headers }: Response, secrets: KnownSecrets): string {
  const {
    error,
    innerError,
    code,
    message = `Graph answered ${status} without saying why.`,
    requestId,
  } = readErrorBody(text, headers);
  const form = {
    error: {
      ...error,
      code,
      message,
      innerError: { ...innerError, date: innerError?.date ?? new Date().toISOString(), "request-id": requestId },
    },
  };
  return JSON.stringify(form, (_, value: unknown) => (typeof value === "string" ? safeText(value, secrets) : value));
}

/** The same response with a body that has been read. */
function withJson({ status, statusText, headers, url }: Response, text: string): Response {
  const described = new Headers(headers);
  described.set("content-type", "application/json");
  described.delete("content-encoding");
  described.delete("content-length");
  const response = new Response(text, { status, statusText, headers: described });
  return Object.defineProperty(response, "url", { value: url });
}
