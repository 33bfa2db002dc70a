/**
 * One JSON object a line, in the terms of OpenTelemetry's log data model, so that a collector's filelog or stdin receiver takes it as it is.
 * @see https://opentelemetry.io/docs/specs/otel/logs/data-model/
 */
import { hostname } from "node:os";
import { isAppIdentityError, type Logger } from "graph-app-identity";

export type Severity = "DEBUG" | "INFO" | "WARN" | "ERROR";
export type Attributes = Record<string, string | number | boolean | undefined>;

/** Names this process among all of the fleet. */
export const instance = `${hostname()}:${process.pid}`;

const resource = { "service.name": "graph-fleet", "service.instance.id": instance };

export function log(severity: Severity, body: string, attributes: Attributes = {}): void {
  const line = { timestamp: new Date().toISOString(), severity, body, attributes, resource };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** What a failure says about itself. An error of the package holds no secret; of any other, only name and message are told. */
export function failureAttributes(error: unknown): Attributes {
  if (!isAppIdentityError(error)) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { "error.type": name, "exception.message": message };
  }
  return {
    "error.type": error.code,
    "exception.message": error.message,
    "http.response.status_code": error.statusCode,
    "server.address": error.host,
    "graph.request_id": error.requestId,
    "entra.correlation_id": error.correlationId,
    remedy: error.remedy,
  };
}

/** Has the process end with a line of the log, whatever ends it. */
export function logTheEnd(): void {
  process.once("uncaughtException", (error) => {
    log("ERROR", "The process has failed.", failureAttributes(error));
    process.exit(1);
  });
}

/** What the package has to say, in the same form; not that it fetches a token, which it does for every tenant. */
export const notices: Logger = {
  warn: (message) => log("WARN", message),
  error: (message) => log("ERROR", message),
};
