import { URL } from "node:url";
import type { AuthenticationProvider, Context, Middleware } from "@microsoft/microsoft-graph-client";
import type { GraphTokenRequest } from "../../access-token.js";
import {
  AuthenticationHandlerOptions,
  RedirectHandlerOptions,
  RetryHandlerOptions,
  TelemetryHandler,
} from "../../graph-sdk.js";
import { answered, type Fetch } from "../../http/fetch.js";
import { KnownSecrets } from "../../http/known-secrets.js";
import { networkFailure } from "../../http/network-error.js";
import { safeFailure } from "../../http/safe-cause.js";
import { isOwnError } from "../../own-error.js";
import { abortFailure } from "../failures/interruption.js";
import { type Attempt, OpenAttempt, release } from "./attempt.js";
import type { AttemptPolicy, ClientTraits } from "./attempt-policy.js";
import { authorize, isGraphAddress } from "./authorize.js";
import { closeForSteps } from "./batch-throttling.js";
import { isRead } from "./is-read.js";
import { followRedirects } from "./redirects.js";
import { runAttempts } from "./run-attempts.js";
import { deliver } from "./sdk-response.js";
import { handOver } from "./unread-body.js";

/** The SDK's context as one attempt sends it: a copy, so that the next one starts again from what the caller gave. */
interface Outgoing extends Context {
  options: NonNullable<Context["options"]> & { headers: Headers };
  tokenRequest: GraphTokenRequest;
}

const priorityHeader = "x-ms-throttle-priority";

type Send = (outgoing: Outgoing) => Promise<Response>;

/**
 * What a client's requests go through, from the outside in: attempts, token, the SDK's telemetry headers, fetch.
 * A listing that drives its own attempts, and says so in its token request, starts at the token; a request for a host
 * other than Graph starts at fetch.
 */
export function graphChain(authProvider: AuthenticationProvider, fetch: Fetch, traits: ClientTraits): Middleware {
  const carry = carriedBy(fetch);
  const send = authorized(authProvider, traits.retry.priority, withTelemetry(carry));
  return {
    async execute(context) {
      const url = addressOf(context);
      if (!isGraphAddress(url, traits.graphRoot)) context.response = await sendElsewhere(carry, context, traits);
      else if (tokenRequestOf(context).attempt !== undefined) context.response = await send(prepare(context));
      else {
        const sendOn = (attempt: Attempt) => async (redirected: Context) => {
          const elsewhere = !isGraphAddress(addressOf(redirected), traits.graphRoot);
          return { response: await (elsewhere ? carry : send)(prepare(redirected, attempt)), elsewhere };
        };
        context.response = await runAttempts(
          {
            address: url,
            method: methodOf(context),
            send: (attempt) => send(prepare(context, attempt)),
            read: async (answer, attempt) => {
              const options = optionsOf(context, RedirectHandlerOptions);
              const { graphRoot } = traits;
              const followed = await followRedirects(answer, context, graphRoot, options, sendOn(attempt));
              if (followed.elsewhere) return handOver(followed.response, attempt, { ...traits, host: hostOf(context) });
              const response = await deliver(followed.response, url, attempt, traits);
              await heedSteps(response, context, traits);
              return response;
            },
          },
          policyOf(context, traits),
        );
      }
    },
  };
}

/** Other hosts see neither token nor telemetry and aren't judged; but nothing hangs there either. */
async function sendElsewhere(
  send: Send,
  context: Context,
  { timeoutMs, maxBodyBytes, clock }: ClientTraits,
): Promise<Response> {
  const signal = context.options?.signal ?? undefined;
  const host = hostOf(context);
  const attempt = new OpenAttempt(1, {}, false, { host, timeoutMs, clock, signal });
  try {
    const response = await attempt.until(send(prepare(context, attempt)), release);
    return handOver(response, attempt, { maxBodyBytes, timeoutMs, clock, host });
  } finally {
    attempt.close();
  }
}

