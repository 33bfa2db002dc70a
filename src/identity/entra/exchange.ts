import type { Clock } from "../../clock.js";
import { AppIdentityError } from "../../errors.js";
import { withDeadline } from "../../http/deadline.js";
import { answered, type Fetch } from "../../http/fetch.js";
import { networkFailure } from "../../http/network-error.js";

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
      const response: unknown = await limits.fetch(url, { ...init, redirect: "manual", signal });
      const { status, headers, body } = answered(response, "invalid_token_response", host);
      return { status, headers, text: await readText(body, limits.maxBytes, host) };
    });
  } catch (error) {
    if (error instanceof AppIdentityError || limits.signal.aborted) throw error;
    throw networkFailure(error, host);
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
