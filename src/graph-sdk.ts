/** What is run of the Graph SDK; types come from the SDK itself. Bundlers may get graph-sdk.bundled.ts in its place. */
export {
  AuthenticationHandlerOptions,
  Client,
  GraphClientError,
  RedirectHandlerOptions,
  ResponseType,
  RetryHandlerOptions,
  TelemetryHandler,
} from "@microsoft/microsoft-graph-client";
