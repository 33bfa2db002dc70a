import {
  AuthenticationHandler,
  Client,
  type Context,
  type Middleware,
  RetryHandler,
  TelemetryHandler,
} from "@microsoft/microsoft-graph-client";

/** A client as a caller builds it from the SDK alone: the SDK's own handlers, and a last one that calls the given fetch. */
export function sdkClient(
  fetch: typeof globalThis.fetch,
  token: string | ((options?: unknown) => Promise<string>) = "a-token",
): Client {
  const getAccessToken = typeof token === "string" ? async () => token : token;
  const send: Middleware = {
    async execute(context: Context) {
      context.response = await fetch(context.request as string, context.options as RequestInit);
    },
  };
  return Client.initWithMiddleware({
    middleware: [new AuthenticationHandler({ getAccessToken }), new RetryHandler(), new TelemetryHandler(), send],
  });
}
