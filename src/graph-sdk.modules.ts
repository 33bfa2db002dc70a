/**
 * The files that the SDK's index leads to, one by one: esbuild reads that index as CommonJS, of which nothing can be left out. They are the
 * same files, so that a program's own client is made of the same classes.
 */
export { Client } from "@microsoft/microsoft-graph-client/lib/src/Client.js";
export { GraphClientError } from "@microsoft/microsoft-graph-client/lib/src/GraphClientError.js";
export { AuthenticationHandlerOptions } from "@microsoft/microsoft-graph-client/lib/src/middleware/options/AuthenticationHandlerOptions.js";
export { RedirectHandlerOptions } from "@microsoft/microsoft-graph-client/lib/src/middleware/options/RedirectHandlerOptions.js";
export { RetryHandlerOptions } from "@microsoft/microsoft-graph-client/lib/src/middleware/options/RetryHandlerOptions.js";
export { TelemetryHandler } from "@microsoft/microsoft-graph-client/lib/src/middleware/TelemetryHandler.js";
export { ResponseType } from "@microsoft/microsoft-graph-client/lib/src/ResponseType.js";
