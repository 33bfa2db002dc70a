import type { Clock } from "../../clock.js";
import { AppIdentityError } from "../../errors.js";
import { withDeadline } from "../../http/deadline.js";
import type { Fetch } from "../../http/fetch.js";
import { bareError } from "../../http/safe-cause.js";

/** An answer of the identity platform, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export interface ExchangeLimits {
  fetch: Fetch;
  clock: Clock;
  /** For the whole exchange, body included. */
  timeoutMs: number;
  maxBytes: number;
  signal: AbortSignal;
}

/**
 * One request and its answer, bounded in time and size.
 * @throws AppIdentityError `network_error`, `timeout`, `invalid_token_response` for an answer that is too long; else the signal's reason.
 */
export async function exchange(url: string, init: RequestInit, limits: ExchangeLimits): Promise<Answer> {
  const { host } = new URL(url);
  const late = () =>
    new AppIdentityError("timeout", `${host} didn't answer within ${limits.timeoutMs / 1000} s.`, {
      remedy: `Check that a firewall or proxy on the way lets HTTPS to ${host} through.`,
      retryable: true,
      host,
    });
  try {
    return await withDeadline({ ...limits, late }, async (signal) => {
      // A redirect followed would carry the credential to another address.
      const response: Response | undefined = await limits.fetch(url, { ...init, redirect: "manual", signal });
      if (typeof response?.headers?.get !== "function") throw noResponse(host);
      const { status, headers, body } = response;
      return { status, headers, text: await readText(body, limits.maxBytes, host) };
    });
  } catch (error) {
    if (error instanceof AppIdentityError || limits.signal.aborted) throw error;
    throw unreachable(host, error);
  }
}

async function readText(body: Response["body"], maxBytes: number, host: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new AppIdentityError("invalid_token_response", `${host} sent more than ${maxBytes} bytes for a token.`, {
        remedy: `Something other than the identity platform answers for ${host}: look at proxies and DNS on the way.`,
        host,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function noResponse(host: string): AppIdentityError {
  return new AppIdentityError("invalid_token_response", 'The function given as "fetch" came back without a Response.', {
    remedy: "Give a function that answers as the global fetch does; a stub in a test can return Response.json(…).",
    host,
  });
}

function unreachable(host: string, cause: unknown): AppIdentityError {
  const reasons = [cause, (cause as Error | undefined)?.cause] as (NodeJS.ErrnoException | undefined)[];
  const reason = reasons.findLast((one) => typeof one?.code === "string")?.code;
  return new AppIdentityError("network_error", `${host} can't be reached${reason ? ` (${reason})` : ""}.`, {
    remedy: remedyFor(reason, host),
    retryable: true,
    host,
    cause: bareError(cause),
  });
}

function remedyFor(reason: string | undefined, host: string): string {
  if (reason === "ENOTFOUND" || reason === "EAI_AGAIN") {
    return `The name ${host} doesn't resolve here: check the DNS of this machine, and the host if you configured it yourself.`;
  }
  if (reason !== undefined && /CERT|SIGNATURE|ISSUER/.test(reason)) {
    return "A proxy that inspects TLS may be on the way: give Node its root certificate in NODE_EXTRA_CA_CERTS.";
  }
  return "Check network and firewall. Behind a proxy, give the provider a `fetch` that uses it; Node's own ignores HTTPS_PROXY unless told otherwise.";
}
