import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  type Attributes,
  type Context,
  context,
  type MeterProvider,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { type Checks, checkedOptions, objectWith } from "./check-options.js";
import type { GraphEvent, GraphOperation } from "./graph/telemetry/operation.js";

export interface TelemetryOptions {
  /** Makes the spans. Default: the global one. */
  tracerProvider?: TracerProvider | undefined;
  /** Makes the instruments. Default: the global one. */
  meterProvider?: MeterProvider | undefined;
}

const checks = {
  tracerProvider: objectWith(
    ["getTracer"],
    "a tracer provider",
    "Give a TracerProvider of OpenTelemetry, or leave it out.",
  ),
  meterProvider: objectWith(
    ["getMeter"],
    "a meter provider",
    "Give a MeterProvider of OpenTelemetry, or leave it out.",
  ),
} satisfies Checks<TelemetryOptions>;

const operations: readonly GraphOperation[] = ["walk", "page", "batch", "request", "attempt"];

/** What OpenTelemetry recommends for durations of HTTP requests, in seconds. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** An iterator that was dropped without `return()` never ends its span: the oldest make room. */
const mostOpen = 10_000;

/**
 * Turns what this package tells of its requests to Graph into spans and metrics. A walk (`listUsers()`, `readEach()` and their like) is a
 * span whose parent is the one that was active when it was begun; its pages, batches, requests and attempts are spans below it, wherever
 * their turn comes. Attempts and batches are HTTP client spans by the semantic conventions; the steps of a batch are events on its span.
 * `url.full` ends with the template of the path: no query, and nobody's id, is told.
 *
 * Instruments: `http.client.request.duration`, `graph_app_identity.resource_units`, `graph_app_identity.wait.time`.
 * @returns ends it
 * @throws AppIdentityError `invalid_options`
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 * @example
 * const disableTelemetry = enableTelemetry();
 */
export function enableTelemetry(options: TelemetryOptions = {}): () => void {
  const given = checkedOptions(options, checks, "enableTelemetry()");
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() } = given;
  const recorder = new Recorder(tracerProvider, meterProvider);
  const listeners = operations.map((kind) => {
    const listener = (event: unknown) => recorder.hear(kind, event as GraphEvent);
    return [`graph-app-identity:graph:${kind}`, listener] as const;
  });
  for (const [name, listener] of listeners) subscribe(name, listener);
  return () => {
    for (const [name, listener] of listeners) unsubscribe(name, listener);
    recorder.close();
  };
}

class Recorder {
  readonly #tracer;
  readonly #duration;
  readonly #units;
  readonly #waits;
  readonly #open = new Map<number, { span: Span; context: Context }>();

  constructor(tracerProvider: TracerProvider, meterProvider: MeterProvider) {
    this.#tracer = tracerProvider.getTracer("graph-app-identity");
    const meter = meterProvider.getMeter("graph-app-identity");
    this.#duration = meter.createHistogram("http.client.request.duration", {
      unit: "s",
      description: "Duration of HTTP client requests.",
      advice: { explicitBucketBoundaries: boundaries },
    });
    this.#units = meter.createCounter("graph_app_identity.resource_units", {
      unit: "{unit}",
      description: "What Graph counted for the answers.",
    });
    this.#waits = meter.createCounter("graph_app_identity.wait.time", {
      unit: "s",
      description: "What requests waited because of throttling, or for their next attempt.",
    });
  }

  hear(kind: GraphOperation, event: GraphEvent): void {
    if (event.phase !== "start") this.#end(kind, event);
    // What a batch carries is told on the batch's span.
    else if (!event.batched) this.#start(kind, event);
  }

  close(): void {
    for (const { span } of this.#open.values()) span.end();
    this.#open.clear();
  }

  #start(kind: GraphOperation, { id, parent, host, path, method, attempt = 1 }: GraphEvent): void {
    const within = (parent === undefined ? undefined : this.#open.get(parent)?.context) ?? context.active();
    const http = isHttp(kind);
    const attributes: Attributes = { ...serverOf(host), "url.template": path };
    if (method !== undefined) attributes["http.request.method"] = method;
    if (http) attributes["url.full"] = `https://${host}${path}`;
    if (attempt > 1) attributes["http.request.resend_count"] = attempt - 1;
    const span = this.#tracer.startSpan(
      http ? `${method} ${path}` : `${kind} ${path}`,
      { kind: http ? SpanKind.CLIENT : SpanKind.INTERNAL, attributes },
      within,
    );
    this.#open.set(id, { span, context: trace.setSpan(within, span) });
    const [oldest] = this.#open;
    if (this.#open.size <= mostOpen || oldest === undefined) return;
    oldest[1].span.end();
    this.#open.delete(oldest[0]);
  }

  #end(kind: GraphOperation, event: GraphEvent): void {
    this.#measure(kind, event);
    const open = this.#open.get(event.id);
    if (open === undefined) return;
    this.#open.delete(event.id);
    const { span } = open;
    span.setAttributes(outcomeOf(event));
    const error = errorOf(kind, event);
    if (error !== undefined) {
      span.setAttribute("error.type", error);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    for (const { path, status } of event.steps ?? []) {
      span.addEvent("step", {
        "url.template": path,
        ...(status !== undefined && { "http.response.status_code": status }),
      });
    }
    span.end();
  }

  #measure(kind: GraphOperation, event: GraphEvent): void {
    const { host, path, method, status, durationMs = 0, resourceUnits = 0, waitedMs = 0 } = event;
    const server = serverOf(host);
    const common = { "server.address": server["server.address"], "url.template": path };
    if (kind === "request" && waitedMs > 0) this.#waits.add(waitedMs / 1000, common);
    if (!isHttp(kind) || event.batched) return;
    const error = errorOf(kind, event);
    this.#duration.record(durationMs / 1000, {
      ...common,
      ...server,
      "http.request.method": method ?? "GET",
      ...(status !== undefined && { "http.response.status_code": status }),
      ...(error !== undefined && { "error.type": error }),
    });
    if (resourceUnits > 0) this.#units.add(resourceUnits, common);
  }
}

function serverOf(host: string) {
  const [address = "", port = "443"] = host.split(/:(?=\d+$)/);
  return { "server.address": address, "server.port": Number(port) };
}

function isHttp(kind: GraphOperation): boolean {
  return kind === "attempt" || kind === "batch";
}

/** By the conventions a refusal's status is the type of its error, where HTTP is spoken. */
function errorOf(kind: GraphOperation, { phase, status = 0, code }: GraphEvent): string | undefined {
  if (isHttp(kind) && status >= 400) return `${status}`;
  return phase === "error" ? (code ?? "_OTHER") : undefined;
}

function outcomeOf({ status, attempts, items, resourceUnits, waitedMs, steps }: GraphEvent): Attributes {
  return {
    "http.response.status_code": status,
    "graph_app_identity.attempts": attempts,
    "graph_app_identity.items": items,
    "graph_app_identity.steps": steps?.length,
    "graph_app_identity.resource_units": resourceUnits,
    "graph_app_identity.waited_ms": waitedMs,
  };
}
