import type { ServerResponse } from "node:http";
import type { AnsweredRequests } from "../wire/answered.js";
import type { RecordedRequest } from "../wire/request-log.js";

/** The log and the changes of the state, as server-sent events to whoever reads them. */
export interface EventStreams {
  /**
   * Tells a reader what comes from now on.
   * @param after the number it has read up to, to be told what it has missed
   */
  open(response: ServerResponse, after: number | undefined): void;
  /** Looks at once what has changed. */
  look(): void;
}

interface Reader {
  response: ServerResponse;
  /** The number of the last entry sent. */
  sent: number;
  /** Whether it has to read first what was sent. */
  full: boolean;
}

/** Who is that far behind, with everything in between full, is cut off: its browser comes again, and goes on after the last number. */
const furthestBehind = 100;
const lookEveryMs = 500;

const requestEvent = (entry: RecordedRequest) => `id: ${entry.n}\nevent: request\ndata: ${JSON.stringify(entry)}\n\n`;
const stateEvent = (changed: readonly string[], latest: number) =>
  `event: state\ndata: ${JSON.stringify({ changed, latest })}\n\n`;

/**
 * @param changes names the parts of the state that changed since it was asked last; it is asked twice a second while somebody reads,
 * since code changes the state without telling anybody
 * Over sixty lines: short functions that share the readers.
 */
export function createEventStreams(answered: AnsweredRequests, changes: () => readonly string[]): EventStreams {
  const readers = new Set<Reader>();
  let unlisten = () => {};
  let timer: NodeJS.Timeout | undefined;

  const write = (reader: Reader, text: string) => {
    reader.full = !reader.response.write(text);
  };

  /** Brings a reader up to date, as far as it takes anything. */
  function catchUp(reader: Reader): void {
    for (const entry of answered.after(reader.sent)) {
      if (reader.full) return;
      reader.sent = entry.n!;
      write(reader, requestEvent(entry));
    }
  }

  function tell(entry: RecordedRequest): void {
    for (const reader of readers) {
      if (!reader.full && reader.sent === entry.n! - 1) {
        reader.sent = entry.n!;
        write(reader, requestEvent(entry));
      } else if (!reader.full) catchUp(reader);
      else if (entry.n! - reader.sent > furthestBehind) reader.response.destroy();
    }
  }

  function look(): void {
    if (readers.size === 0) return;
    const changed = changes();
    if (changed.length > 0) for (const { response } of readers) response.write(stateEvent(changed, answered.latest));
  }

  function start(): void {
    unlisten = answered.listen(tell);
    timer = setInterval(look, lookEveryMs).unref();
  }

  function leave(reader: Reader): void {
    readers.delete(reader);
    if (readers.size > 0) return;
    clearInterval(timer);
    unlisten();
  }

  return {
    open(response, after) {
      const { latest } = answered;
      // A number that wasn't given yet is from before a restart.
      const sent = after === undefined ? latest : after > latest ? 0 : after;
      const reader: Reader = { response, sent, full: false };
      if (readers.size === 0) start();
      else look();
      // Whoever comes is told what changes from now on.
      changes();
      readers.add(reader);
      response.once("close", () => leave(reader));
      response.on("drain", () => {
        reader.full = false;
        catchUp(reader);
      });
      write(reader, `retry: 1000\n${stateEvent([], latest)}`);
      if (!reader.full) catchUp(reader);
    },
    look,
  };
}
