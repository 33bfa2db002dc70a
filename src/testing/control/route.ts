import type { ArmedFaults } from "../faults/faults.js";
import type { Tenant } from "../tenant.js";
import type { RecordedRequest } from "../wire/request-log.js";

/** The emulator, as far as it is controlled from outside. */
export interface Controlled {
  readonly clock: { now(): number; advance(ms: number): void };
  readonly faults: ArmedFaults;
  readonly requests: RecordedRequest[];
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
  query: URLSearchParams;
  body: Readonly<Record<string, unknown>>;
  /** Aborts when the caller has gone. */
  signal: AbortSignal;
}

/** What is answered: JSON, unless it is a text. No body means 204. */
export interface ControlReply {
  status?: number;
  json?: unknown;
  text?: string;
  contentType?: string;
}

/** One thing that can be asked. The server, the listing and the tests are driven by tables of these. */
export interface Route {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Under `/_emulator/`; `{name}` stands for a segment. */
  path: string;
  /** In a few words. */
  does: string;
  handle(call: ControlCall): ControlReply | Promise<ControlReply>;
}

/**
 * The part of a list that was asked for by `search`, `top` (default 50) and `skip`; what is no number counts as not given.
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
  const [skip, top] = [wholeOf(query, "skip", 0), wholeOf(query, "top", 50)];
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

function wholeOf(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  return text === null || !/^\d{1,9}$/.test(text) ? fallback : Number(text);
}
