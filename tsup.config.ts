import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { defineConfig } from "tsup";

/** What is imported; the command is only run. */
const entries = { index: "src/index.ts", testing: "src/testing/index.ts", redis: "src/redis.ts" };

/** Modules that one bundle takes from another instead of carrying a second copy: importer → module → bundle. */
const borrowed: Record<string, Record<string, string>> = {
  "redis.ts": { "errors.js": "./index.cjs" },
  "doctor-command.ts": { "index.js": "./index.cjs" },
  "command.ts": { "emulator.js": "./testing.cjs" },
};

// Here and not by tsup, which would remove the wrappers' types as well.
rmSync("dist", { recursive: true, force: true });

// One CommonJS build with a thin ESM wrapper: a program that both imports and requires the package gets one copy of every
// class, and MSAL is loaded from its single-file CommonJS build, which is faster than its ESM build.
export default defineConfig({
  entry: { ...entries, cli: "src/cli.ts" },
  format: "cjs",
  outExtension: () => ({ js: ".cjs" }),
  platform: "node",
  target: "node20",
  shims: true,
  dts: { entry: entries },
  esbuildOptions(options) {
    // Turns `await import("@azure/msal-node")` into a lazy require.
    options.supported = { ...options.supported, "dynamic-import": false };
  },
  esbuildPlugins: [
    {
      name: "borrow",
      setup(build) {
        build.onResolve({ filter: /^\./ }, ({ importer, path }) => {
          const bundle = borrowed[basename(importer)]?.[basename(path)];
          return bundle === undefined ? undefined : { path: bundle, external: true };
        });
      },
    },
  ],
  async onSuccess() {
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
  },
});
