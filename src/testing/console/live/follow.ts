import type {
  AppShown,
  ClockShown,
  DirectoryObject,
  Entry,
  FaultShown,
  Health,
  Listed,
  Switches,
} from "../calls/answers.js";
import { authorization, base, CallFailure, failureOf, get } from "../calls/call.js";
import { foldRefusals, refusedOf } from "../refusals/fold-refusals.js";
import { eventReader } from "./event-stream.js";
import { getKnown, learn } from "./known.js";

/** More aren't kept; no more than some hundreds are drawn anyway. */
const mostKept = 2000;
/** Events are drawn together, so that a busy log leaves time for whoever types. */
const drawEveryMs = 200;
const rereadEveryMs = 300;

/** What one part of the state is, all at once. */
async function readState(): Promise<void> {
  const [health, apps, users, groups, faults, clock, graph] = await Promise.all([
    get<Health>("health"),
    get<Listed<AppShown>>("api/apps?top=500"),
    get<Listed<DirectoryObject>>("api/users?top=1"),
    get<Listed<DirectoryObject>>("api/groups?top=1"),
    get<Listed<FaultShown>>("api/faults"),
    get<ClockShown>("api/clock"),
    get<Switches>("api/graph"),
  ]);
  const { changes } = getKnown();
  const counts = { users: users.count, groups: groups.count };
  learn({ health, apps: apps.value, faults: faults.value, clock, graph, ...counts, changes: changes + 1 });
}

async function readLog(): Promise<void> {
  const { value, count } = await get<Listed<Entry>>(`api/requests?limit=${mostKept}`);
  learn({
    entries: value,
    asked: count,
    refused: value.filter((entry) => refusedOf(entry).length > 0).length,
    refusals: foldRefusals(new Map(), value),
  });
}

let taken: Entry[] = [];

function drawTaken(): void {
  const fresh = taken;
  taken = [];
  if (fresh.length === 0) return;
  const { entries, asked, refused, refusals } = getKnown();
  learn({
    entries: [...entries, ...fresh].slice(-mostKept),
    asked: asked + fresh.length,
    refused: refused + fresh.filter((entry) => refusedOf(entry).length > 0).length,
    refusals: foldRefusals(refusals, fresh),
  });
}

/** Something that runs once a while however often it is asked for. */
function atMostEvery(ms: number, run: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      run();
    }, ms);
  };
}

const draw = atMostEvery(drawEveryMs, drawTaken);

/** Reads all state again; also what the log holds, which may have been emptied. */
async function reread(): Promise<void> {
  await readState();
  const { count } = await get<Listed<Entry>>("api/requests?limit=1");
  if (count < getKnown().entries.length) await readLog();
}

const rereadSoon = atMostEvery(rereadEveryMs, () => void reread().catch(() => {}));

/** After a call of one's own: what it has changed is shown at once. */
export const refresh = () => reread().catch(() => {});

/** Names the parts of the state that have changed. */
interface StateEvent {
  changed: string[];
}

/** Follows the events from where the log was read, until they end. */
async function followEvents(signal: AbortSignal): Promise<void> {
  const last = getKnown().entries.reduce((most, { n = 0 }) => Math.max(most, n), 0);
  const headers = { ...authorization(), accept: "text/event-stream", "last-event-id": String(last) };
  const response = await fetch(`${base}api/requests/events`, { headers, signal });
  if (!response.ok || !response.body) throw failureOf(response.status, await response.text());
  learn({ link: "live" });
  const read = eventReader(({ type, data }) => {
    if (type === "request") {
      taken.push(JSON.parse(data) as Entry);
      draw();
    } else if (type === "state" && (JSON.parse(data) as StateEvent).changed.length > 0) rereadSoon();
  });
  const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) read(piece.value);
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
    signal.addEventListener("abort", () => resolve());
  });

/** While the page is seen: all is read, then followed; where the connection was lost, all again. */
async function follow(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const { link, health } = getKnown();
      await readState();
      if (link !== "live" || health?.pid !== getKnown().health?.pid) await readLog();
      // Whoever reads too slowly is cut off, and goes on after the last number.
      await followEvents(signal).catch((failure) => {
        if (failure instanceof CallFailure) throw failure;
      });
    } catch (failure) {
      if (signal.aborted) return;
      const locked = failure instanceof CallFailure && failure.status === 401;
      learn({ link: locked ? "locked" : "lost" });
      if (locked) return;
      await pause(1000, signal);
    }
  }
}

let following: AbortController | undefined;

/** (Re)starts where it is seen, and stops while it is hidden: browsers allow six connections to a host. */
export function followWhileSeen(): void {
  following?.abort();
  following = undefined;
  if (document.visibilityState === "hidden") return;
  following = new AbortController();
  void follow(following.signal);
}
