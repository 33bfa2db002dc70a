import { fileURLToPath } from "node:url";
import { bundleContestant, bundleFirstProgram } from "./bundles.js";
import { contestants, limit, ours } from "./contestants.js";
import { installed, ourTree } from "./installed.js";
import { measure, type Sample, type Task } from "./measure.js";
import type { Settings } from "./server.js";
import type { Service } from "./service.js";

/** One line of the table. */
export interface Row {
  id: string;
  title: string;
  unit: string;
  better: "higher" | "lower";
  value(sample: Sample): number;
}

/** What is done once a round for each contestant, and gives one or several rows. */
export interface Measurement {
  rows: Row[];
  /** Contestants for whom it means nothing. */
  without?: string[];
  /** Fewer rounds than asked for, where one takes long or the result doesn't vary. */
  rounds?: number;
  take(service: Service, contestant: string): Promise<Sample>;
}

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const maximum = 999;
const count = (n: number) => n.toLocaleString("en-US");

export function measurements(quick: boolean): Measurement[] {
  const child = (task: Task, settings: Settings) => (service: Service, contestant: string) =>
    measure(service, contestant, task, settings);

  const listed = quick ? 19_980 : 299_700;
  const traced = quick ? 19_980 : 99_900;
  const slowly = quick ? 9_990 : 49_950;
  const delayed = quick ? 1_000 : 5_000;
  const many = quick ? 100_000 : 1_000_000;
  const busyMs = 40;
  const callers = quick ? 100 : 1_000;
  const refreshLatencyMs = 1_000;

  return [
    {
      take: child({ measure: "listing", pageSize: maximum }, { users: listed }),
      rows: [
        {
          id: "throughput",
          title: "listing, no latency",
          unit: "users/s",
          better: "higher",
          value: ({ seconds }) => listed / seconds!,
        },
        {
          id: "cpu",
          title: "CPU for 100,000 users",
          unit: "s",
          better: "lower",
          value: ({ cpuSeconds }) => (cpuSeconds! / listed) * 100_000,
        },
      ],
    },
    {
      rounds: 3,
      without: contestants.map(({ id }) => id).filter((id) => id !== ours),
      take: child({ measure: "traced", pageSize: maximum, turns: quick ? 3 : 7 }, { users: traced }),
      rows: [
        {
          id: "traced",
          title: "listing with a tracer, over that without",
          unit: "%",
          better: "lower",
          value: ({ overPercent }) => overPercent!,
        },
      ],
    },
    {
      rounds: 3,
      take: child({ measure: "slow", pageSize: maximum, busyMs }, { users: slowly, latencyMs: busyMs }),
      rows: [
        {
          id: "slow",
          title: `listing, server and consumer ${busyMs} ms a page each`,
          unit: "users/s",
          better: "higher",
          value: ({ seconds }) => slowly / seconds!,
        },
      ],
    },
    {
      rounds: 3,
      take: child({ measure: "once" }, { users: delayed, latencyMs: 100 }),
      rows: [
        {
          id: "latency",
          title: `${count(delayed)} users, default page size, 100 ms latency`,
          unit: "s",
          better: "lower",
          value: ({ seconds }) => seconds!,
        },
      ],
    },
    {
      take: child({ measure: "once", pageSize: maximum }, { users: 10_000 }),
      rows: [
        {
          id: "memory-10k",
          title: "peak memory, 10,000 users",
          unit: "MB",
          better: "lower",
          value: ({ peakMB }) => peakMB!,
        },
      ],
    },
    {
      rounds: 3,
      take: child({ measure: "once", pageSize: maximum }, { users: many }),
      rows: [
        {
          id: "memory-1m",
          title: `peak memory, ${count(many)} users`,
          unit: "MB",
          better: "lower",
          value: ({ peakMB }) => peakMB!,
        },
      ],
    },
    {
      rounds: 1,
      without: contestants.map(({ id }) => id).filter((id) => id !== ours && id !== limit),
      take: child({ measure: "heap", pageSize: maximum }, { users: quick ? 199_800 : 999_000 }),
      rows: [
        {
          id: "heap",
          title: "live heap, growth from 10 % to 90 %",
          unit: "MB",
          better: "lower",
          value: ({ grownMB }) => grownMB!,
        },
      ],
    },
    {
      // The loop has no token cache to ask, and PnP's can't be asked without a request.
      without: [limit, "pnp"],
      take: child({ measure: "token", forMs: quick ? 100 : 500 }, { users: 1 }),
      rows: [
        {
          id: "token",
          title: "warm token",
          unit: "µs",
          better: "lower",
          value: ({ microseconds }) => microseconds!,
        },
      ],
    },
    {
      rounds: 2,
      without: [limit],
      take: child({ measure: "cold", callers }, { users: 1 }),
      rows: [
        {
          id: "cold",
          title: `${count(callers)} cold callers`,
          unit: "token requests",
          better: "lower",
          value: ({ tokens }) => tokens!,
        },
      ],
    },
    {
      rounds: 2,
      without: [limit],
      take: async (service, contestant) => {
        const settings = { users: 1, refreshInSeconds: 1, refreshLatencyMs };
        const sample = await measure(service, contestant, { measure: "refresh", forMs: 3_000 }, settings);
        if (sample.tokens! < 2) throw new Error("The token wasn't renewed, so nobody could have waited for it");
        return sample;
      },
      rows: [
        {
          id: "refresh",
          title: `longest wait while Entra takes ${refreshLatencyMs / 1000} s to renew`,
          unit: "ms",
          better: "lower",
          value: ({ milliseconds }) => milliseconds!,
        },
      ],
    },
    {
      take: child({ measure: "first", pageSize: maximum }, { users: 10_000 }),
      rows: [
        {
          id: "import",
          title: "import",
          unit: "ms",
          better: "lower",
          value: ({ importMs }) => importMs!,
        },
        {
          id: "first",
          title: "process start to first user",
          unit: "ms",
          better: "lower",
          value: ({ firstMs }) => firstMs!,
        },
      ],
    },
    {
      without: contestants.map(({ id }) => id).filter((id) => id !== ours && id !== "msal-sdk"),
      take: async (service, contestant) => {
        const bytes = bundleContestant(contestant);
        const task: Task = { measure: "first", pageSize: maximum, bundled: true };
        const sample = await measure(service, contestant, task, { users: 10_000 });
        return { ...sample, bytes: contestant === ours ? bundleFirstProgram() : bytes };
      },
      rows: [
        {
          id: "bundle",
          title: "first program, bundled and minified",
          unit: "kB",
          better: "lower",
          value: ({ bytes }) => bytes! / 1e3,
        },
        {
          id: "first-bundled",
          title: "process start to first user, bundled",
          unit: "ms",
          better: "lower",
          value: ({ firstMs }) => firstMs!,
        },
      ],
    },
    {
      rounds: 1,
      without: [limit],
      take: async (_service, contestant) => {
        const names = contestants.find(({ id }) => id === contestant)!.packages;
        return { ...(contestant === ours ? ourTree(root) : installed(names, here)) };
      },
      rows: [
        {
          id: "packages",
          title: "installed packages",
          unit: "",
          better: "lower",
          value: ({ packages }) => packages!,
        },
        {
          id: "bytes",
          title: "installed size",
          unit: "MB",
          better: "lower",
          value: ({ bytes }) => bytes! / 1e6,
        },
      ],
    },
  ];
}
