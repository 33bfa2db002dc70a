import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Counts, Settings } from "./server.js";

/** The running server, seen from the runner. */
export class Service {
  readonly port: number;
  /** File with the certificate that vouches for the server. */
  readonly caFile: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, port: number, cert: string) {
    this.#process = child;
    this.#folder = mkdtempSync(join(tmpdir(), "bench-"));
    this.port = port;
    this.caFile = join(this.#folder, "ca.pem");
    writeFileSync(this.caFile, cert);
  }

  static async start(): Promise<Service> {
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    const child = fork("server.ts", { cwd, execArgv: ["--import", "tsx"] });
    const failed = once(child, "exit").then(([code]) => {
      throw new Error(`The server ended with ${code}`);
    });
    const [{ port, cert }] = await Promise.race([once(child, "message"), failed]);
    failed.catch(() => {});
    return new Service(child, port, cert);
  }

  /** From now on the server behaves like this, and counts from zero. */
  async behave(settings: Settings): Promise<void> {
    await this.#ask(settings);
  }

  counts(): Promise<Counts> {
    return this.#ask(null);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.disconnect();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask(message: Settings | null): Promise<Counts> {
    this.#process.send(message as Settings);
    const [counts] = await once(this.#process, "message");
    return counts;
  }
}
