/** The fleet's programs as processes of their own, which can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export class FleetProcesses {
  readonly workers: ChildProcess[] = [];
  readonly #environment: Record<string, string>;
  readonly #onLine: (line: string) => void;

  /** `onLine` sees every line that workers print. */
  constructor(environment: Record<string, string>, onLine: (line: string) => void = () => {}) {
    this.#environment = environment;
    this.#onLine = onLine;
  }

  /** Runs one of the programs to its end; answers what it printed. */
  async run(program: string, ...args: string[]): Promise<string> {
    const lines: string[] = [];
    const child = this.#spawn(program, args, (line) => lines.push(line));
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${lines.join("\n")}`);
    return lines.join("\n");
  }

  startWorker(): ChildProcess {
    const child = this.#spawn("worker.ts", [], this.#onLine);
    this.workers.push(child);
    child.once("exit", () => this.workers.splice(this.workers.indexOf(child), 1));
    return child;
  }

  /** Ends a worker, by SIGKILL unless told otherwise, and waits until it is gone. */
  async stop(worker: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (!this.workers.includes(worker)) return;
    const gone = once(worker, "exit");
    worker.kill(signal);
    await gone;
  }

  async stopAll(signal?: NodeJS.Signals): Promise<void> {
    await Promise.all([...this.workers].map((worker) => this.stop(worker, signal)));
  }

  #spawn(program: string, args: string[], onLine: (line: string) => void): ChildProcess {
    const child = spawn(process.execPath, ["--import", "tsx", `examples/fleet/${program}`, ...args], {
      cwd: root,
      env: { ...process.env, ...this.#environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", onLine);
    return child;
  }
}
