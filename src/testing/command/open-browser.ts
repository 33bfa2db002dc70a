import { spawn } from "node:child_process";

const openers: Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>> = {
  darwin: ["open"],
  // `start` takes its first quoted word for a title.
  win32: ["cmd", "/c", "start", ""],
};

/** Shows an address in the browser of whoever sits here; where there is none, says where to look. */
export function openBrowser(address: string): void {
  const [program, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...args, address], { stdio: "ignore", detached: true });
  child.once("error", () => process.stderr.write(`No browser could be opened: the console is at ${address}\n`));
  child.unref();
}
