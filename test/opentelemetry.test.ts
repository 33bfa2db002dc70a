import { context, type Span, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readDirectory } from "../src/directory/read-directory/read-directory.js";
import { readEach } from "../src/graph/read-each.js";
import { enableTelemetry } from "../src/opentelemetry.js";
import { listUsers } from "../src/users/list-users.js";
import { type EmulatedTenant, emulatedClient } from "./support/emulated-client.js";
import { failureOf, refusal } from "./support/refusal.js";

const contexts = new AsyncLocalStorageContextManager();
beforeAll(() => context.setGlobalContextManager(contexts.enable()));
afterAll(() => context.disable());

const spans = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
let disable = () => {};
let tenant: EmulatedTenant;

beforeEach(async () => {
  tenant = await emulatedClient({ users: 25 });
  disable = enableTelemetry({ tracerProvider });
});
afterEach(async () => {
  disable();
  spans.reset();
  await tenant.emulator.stop();
});

const finished = () => spans.getFinishedSpans();
const named = (name: string) => finished().filter((span) => span.name === name);
const parentOf = ({ parentSpanContext }: ReadableSpan) =>
  finished().find((span) => span.spanContext().spanId === parentSpanContext?.spanId);

/** Does some work with a span active, as a web framework's instrumentation has it. */
async function inJob(name: string, work: (job: Span) => Promise<void>): Promise<void> {
  const job = tracerProvider.getTracer("test").startSpan(name);
  await context.with(trace.setSpan(context.active(), job), () => work(job));
  job.end();
}

describe("Telemetry", () => {
  it("puts a listing below the job that walks it, also what is asked ahead while another job is active", async () => {
    await inJob("nightly", async () => {
      for await (const _ of listUsers(tenant.client, { pageSize: 10 })) {
        await inJob("handle one", async () => {});
      }
    });
    const [walk] = named("walk /v1.0/users");
    expect(parentOf(walk!)?.name).toBe("nightly");
    expect(named("page /v1.0/users").map((span) => parentOf(span))).toEqual([walk, walk, walk]);
    const attempts = named("GET /v1.0/users");
    expect(attempts.map((span) => parentOf(parentOf(parentOf(span)!)!))).toEqual([walk, walk, walk]);
    expect(new Set(finished().map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  it("tells of a round of the whole directory where its time went: each request below the stream that asked it", async () => {
    tenant.emulator.app().roles = ["User.Read.All", "GroupMember.Read.All"];
    const streams = new Set<string>();
    await inJob("nightly", async () => {
      for await (const { stream } of readDirectory(tenant.client)) streams.add(stream);
    });
    const job = named("nightly")[0]!;
    const walks = finished().filter(({ name }) => name.startsWith("walk "));
    expect(new Set(walks.map((walk) => parentOf(walk)))).toEqual(new Set([job]));
    expect(walks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["walk /v1.0/users/delta", "walk /v1.0/groups/delta"]),
    );
    const attempts = finished().filter(({ name }) => /^(GET|POST) /.test(name));
    const asked = tenant.emulator.requests.filter(({ service }) => service === "graph");
    expect(attempts).toHaveLength(asked.length);
    const below = (span: ReadableSpan): string[] => {
      const above = parentOf(span);
      return above ? [above.name.split(" ")[0]!, ...below(above)] : [];
    };
    expect([...new Set(attempts.map((span) => below(span).at(-1)))]).toEqual(["nightly"]);
    const paged = attempts.filter(({ name }) => name.includes("/delta"));
    expect(new Set(paged.map((span) => below(span).join(" ")))).toEqual(new Set(["request page walk nightly"]));
  });

  it("describes attempts as HTTP clients do, with repetitions counted and failures named", async () => {
    tenant.emulator.faults.add({ path: "/users", status: 503, times: 1 });
    await listUsers(tenant.client).toArray();
    const [first, second] = named("GET /v1.0/users");
    expect(first).toMatchObject({
      kind: 2,
      status: { code: 2 },
      attributes: {
        "http.request.method": "GET",
        "server.address": "graph.microsoft.com",
        "server.port": 443,
        "url.full": "https://graph.microsoft.com/v1.0/users",
        "url.template": "/v1.0/users",
        "http.response.status_code": 503,
        "error.type": "503",
      },
    });
    expect(second).toMatchObject({
      status: { code: 0 },
      attributes: { "http.response.status_code": 200, "http.request.resend_count": 1 },
    });
  });

  it("shows a batch as one request, and what it carried as its events", async () => {
    const ids = [...tenant.emulator.users.ids()];
    for await (const _ of readEach(tenant.client, ids, (id) => `/users/${id}/manager?$select=id`));
    const batches = named("POST /v1.0/$batch");
    expect(batches.map((span) => parentOf(span)?.name)).toEqual(["walk /v1.0/$batch", "walk /v1.0/$batch"]);
    expect(batches.map(({ events }) => events.length)).toEqual([20, 5]);
    expect(batches[0]!.events[0]).toMatchObject({
      name: "step",
      attributes: { "url.template": "/v1.0/users/{id}/manager" },
    });
    expect(finished().filter(({ name }) => name.includes("manager"))).toEqual([]);
  });

  it("names what failed by its code, and tells nothing of the query or of people", async () => {
    tenant.emulator.app().roles = [];
    await failureOf(listUsers(tenant.client, { filter: "startswith(mail,'ada')" }).toArray());
    expect(named("walk /v1.0/users")[0]).toMatchObject({
      status: { code: 2 },
      attributes: { "error.type": "permission_missing" },
    });
    const told = JSON.stringify(finished().map(({ name, attributes, events }) => ({ name, attributes, events })));
    expect(told).not.toMatch(/ada|startswith|filter/);
  });

  it("hears nothing any more once it is disabled", async () => {
    disable();
    await listUsers(tenant.client).toArray();
    expect(finished()).toEqual([]);
  });

  it("measures durations, what Graph counted, and what was waited", async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const meterProvider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
    const end = enableTelemetry({ tracerProvider, meterProvider });
    tenant.emulator.faults.add({ path: "/users", status: 503, times: 1 });
    await listUsers(tenant.client, { pageSize: 10 }).toArray();
    end();
    await meterProvider.forceFlush();
    const points = Object.fromEntries(
      exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
        .map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.map(({ attributes, value }) => [attributes["http.response.status_code"], value]),
        ]),
    );
    await meterProvider.shutdown();
    expect(points["http.client.request.duration"]).toMatchObject([
      [503, { count: 1 }],
      [200, { count: 3 }],
    ]);
    expect(points["graph_app_identity.resource_units"]?.[0]?.[1]).toBeGreaterThan(0);
    expect(points["graph_app_identity.wait.time"]).toHaveLength(1);
  });

  it.each([
    [{ tracer: tracerProvider }, "tracer"],
    [{ tracerProvider: {} }, "tracerProvider"],
    [{ meterProvider: 7 }, "meterProvider"],
  ])("refuses options that mean nothing: %#", async (options, name) => {
    expect(await refusal(() => enableTelemetry(options as never))).toMatchObject({
      code: "invalid_options",
      message: expect.stringContaining(name),
    });
  });
});
