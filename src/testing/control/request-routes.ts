import type { RecordedRequest } from "../wire/request-log.js";
import { numberIn } from "./query.js";
import type { ControlCall, Controlled, ControlReply, Route } from "./route.js";

/** Whether an entry fits: by service, method, path (a part of it), status, and app (client id). */
function fitting(query: URLSearchParams): (entry: RecordedRequest) => boolean {
  const [service, method, path, status, app] = ["service", "method", "path", "status", "app"].map((name) =>
    query.get(name),
  );
  return (entry) =>
    (!service || entry.service === service) &&
    (!method || entry.method === method.toUpperCase()) &&
    (!path || entry.path.includes(path)) &&
    (!status || String(entry.status) === status) &&
    (!app || entry.app === app.toLowerCase());
}

/**
 * With `after` the next ones, so that who goes on from the last number misses none; without it the latest.
 * With `wait` it answers as soon as one fits, so that a test can wait for it.
 */
async function listRequests({ emulator: { answered }, query, signal }: ControlCall): Promise<ControlReply> {
  const fits = fitting(query);
  const after = numberIn(query, "after", 0);
  const find = () => answered.after(after).filter(fits);
  let found = find();
  if (found.length === 0 && query.has("wait")) {
    await arrival(answered, (entry) => entry.n! > after && fits(entry), 1000 * numberIn(query, "wait", 0), signal);
    found = find();
  }
  const limit = numberIn(query, "limit", 100);
  const value = query.has("after") ? found.slice(0, limit) : found.slice(-limit);
  return { json: { value, count: found.length } };
}

/** Waits for an entry that fits, for so long at most, and for as long as the caller is there. */
function arrival(
  answered: Controlled["answered"],
  fits: (entry: RecordedRequest) => boolean,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      unlisten();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    const unlisten = answered.listen((entry) => fits(entry) && end());
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

/** What was asked of Entra and Graph. */
export const requestRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "api/requests",
    does: "what was asked, oldest first: the latest, or those after a number; wait=<s> waits for one",
    query: {
      service: "service",
      method: "text",
      path: "text",
      status: "status",
      app: "text",
      after: "number",
      limit: "limit",
      wait: "seconds",
    },
    handle: listRequests,
  },
  {
    method: "GET",
    path: "api/requests/events",
    does: "the same as server-sent events: request with the log's number as its id, and state with what has changed",
    query: { after: "number" },
    handle({ emulator: { events }, query, lastEventId }) {
      const from = lastEventId ?? (query.has("after") ? numberIn(query, "after", 0) : undefined);
      return { contentType: "text/event-stream", stream: (response) => events.open(response, from) };
    },
  },
  {
    method: "DELETE",
    path: "api/requests",
    does: "empties the log",
    handle({ emulator }) {
      emulator.requests.length = 0;
      return {};
    },
  },
];
