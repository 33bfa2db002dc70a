import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Settings } from "./server.js";
import type { Service } from "./service.js";

const child = fileURLToPath(new URL("child.mjs", import.meta.url));

/** What child.mjs is told to do; `users` comes from the server's settings. */
export interface Task {
  measure: "listing" | "traced" | "slow" | "once" | "heap" | "token" | "cold" | "refresh" | "first";
  pageSize?: number;
  busyMs?: number;
  /** How often with a tracer, and how often without. */
  turns?: number;
  forMs?: number;
  callers?: number;
  /** The contestant as bundles.ts has made it. */
  bundled?: boolean;
}

/** What child.mjs printed, and what the server counted meanwhile. */
export type Sample = Record<string, number>;

/** Takes one measurement in a fresh process. */
export async function measure(service: Service, contestant: string, task: Task, settings: Settings): Promise<Sample> {
  await service.behave(settings);
  const spawnedAt = performance.timeOrigin + performance.now();
  const printed = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [
        ...(task.measure === "heap" ? ["--expose-gc"] : []),
        child,
        JSON.stringify({ ...task, contestant, users: settings.users, spawnedAt }),
      ],
      {
        env: { PATH: process.env.PATH, BENCH_PORT: String(service.port), NODE_EXTRA_CA_CERTS: service.caFile },
        timeout: 120_000,
      },
      (error, stdout, stderr) => (error ? reject(new Error(lastWords(stderr) || error.message)) : resolve(stdout)),
    );
  });
  return { ...JSON.parse(printed), ...(await service.counts()) };
}

/** The line of an uncaught error that says what happened. */
function lastWords(stderr: string): string | undefined {
  return stderr.split("\n").find((line) => /^\w*Error\b/.test(line));
}
