import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { EndingSignal } from "./ending.js";
import type { Program } from "./settings.js";

export interface RunningProgram {
  /** Its exit code, by the shell's conventions where a signal ended it or it couldn't be started. */
  readonly code: Promise<number>;
  end(signal: EndingSignal): void;
  kill(): void;
}

const notStarted: Record<string, number> = { ENOENT: 127, EACCES: 126 };

/** Runs a program with the terminal's streams. Where no terminal is its own, it gets a group, so that what it starts ends with it. */
export function runProgram(program: Program, environment: Record<string, string>): RunningProgram {
  const onTerminal = process.stdin.isTTY === true;
  const grouped = !onTerminal && process.platform !== "win32";
  const options = { stdio: "inherit", detached: grouped, env: { ...process.env, ...environment } } as const;
  const child =
    "line" in program
      ? spawn(program.line, { ...options, shell: true })
      : spawn(program.argv[0]!, program.argv.slice(1), options);
  const send = (signal: NodeJS.Signals) => {
    try {
      if (grouped && child.pid !== undefined) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // Gone already.
    }
  };
  return {
    code: codeOf(child),
    end(signal) {
      // Ctrl+C reaches the whole of a terminal's foreground without our help.
      if (!(signal === "SIGINT" && onTerminal)) send(signal);
    },
    kill: () => send("SIGKILL"),
  };
}

function codeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      process.stderr.write(`The command can't be started: ${error.message}\n`);
      resolve(notStarted[error.code ?? ""] ?? 1);
    });
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
}
