import type { ServerResponse } from "node:http";
import type { ArmedFaults } from "../faults/faults.js";
import type { Tenant } from "../tenant.js";
import type { AnsweredRequests } from "../wire/answered.js";
import type { RecordedRequest } from "../wire/request-log.js";
import type { EventStreams } from "./event-stream.js";
import { numberIn, type QueryTable } from "./query.js";

/** The emulator, as far as it is controlled from outside. */
export interface Controlled {
  readonly clock: { now(): number; advance(ms: number): void; offset(): number };
  readonly faults: ArmedFaults;
  readonly requests: RecordedRequest[];
  readonly answered: AnsweredRequests;
  readonly events: EventStreams;
  /** The tenant from the start; or another by its id or domain, if there is one. */
  tenant(name?: string): Tenant | undefined;
  /** What clients are told. */
  readonly origin: string;
  readonly ca: string | undefined;
  reset(): void;
  /** Told that the emulator is to stop, by whoever runs it. */
  stop(): void;
}

/** One call: what was asked, of which tenant. */
export interface ControlCall {
  emulator: Controlled;
  tenant: Tenant;
  /** What stands in the path for `{name}`. */
  params: Readonly<Record<string, string>>;
  /** Checked by the route's table. */
  query: URLSearchParams;
  /** The last event that a reader of events has seen. */
  lastEventId: number | undefined;
  body: Readonly<Record<string, unknown>>;
  /** The body as it came, where the route reads it itself. */
  text: string;
  /** Of the body, without parameters. */
  contentType: string;
  /** Aborts when the caller has gone. */
  signal: AbortSignal;
}

/** What is answered: JSON, unless it is a text or a stream. No body means 204. */
export interface ControlReply {
  status?: number;
  json?: unknown;
  text?: string;
  contentType?: string;
  headers?: Readonly<Record<string, string>>;
  /** Takes the answer over when its head is written. */
  stream?(response: ServerResponse): void;
}

/** One thing that can be asked. The server, the listing and the tests are driven by tables of these. */
export interface Route {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Under `/_emulator/`; `{name}` stands for a segment. */
  path: string;
  /** In a few words. */
  does: string;
  /** What its query knows. Default: nothing. */
  query?: QueryTable;
  /** Types of a body that it reads itself. Default: a JSON object is read for it. */
  accepts?: readonly string[];
  /** Default 1 MiB. */
  mostBodyBytes?: number;
  handle(call: ControlCall): ControlReply | Promise<ControlReply>;
}

/**
 * The part of a list that was asked for by `search`, `top` (default 50) and `skip`.
 * @param text what of an entry is searched
 * @param total how many there are, where it is known without looking at all
 */
export function listed<T>(
  all: Iterable<T>,
  query: URLSearchParams,
  text: (entry: T) => string,
  show: (entry: T) => unknown,
  total?: number,
): ControlReply {
  const search = query.get("search")?.toLowerCase() ?? "";
  const [skip, top] = [numberIn(query, "skip", 0), numberIn(query, "top", 50)];
  const value: unknown[] = [];
  let count = 0;
  for (const entry of all) {
    if (search !== "" && !text(entry).toLowerCase().includes(search)) continue;
    if (count >= skip && value.length < top) value.push(show(entry));
    count += 1;
    if (search === "" && total !== undefined && count >= skip + top) return { json: { value, count: total } };
  }
  return { json: { value, count } };
}
