import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import type { Clock } from "../../clock.js";
import { AppIdentityError } from "../../errors.js";
import type { Fetch } from "../../http/fetch.js";
import { KnownSecrets } from "../../http/known-secrets.js";
import { isTransientStatus, retryAfterOf } from "../../http/retry-after.js";
import { safeFailure } from "../../http/safe-cause.js";
import type { Token } from "../tokens/token.js";
import { type Answer, exchange } from "./exchange.js";
import { readToken, type TokenAnswer } from "./read-token.js";
import { entraFailure } from "./remedies.js";

const timeoutMs = 10_000;
const maxBytes = 1_000_000;

export interface NetworkOptions {
  fetch: Fetch;
  clock: Clock;
  signal: AbortSignal;
  /** Hosts that may see a credential. */
  trustedHosts: readonly string[];
  /** What errors say about who asked. */
  context: { tenantId: string; clientId: string };
}

/**
 * What MSAL speaks through, for one token request.
 *
 * MSAL sees nothing but good answers: from a failed one it would make an error without status or cause, or worse, a token without text,
 * and a 429 or 5xx it would replay for a minute. What went wrong is kept in `failure` instead, and the caller throws that.
 */
export class EntraNetwork implements INetworkModule {
  failure: AppIdentityError | undefined;
  token: Token | undefined;
  readonly #options: NetworkOptions;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send<T>(
      url,
      { method: "GET", ...(options?.headers && { headers: options.headers }) },
      ({ body }) => void destination(body.token_endpoint, this.#options.trustedHosts),
    );
  }

  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send<T>(
      url,
      { method: "POST", body: options?.body ?? "", ...(options?.headers && { headers: options.headers }) },
      (answer) => {
        this.token = readToken(answer);
      },
    );
  }

  async #send<T>(url: string, init: RequestInit, accept: (answer: TokenAnswer) => void): Promise<NetworkResponse<T>> {
    const { clock, context, fetch, signal, trustedHosts } = this.#options;
    let answer: Answer | undefined;
    try {
      const { host, href } = destination(url, trustedHosts);
      const sentAt = clock.monotonic();
      answer = await exchange(href, init, { fetch, clock, signal, timeoutMs, maxBytes });
      const elapsedMs = clock.monotonic() - sentAt;
      const arrivedAt = clock.now();
      const body = judge(answer, host, arrivedAt, context);
      accept({ host, body, date: answer.headers.get("date"), arrivedAt, elapsedMs });
      return { status: answer.status, headers: {}, body: body as T };
    } catch (error) {
      // What answered, or carried the request, may have put what was sent or came back into its words.
      const failure = safeFailure(error, new KnownSecrets([...sentIn(init.body), ...tokensIn(answer?.text)]));
      if (failure instanceof AppIdentityError) this.failure = failure;
      throw failure;
    }
  }
}

function sentIn(body: RequestInit["body"]): string[] {
  const fields = new URLSearchParams(typeof body === "string" ? body : "");
  return ["client_secret", "client_assertion"].flatMap((name) => fields.getAll(name));
}

function tokensIn(text = ""): string[] {
  const fields = parseObject(text) ?? {};
  return ["access_token", "refresh_token", "id_token"]
    .map((name) => fields[name])
    .filter((each) => typeof each === "string");
}

/** The JSON object in a good answer; every other answer is a typed failure. */
function judge(answer: Answer, host: string, now: number, context: NetworkOptions["context"]): Record<string, unknown> {
  const { status, headers, text } = answer;
  const body = parseObject(text);
  const known = { statusCode: status, host, retryAfterMs: retryAfterOf(headers, now) };
  if (typeof body?.error === "string" || isTransientStatus(status)) {
    const failure = entraFailure(body ?? {}, status, context);
    throw failure.with({ ...known, retryable: failure.retryable || isTransientStatus(status) });
  }
  if (body && status >= 200 && status < 300) return body;
  if (status >= 300 && status < 400) {
    throw new AppIdentityError("unexpected_redirect", `${host} redirects token requests.`, {
      remedy: `Credentials don't follow redirects. Check that ${host} is the login host, and that no proxy answers in its place.`,
      ...known,
    });
  }
  const kind = headers.get("content-type") ?? "no content type";
  throw new AppIdentityError("invalid_token_response", `${host} answered HTTP ${status} with no token (${kind}).`, {
    remedy: `Something other than the identity platform answers for ${host}: look at proxies and captive portals on the way.`,
    retryable: true,
    ...known,
  });
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Where a request goes, judged whole and sent as it was judged. A discovery document says where tokens are given, and must not send the
 * credential elsewhere, nor unencrypted.
 */
function destination(address: unknown, trustedHosts: readonly string[]): URL {
  const url = typeof address === "string" && URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "" || !trustedHosts.includes(url.host)) {
    // Without user and password, which whoever wrote the document may have meant to be secret.
    const said = url ? `${url.protocol}//${url.host}`.slice(0, 200) : "no address at all";
    throw new AppIdentityError("invalid_token_response", `The token endpoint can't be trusted: ${said}.`, {
      remedy: `Credentials go to https://${trustedHosts.join(" or https://")} only, and to no user's part of it. Check oidcAuthority and what its discovery document says.`,
      ...(url?.host && { host: url.host }),
    });
  }
  return url;
}
