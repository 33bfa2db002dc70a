import type { EventEmitter } from "node:events";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type EndingSignal = (typeof signals)[number];

/** What is asked of the process; `process` itself but in tests. */
export type Watched = Pick<EventEmitter, "on" | "off"> & { readonly ppid: number; env: NodeJS.ProcessEnv };

export interface EndingOptions {
  /** The command is to end, in order. Called once. */
  first(signal: EndingSignal): void;
  /** It is to end at once. */
  again(signal: EndingSignal): void;
  /** Milliseconds of any clock that runs evenly. */
  now?: () => number;
  /** How often the parent is looked at. */
  everyMs?: number;
}

/** npm repeats to its child a signal that the terminal has sent to both. */
const repeatedWithinMs = 1000;

/**
 * Watches for what ends the command: a signal, or, under npm and npx, the end of the parent. They hand no SIGTERM on, but the shell that
 * they run the command by dies of it. (Of a `kill -9` nobody hears.)
 */
export function watchForEnd(
  watched: Watched,
  { first, again, now = () => performance.now(), everyMs = 500 }: EndingOptions,
) {
  let toldAt: number | undefined;
  const told = (signal: EndingSignal) => {
    if (toldAt === undefined) {
      toldAt = now();
      first(signal);
    } else if (now() - toldAt > repeatedWithinMs) again(signal);
  };
  for (const signal of signals) watched.on(signal, told);
  const { npm_execpath, npm_lifecycle_event, npm_config_user_agent } = watched.env;
  const parent = watched.ppid;
  let timer: NodeJS.Timeout | undefined;
  if (npm_execpath || npm_lifecycle_event || npm_config_user_agent) {
    timer = setInterval(() => {
      if (watched.ppid === parent) return;
      clearInterval(timer);
      told("SIGTERM");
    }, everyMs).unref();
  }
  return {
    /** The same as a signal. */
    end: () => told("SIGTERM"),
    /** Watches no longer. */
    unwatch() {
      clearInterval(timer);
      for (const signal of signals) watched.off(signal, told);
    },
  };
}
