import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageFolder } from "./package-folder.js";
import type { ControlReply } from "./route.js";

const html = "text/html; charset=utf-8";
/** By the path under the prefix. */
const files: Readonly<Record<string, readonly [name: string, contentType: string]>> = {
  "": ["index.html", html],
  "console.js": ["console.js", "text/javascript; charset=utf-8"],
  "console.css": ["console.css", "text/css; charset=utf-8"],
};

const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

const missing = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Embedded tenant</title></head>
<body><h1>Embedded tenant (EMULATOR)</h1>
<p>The files of the console aren't beside this program: a bundler has left them behind. What the console does, the API does too: <a href="api">its routes</a>.</p>
</body></html>
`;

/** Whether a path is one of the console's files. They hold nothing of the tenant: what they show they ask the API for. */
export const isConsoleFile = (path: string): boolean => Object.hasOwn(files, path);

/** One of the console's files, read when a browser asks for it. */
export async function consoleFile(path: string): Promise<ControlReply> {
  const [name, contentType] = files[path]!;
  const folder = packageFolder();
  try {
    if (folder === undefined) throw new Error("bundled");
    return { text: await readFile(join(folder, "dist/console", name), "utf8"), contentType, headers };
  } catch {
    return { status: 404, text: missing, contentType: html, headers };
  }
}
