import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Where child.mjs finds contestants that are bundled. */
const folder = join(here, "node_modules/.bundled");
// As for Lambda: what the contestants rest on requires Node's modules.
const banner = `import { createRequire } from "module"; const require = createRequire(import.meta.url);`;

function bundle(from: string, name: string): number {
  const outfile = join(folder, `${name}.mjs`);
  const shape = { bundle: true, minify: true, platform: "node", target: "node20", format: "esm" } as const;
  buildSync({ entryPoints: [from], outfile, ...shape, banner: { js: banner }, logLevel: "error" });
  return statSync(outfile).size;
}

/** Bundles a contestant as a function in the cloud is. @returns bytes, minified */
export function bundleContestant(id: string): number {
  return bundle(join(here, `contestants/${id}.mjs`), id);
}

/** Bundles the program that the README begins with. @returns bytes, minified */
export function bundleFirstProgram(): number {
  const readme = readFileSync(join(here, "../../README.md"), "utf8");
  const [, program = ""] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  // Beside the contestants' packages, or they wouldn't be found.
  const file = join(here, "node_modules/first-program.mjs");
  writeFileSync(file, program);
  try {
    return bundle(file, "first-program");
  } finally {
    rmSync(file);
  }
}
