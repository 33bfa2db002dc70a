import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { defineConfig } from "tsup";

const entry = { index: "src/index.ts", testing: "src/testing/index.ts" };

// One CommonJS build with a thin ESM wrapper: a program that both imports and requires the package gets one copy of every
// class, and MSAL is loaded from its single-file CommonJS build, which is faster than its ESM build.
export default defineConfig({
  entry,
  format: "cjs",
  outExtension: () => ({ js: ".cjs" }),
  platform: "node",
  target: "node20",
  splitting: true,
  shims: true,
  dts: true,
  clean: true,
  external: ["@microsoft/microsoft-graph-types"],
  esbuildOptions(options) {
    // Turns `await import("@azure/msal-node")` into a lazy require.
    options.supported = { ...options.supported, "dynamic-import": false };
  },
  async onSuccess() {
    const require = createRequire(import.meta.url);
    for (const name of Object.keys(entry)) {
      const names = Object.keys(require(`./dist/${name}.cjs`)).sort();
      writeFileSync(
        `dist/${name}.js`,
        `import cjs from "./${name}.cjs";\nexport const { ${names.join(", ")} } = cjs;\n`,
      );
    }
  },
});
