import { AppIdentityError } from "../../errors.js";

/** Graph's answer to one step, as it stands in the answer of the batch. */
export interface InnerAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/**
 * The answers of a batch by the ids of its steps; they come in any order.
 * @throws AppIdentityError `invalid_response`, retryable: something on the way answered in Graph's place
 */
export function readResponses(text: string, host: string): Map<string, InnerAnswer> {
  let responses: unknown;
  try {
    responses = (JSON.parse(text) as { responses?: unknown } | null)?.responses;
  } catch (cause) {
    throw invalid("something that is no answer to a batch", host, cause);
  }
  if (!Array.isArray(responses)) throw invalid("something that is no answer to a batch", host);
  const answers = new Map<string, InnerAnswer>();
  for (const each of responses as unknown[]) {
    const { id, status, headers, body } = (each ?? {}) as Record<string, unknown>;
    if (!Number.isInteger(status) || (status as number) < 200 || (status as number) > 599) continue;
    answers.set(String(id), { status: status as number, headers: texts(headers), body });
  }
  return answers;
}

/** A step that a batch's answer leaves out. */
export function unanswered(host: string): AppIdentityError {
  return invalid("no answer to one of a batch's steps", host);
}

/** The answer as if the step had been sent alone. Bodies that aren't JSON come as base64, and are bytes again. */
export function innerAnswer({ status, headers, body }: InnerAnswer): Response {
  const bare = status === 204 || status === 205 || status === 304 || body === undefined || body === null;
  return new Response(bare ? null : bodyOf(body, headers), { status, headers });
}

function bodyOf(body: unknown, headers: Record<string, string>): string | Uint8Array<ArrayBuffer> {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  if (typeof body !== "string" || /json/i.test(type)) return JSON.stringify(body);
  // A count comes as text.
  if (type === "" || /^text\/plain/i.test(type)) return body;
  return new Uint8Array(Buffer.from(body, "base64"));
}

/** Values that headers can have; a step's answer with an odd one isn't lost for it. */
function texts(headers: unknown): Record<string, string> {
  const entries = typeof headers === "object" && headers !== null ? Object.entries(headers) : [];
  return Object.fromEntries(
    entries
      .filter(([name, value]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^(string|number)$/.test(typeof value))
      .map(([name, value]) => [name, String(value).replace(/[^\t\x20-\x7e\x80-\xff]/g, "")]),
  );
}

function invalid(what: string, host: string, cause?: unknown): AppIdentityError {
  return new AppIdentityError("invalid_response", `Graph answered with ${what}.`, {
    remedy: "Look for a proxy, a captive portal or a gateway on the way to Graph; else try again later.",
    retryable: true,
    host,
    cause,
  });
}
