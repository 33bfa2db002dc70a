// Bundles one program as its users would: `node bundle.mjs <bundler> <esm|cjs> <program> <bundle> [minify]`.
import { basename, dirname } from "node:path";
import commonjs from "@rollup/plugin-commonjs";
import json from "@rollup/plugin-json";
import resolve from "@rollup/plugin-node-resolve";

const [bundler, format, program, bundle, minified] = process.argv.slice(2);
const minify = minified === "minify";

/** What is put in front of ESM bundles whose CommonJS parts require Node's modules. */
const banners = {
  short: `import { createRequire } from "module"; const require = createRequire(import.meta.url);`,
  long: `import { createRequire } from "module"; import { fileURLToPath } from "url"; import { dirname } from "path";
const require = createRequire(import.meta.url); const __filename = fileURLToPath(import.meta.url); const __dirname = dirname(__filename);`,
};

async function esbuild(further = {}) {
  const { build } = await import("esbuild");
  await build({
    ...{ entryPoints: [program], outfile: bundle, bundle: true, platform: "node", target: "node20", format, minify },
    ...{ banner: format === "esm" ? { js: banners.short } : {}, logLevel: "warning", ...further },
  });
}

const bundlers = {
  esbuild: () => esbuild(),
  "esbuild with a long banner": () => esbuild({ banner: { js: banners.long } }),
  // Which takes "module" away, and with it the build for bundlers.
  "esbuild with conditions of its own": () => esbuild({ conditions: ["production"] }),
  "esbuild with splitting": () =>
    esbuild({
      ...{ entryPoints: { [basename(bundle, ".mjs")]: program }, outfile: undefined, outdir: dirname(bundle) },
      ...{ outExtension: { ".js": ".mjs" }, splitting: true },
    }),

  async vite() {
    const { build } = await import("vite");
    await build({
      ...{ configFile: false, root: dirname(program), logLevel: "warn", ssr: { noExternal: true } },
      build: {
        ...{ ssr: program, outDir: dirname(bundle), minify, emptyOutDir: false },
        rollupOptions: { output: { format, entryFileNames: basename(bundle) } },
      },
    });
  },

  async rollup() {
    const { rollup } = await import("rollup");
    const warnings = [];
    const made = await rollup({
      input: program,
      plugins: [resolve({ preferBuiltins: true }), commonjs(), json()],
      onwarn: ({ code, message }) => code !== "CIRCULAR_DEPENDENCY" && warnings.push(message),
    });
    await made.write({ file: bundle, format, inlineDynamicImports: true });
    for (const warning of warnings) console.error(warning);
  },

  async webpack() {
    const { default: webpack } = await import("webpack");
    const stats = await new Promise((done, failed) => {
      webpack(
        {
          ...{ entry: program, target: "node20", mode: minify ? "production" : "development", devtool: false },
          ...(format === "esm" && { experiments: { outputModule: true } }),
          output: {
            ...{ path: dirname(bundle), filename: basename(bundle) },
            library: { type: format === "esm" ? "module" : "commonjs2" },
          },
        },
        (error, made) => (error ? failed(error) : done(made)),
      );
    });
    const { errors, warnings } = stats.toJson({ errors: true, warnings: true });
    for (const { message } of [...errors, ...warnings]) console.error(message);
  },
};

await bundlers[bundler]();
