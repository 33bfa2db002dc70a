/**
 * graph-sdk.ts as bundlers get it. Under "imports" package.json tells them apart: esbuild reads the SDK as CommonJS and gets
 * graph-sdk.modules.ts; webpack, Rollup and Vite read it as ESM, of which they leave out what isn't used by themselves.
 */
export {
  AuthenticationHandlerOptions,
  Client,
  GraphClientError,
  RedirectHandlerOptions,
  ResponseType,
  RetryHandlerOptions,
  TelemetryHandler,
} from "#graph-sdk";
