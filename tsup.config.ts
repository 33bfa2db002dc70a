import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { defineConfig, type Options } from "tsup";

/** What is imported; the command is only run. */
const entries = { index: "src/index.ts", testing: "src/testing/index.ts", redis: "src/redis.ts" };

/** Modules that a bundle takes from another instead of carrying a second copy of their classes: module → bundle. */
const lent: Record<string, string> = {
  "src/index.ts": "./index.cjs",
  "src/errors.ts": "./index.cjs",
  "src/testing/emulator.ts": "./testing.cjs",
};

// Here and not by tsup, which would remove the wrappers' types as well.
rmSync("dist", { recursive: true, force: true });

/** One CommonJS file of its own, which holds nothing that another bundle lends. */
function bundle(name: string, path: string): Options {
  const lenders = new Map(
    Object.entries(lent)
      .filter(([, lender]) => lender !== `./${name}.cjs`)
      .map(([module, lender]) => [resolve(module), lender]),
  );
  return {
    entry: { [name]: path },
    format: "cjs",
    outExtension: () => ({ js: ".cjs" }),
    platform: "node",
    target: "node20",
    shims: true,
    esbuildOptions(options) {
      // Turns `await import("@azure/msal-node")` into a lazy require.
      options.supported = { ...options.supported, "dynamic-import": false };
    },
    esbuildPlugins: [
      {
        name: "lend",
        setup(build) {
          build.onResolve({ filter: /^\./ }, ({ importer, path: wanted }) => {
            const lender = lenders.get(resolve(dirname(importer), wanted).replace(/\.js$/, ".ts"));
            return lender === undefined ? undefined : { path: lender, external: true };
          });
        },
      },
    ],
    onSuccess: wrapWhenAllAreBuilt,
  };
}

const bundles = Object.entries({ ...entries, cli: "src/cli.ts" });
let waitingFor = bundles.length;

/** The ESM side. A bundle can be loaded only when those that it borrows from are there. */
async function wrapWhenAllAreBuilt(): Promise<void> {
  if (--waitingFor > 0) return;
  const require = createRequire(import.meta.url);
  for (const name of Object.keys(entries)) {
    const names = Object.keys(require(`./dist/${name}.cjs`))
      .sort()
      .join(", ");
    // Node searches what a module imports for the names it exports, whole bundles at a time, and follows a bare re-export; not this.
    writeFileSync(`dist/${name}.esm.cjs`, `const all = require("./${name}.cjs");\nmodule.exports = all;\n`);
    writeFileSync(`dist/${name}.js`, `import cjs from "./${name}.esm.cjs";\n\nexport const { ${names} } = cjs;\n`);
    writeFileSync(`dist/${name}.d.ts`, `export * from "./${name}.cjs";\n`);
  }
}

// One CommonJS build with a thin ESM wrapper: a program that both imports and requires the package gets one copy of every
// class, and MSAL is loaded from its single-file CommonJS build, which is faster than its ESM build.
export default defineConfig([
  ...bundles.map(([name, path]) => bundle(name, path)),
  { entry: entries, dts: { only: true }, format: "cjs" },
]);
