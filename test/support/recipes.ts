import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const text = readFileSync(new URL("../../examples/README.md", import.meta.url), "utf8");

/** The recipes of examples/README.md as they stand, by the name in each one's first line. */
export const recipes: ReadonlyMap<string, string> = new Map(
  [...text.matchAll(/^```(?:js|ts)\n(\/\/ (\S+)\n[\s\S]*?)^```$/gm)].map(([, code, name]) => [
    name as string,
    code as string,
  ]),
);

/** The one line for a shell. */
export const [, bundleLine = ""] = /^```sh\n(npx esbuild[\s\S]*?)^```$/m.exec(text) ?? [];

/** Puts recipes into a project. @throws Error for one that isn't there */
export function writeRecipes(project: string, names: readonly string[]): void {
  for (const name of names) {
    const code = recipes.get(name);
    if (code === undefined) throw new Error(`examples/README.md has no ${name}.`);
    writeFileSync(join(project, name), code);
  }
}

/** Lends a project packages that are installed elsewhere. */
export function lendPackages(project: string, from: string, names: readonly string[]): void {
  for (const name of names) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(from, "node_modules", name), link, "junction");
  }
}
