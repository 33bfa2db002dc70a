import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where packages are in reach. */
const folder = join(root, "node_modules/.cache/programs");

const known = new Map<string, Promise<string>>();

/** A TypeScript program as one file of JavaScript: a process that compiles its program itself takes several times as long to start. @returns its path */
export function compiled(program: string): Promise<string> {
  const path = resolve(root, program);
  const file = known.get(path) ?? compile(basename(path, ".ts"), { entryPoints: [path] }, path);
  known.set(path, file);
  return file;
}

/** The same for a program that is given as text, which imports as if it lay in the repository's folder. */
export function compiledText(contents: string): Promise<string> {
  return compile("text", { stdin: { contents, resolveDir: root, loader: "ts" } }, join(root, "text.ts"));
}

async function compile(name: string, input: BuildOptions, path: string): Promise<string> {
  const { outputFiles } = await build({
    ...input,
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    tsconfig: join(root, "test/tsconfig.built.json"),
    define: { "import.meta.url": JSON.stringify(pathToFileURL(path).href) },
    plugins: [built],
    logLevel: "silent",
  });
  const { contents } = outputFiles![0]!;
  const file = join(folder, `${name}-${createHash("sha256").update(contents).digest("hex").slice(0, 16)}.mjs`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  // Whoever finds the file finds all of it.
  writeFileSync(`${file}.${process.pid}`, contents);
  renameSync(`${file}.${process.pid}`, file);
  return file;
}

/** The package as `npm run build` has left it. */
const built: Plugin = {
  name: "built",
  setup({ onResolve }) {
    onResolve({ filter: /^graph-app-identity(\/|$)/ }, ({ path }) => {
      const entry = path.split("/")[1] ?? "index";
      return { path: pathToFileURL(join(root, "dist", `${entry}.js`)).href, external: true };
    });
  },
};
