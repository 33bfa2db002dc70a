import { seededRandom } from "../chance/seeded.js";
import { checkChoice, checkKnown, checkValue, checkWhole } from "../check-options.js";
import type { AadstsCode } from "../entra/aadsts.js";
import type { RecordedRequest } from "../wire/request-log.js";

/** Which requests a fault is for, the steps of a batch among them. Without any of these: every one. */
export interface FaultMatch {
  service?: "entra" | "graph";
  method?: string;
  /** Part of path and query, or a pattern for it. */
  path?: string | RegExp;
  /** Only the n-th request that fits the rest, counted from 1 since the fault was added. */
  nth?: number;
  /** Anything else. */
  where?: (request: RecordedRequest) => boolean;
}

/** What goes wrong, and when. Several effects can be combined, such as `delayMs` with `status`. */
export interface Fault extends FaultMatch {
  /** How often it happens. Default: once, or without end where `chance` is given. */
  times?: number;
  /** Probability from 0 to 1, drawn from the emulator's seed. Default 1. */
  chance?: number;

  /** Answers late, in real milliseconds. */
  delayMs?: number;
  /** Never answers; the connection stays open. */
  hang?: boolean;
  /** Cuts the connection instead of answering. */
  reset?: boolean;
  /** Cuts the connection in the middle of the answer's body. */
  resetInBody?: boolean;
  /** Ends the answer's JSON half way, in a message that is complete as far as HTTP goes. */
  truncate?: boolean;
  /** Answers with this status and the service's own body for it, unless `body` says otherwise. */
  status?: number;
  /** Seconds, or a date that is sent as an HTTP date, or any text. */
  retryAfter?: number | Date | string;
  /** Answers a token request with this AADSTS code. */
  aadsts?: AadstsCode;
  /** Answers 400 `Directory_ExpiredPageToken`. */
  expiredPageToken?: boolean;
  /** Answers with a page of HTML, with status 200 or the one given. */
  html?: boolean;
  /** The page's nextLink leads to the page itself. */
  loop?: boolean;
  /** The page's nextLink leads to this origin instead; `true` means `https://graph.microsoft.com.evil.example`. */
  foreignLink?: string | true;
  /** The page's nextLink becomes what this makes of it. */
  nextLink?: (link: string) => string;
  /** Added to the answer's headers, or put in their place. */
  headers?: Record<string, string>;
  /** In place of the answer's body; anything but text is sent as JSON. */
  body?: unknown;
}

/** Everything that is to go wrong. */
export interface Faults {
  /** @returns a function that takes the fault away again */
  add(fault: Fault): () => void;
  clear(): void;
}

const matchFields: Record<keyof FaultMatch | "times" | "chance", true> = {
  service: true,
  method: true,
  path: true,
  nth: true,
  where: true,
  times: true,
  chance: true,
};
const effectFields: Record<Exclude<keyof Fault, keyof typeof matchFields>, true> = {
  delayMs: true,
  hang: true,
  reset: true,
  resetInBody: true,
  truncate: true,
  status: true,
  retryAfter: true,
  aadsts: true,
  expiredPageToken: true,
  html: true,
  loop: true,
  foreignLink: true,
  nextLink: true,
  headers: true,
  body: true,
};

/** A fault that waits for its requests. */
export interface Armed {
  /** Counted from 1 since the emulator's start. */
  id: number;
  fault: Fault;
  struck: number;
  seen: number;
  left: number;
}

/** What happens to a connection can't happen to a batch's step. */
const needsConnection = ({ hang, reset, resetInBody, truncate }: Fault) => hang || reset || resetInBody || truncate;

function fits(entry: Armed, request: RecordedRequest): boolean {
  const { service, method, path, where, nth } = entry.fault;
  if (request.step !== undefined && needsConnection(entry.fault)) return false;
  if (service !== undefined && service !== request.service) return false;
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (
    typeof path === "string"
      ? !request.path.includes(path)
      : path && !new RegExp(path.source, path.flags.replace(/[gy]/g, "")).test(request.path)
  )
    return false;
  if (where && !where(request)) return false;
  entry.seen += 1;
  return nth === undefined || nth === entry.seen;
}

/** The faults of an emulator, as the emulator's rooms see them. */
export interface ArmedFaults extends Faults {
  /** What goes wrong with one request. */
  strike(request: RecordedRequest): Fault | undefined;
  /** Those that are still to strike, oldest first. */
  list(): readonly Armed[];
  /** @returns whether there was such a one */
  remove(id: number): boolean;
}

export function createFaults(seed: number): ArmedFaults {
  let armed: Armed[] = [];
  let made = 0;
  let random = seededRandom(seed);

  return {
    add(fault) {
      checkKnown("faults.add()", fault, { ...matchFields, ...effectFields });
      const { chance = 1, status = 200, times, delayMs } = fault;
      checkChoice("service", fault.service, ["entra", "graph"]);
      checkWhole("nth", fault.nth, 1);
      if (times !== Number.POSITIVE_INFINITY) checkWhole("times", times, 1);
      checkValue("delayMs", delayMs, Number.isFinite(delayMs) && delayMs! >= 0, "a number of milliseconds");
      if (!(chance >= 0 && chance <= 1)) throw new RangeError(`chance is a number from 0 to 1, not ${chance}.`);
      if (!(status >= 200 && status <= 599))
        throw new RangeError(`status is an HTTP status from 200 to 599, not ${status}.`);
      if (!Object.keys(effectFields).some((name) => fault[name as keyof Fault] !== undefined)) {
        throw new TypeError(`A fault does something: ${Object.keys(effectFields).join(", ")}.`);
      }
      made += 1;
      const entry = {
        id: made,
        fault,
        struck: 0,
        seen: 0,
        left: fault.times ?? (fault.chance === undefined ? 1 : Number.POSITIVE_INFINITY),
      };
      armed.push(entry);
      return () => {
        armed = armed.filter((other) => other !== entry);
      };
    },
    clear() {
      armed = [];
      random = seededRandom(seed);
    },
    list: () => armed,
    remove(id) {
      const before = armed.length;
      armed = armed.filter((entry) => entry.id !== id);
      return armed.length < before;
    },
    strike(request) {
      const struck = armed.filter((entry) => fits(entry, request)).find(({ fault }) => random() < (fault.chance ?? 1));
      if (!struck) return undefined;
      struck.struck += 1;
      struck.left -= 1;
      if (struck.left <= 0) armed = armed.filter((entry) => entry !== struck);
      return struck.fault;
    },
  };
}