/** What a batch says of its throttled steps is heeded as if each had been sent by itself. */
async function heedSteps(response: Response, context: Context, traits: ClientTraits): Promise<void> {
  const address = addressOf(context);
  if (response.status !== 200 || !/\/\$batch$/i.test(new URL(address).pathname)) return;
  const { responses } = ((await response.clone().json()) ?? {}) as { responses?: unknown };
  closeForSteps({ address, requests: context.options?.body, responses }, traits);
}

function authorized(authProvider: AuthenticationProvider, priority: string | undefined, next: Send): Send {
  return async (outgoing) => {
    const { authenticationProvider = authProvider } = optionsOf(outgoing, AuthenticationHandlerOptions) ?? {};
    await authorize(outgoing.options.headers, authenticationProvider, outgoing.tokenRequest);
    const { headers } = outgoing.options;
    if (priority !== undefined && !headers.has(priorityHeader)) headers.set(priorityHeader, priority);
    // Nobody follows a redirect with the token.
    outgoing.options.redirect = "manual";
    return next(outgoing);
  };
}

function withTelemetry(next: Send): Send {
  const handler = new TelemetryHandler();
  handler.setNext({
    execute: async (context) => {
      context.response = await next(context as Outgoing);
    },
  });
  return async (outgoing) => {
    await handler.execute(outgoing);
    return outgoing.response!;
  };
}

function carriedBy(fetch: Fetch): Send {
  return async (outgoing) => {
    const { request, options } = outgoing;
    try {
      return answered(await fetch(request, options as RequestInit), "invalid_response", hostOf(outgoing));
    } catch (cause) {
      // The end of an attempt brings its own error as the signal's reason.
      if (isOwnError(cause)) throw cause;
      if (options.signal?.aborted) throw abortFailure(options.signal.reason);
      // The caller's own Authorization header counts as ours.
      const secrets = new KnownSecrets([options.headers.get("authorization")?.replace(/^\w+ +/, "")]);
      throw safeFailure(networkFailure(cause, hostOf(outgoing)), secrets);
    }
  };
}

function prepare(context: Context, attempt?: Attempt): Outgoing {
  const { options = {} } = context;
  const headers = new Headers(options.headers as Record<string, string>);
  // The connection can't be chosen through fetch, but it can be closed: the attempt after this one has another.
  if (attempt?.freshConnection) headers.set("connection", "close");
  return {
    ...context,
    options: {
      ...options,
      headers,
      ...(attempt && { signal: attempt.signal }),
      // Node's fetch takes a stream only so, and the SDK doesn't say it.
      ...(isStream(options.body) && { duplex: "half" }),
    },
    tokenRequest: { ...tokenRequestOf(context), ...attempt?.tokenRequest },
  };
}

function policyOf(context: Context, traits: ClientTraits): AttemptPolicy {
  const { signal, body } = context.options ?? {};
  const perRequest = optionsOf(context, RetryHandlerOptions);
  return {
    ...traits,
    signal: signal ?? undefined,
    idempotent: isRead(methodOf(context), addressOf(context), body),
    followsRedirects: true,
    replayable: typeof context.request === "string" && !isStream(body),
    ...(perRequest && {
      retry: { ...traits.retry, attempts: perRequest.maxRetries + 1, delayMs: perRequest.delay * 1000 },
      shouldRetry: (response, attempt) =>
        perRequest.shouldRetry(perRequest.delay, attempt, context.request, context.options, response),
    }),
  };
}

function isStream(body: unknown): boolean {
  return typeof body === "object" && body !== null && (Symbol.asyncIterator in body || "getReader" in body);
}

function addressOf({ request }: Context): string {
  return typeof request === "string" ? request : request.url;
}

function methodOf({ options }: Context): string {
  return options?.method ?? "GET";
}

function hostOf(context: Context): string {
  const address = addressOf(context);
  return URL.canParse(address) ? new URL(address).host : address;
}

function tokenRequestOf(context: Context): GraphTokenRequest {
  return (optionsOf(context, AuthenticationHandlerOptions)?.authenticationProviderOptions ?? {}) as GraphTokenRequest;
}

/** What a caller gave with `.middlewareOptions()`, found by its class. */
function optionsOf<T>({ middlewareControl }: Context, type: new () => T): T | undefined {
  return middlewareControl?.getMiddlewareOptions(type) as T | undefined;
}
