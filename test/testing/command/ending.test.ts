import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchForEnd } from "../../../src/testing/command/ending.js";

class Watched extends EventEmitter {
  ppid = 100;
  env: NodeJS.ProcessEnv = {};
}

let watched: Watched;
let now: number;
let heard: string[];
let stop = () => {};
let end = () => {};
beforeEach(() => {
  vi.useFakeTimers();
  watched = new Watched();
  now = 0;
  heard = [];
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});
const watch = (env: NodeJS.ProcessEnv = {}) => {
  watched.env = env;
  ({ unwatch: stop, end } = watchForEnd(watched, {
    first: (signal) => heard.push(`first ${signal}`),
    again: (signal) => heard.push(`again ${signal}`),
    now: () => now,
  }));
};

describe("the end of the command", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"])("begins with %s", (signal) => {
    watch();
    watched.emit(signal, signal);
    expect(heard).toEqual([`first ${signal}`]);
  });

  it("counts signals within a second once, for npm repeats the terminal's; a later one is another word", () => {
    watch();
    for (now of [0, 5, 1000]) watched.emit("SIGINT", "SIGINT");
    expect(heard).toEqual(["first SIGINT"]);
    now = 1001;
    watched.emit("SIGTERM", "SIGTERM");
    expect(heard).toEqual(["first SIGINT", "again SIGTERM"]);
  });

  it.each(["npm_execpath", "npm_lifecycle_event", "npm_config_user_agent"])(
    "begins with the end of the parent under npm (%s)",
    (name) => {
      watch({ [name]: "x" });
      vi.advanceTimersByTime(5000);
      expect(heard).toEqual([]);
      watched.ppid = 1;
      vi.advanceTimersByTime(500);
      expect(heard).toEqual(["first SIGTERM"]);
      vi.advanceTimersByTime(60_000);
      expect(heard).toEqual(["first SIGTERM"]);
    },
  );

  it("can be asked for", () => {
    watch();
    end();
    end();
    expect(heard).toEqual(["first SIGTERM"]);
  });

  it("has nothing to do with the parent elsewhere: a background job outlives its shell", () => {
    watch();
    watched.ppid = 1;
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("isn't watched for any more when it has come", () => {
    watch({ npm_execpath: "x" });
    stop();
    expect(watched.eventNames()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
