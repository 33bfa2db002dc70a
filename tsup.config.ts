import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { defineConfig, type Options } from "tsup";
import { stateFileSchema } from "./src/testing/state/state-file.js";

/** What is imported; the command is only run. */
const entries = {
  index: "src/index.ts",
  testing: "src/testing/index.ts",
  redis: "src/redis.ts",
  opentelemetry: "src/opentelemetry.ts",
};
/** What the emulator and its command are made of, once for both: nobody imports it but they. */
const shared = { emulator: "src/testing/whole.ts" };
const bundles = Object.entries({ ...entries, ...shared, cli: "src/cli.ts" });

// Here and not by tsup, which would remove the wrappers' types as well.
rmSync("dist", { recursive: true, force: true });

await buildConsole("src/testing/console", "dist/console");
writeFileSync("dist/emulator.schema.json", `${JSON.stringify(stateFileSchema())}\n`);

const everyEntry = {
  entryPoints: Object.values({ ...entries, ...shared }),
  outdir: "dist",
  format: "esm",
  write: false,
} as const;
const { metafile: whole } = await build({ ...everyEntry, bundle: true, packages: "external", metafile: true });
/** Every module that an entry leads to. */
const modules = Object.keys(whole.inputs);
const { metafile: apart } = await build({ ...everyEntry, entryPoints: modules, metafile: true });

/**
 * The emulator's console: a page for browsers. No module leads to it; the emulator reads it as files.
 * @throws Error when it has grown beyond what a page of this kind may take
 */
async function buildConsole(from: string, to: string): Promise<void> {
  await build({
    entryPoints: { console: `${from}/main.tsx`, styles: `${from}/console.css` },
    entryNames: "console",
    outdir: to,
    bundle: true,
    minify: true,
    charset: "utf8",
    format: "esm",
    // The first that know light-dark().
    target: ["chrome123", "firefox120", "safari17.5"],
    tsconfigRaw: {},
    // Children as arguments: some hundred bytes less than what JSX compiles to today.
    jsx: "transform",
    jsxFactory: "h",
    jsxFragment: "Fragment",
    inject: [`${from}/jsx.ts`],
    legalComments: "none",
  });
  writeFileSync(`${to}/index.html`, readFileSync(`${from}/index.html`, "utf8").replace(/\n\s*/g, ""));
  copyFileSync("node_modules/preact/LICENSE", `${to}/preact.LICENSE`);
  const packed = ["index.html", "console.js", "console.css"].map(
    (file) => gzipSync(readFileSync(`${to}/${file}`)).length,
  );
  const bytes = packed.reduce((sum, each) => sum + each);
  if (bytes > 60_000)
    throw new Error(`The console has ${bytes} bytes, gzipped: 60,000 at most, and 30,000 are the aim.`);
}

/** What each module exports at run time. */
const exported = new Map<string, readonly string[]>(
  Object.values(apart.outputs).map(({ entryPoint = "", exports }) => [entryPoint, exports]),
);

/** Where a module's exports are all in reach, so that a bundle needs no second copy of its classes. */
function lenderOf(module: string): string | undefined {
  const names = exported.get(module) ?? [];
  const offers = (entry: string) => names.every((name) => exported.get(entry)?.includes(name));
  return names.length === 0
    ? undefined
    : Object.entries({ ...shared, ...entries }).find(([, entry]) => offers(entry))?.[0];
}

const lenders = new Map(modules.map((module) => [resolve(module), lenderOf(module)]));

/** One CommonJS file of its own, which holds nothing that another bundle lends. */
function bundle(name: string, path: string): Options {
  return {
    entry: { [name]: path },
    format: "cjs",
    outExtension: () => ({ js: ".cjs" }),
    platform: "node",
    target: "node20",
    esbuildOptions(options) {
      // Turns a dynamic import into a lazy require.
      options.supported = { ...options.supported, "dynamic-import": false };
      options.define = { ...options.define, "import.meta.url": "__filename" };
      // What no program steps through is downloaded without its blanks.
      options.minifyWhitespace = options.minifySyntax = ["testing", "emulator", "cli"].includes(name);
    },
    esbuildPlugins: [
      {
        name: "lend",
        setup(build) {
          build.onResolve({ filter: /^\./ }, ({ kind, importer, path: wanted }) => {
            if (kind === "entry-point") return undefined;
            const lender = lenders.get(resolve(dirname(importer), wanted).replace(/\.js$/, ".ts"));
            return lender === undefined || lender === name ? undefined : { path: `./${lender}.cjs`, external: true };
          });
        },
      },
    ],
    onSuccess: wrapWhenAllAreBuilt,
  };
}

let waitingFor = bundles.length;

/** The ESM side of Node. A bundle can be loaded only when those that it borrows from are there. */
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

/** The modules that bundlers read. The emulator is used as a whole, and shares no code: a bundler takes it as Node does. */
const forBundlers = Object.fromEntries(
  modules
    .filter((module) => !module.startsWith("src/testing/"))
    .map((module) => {
      const name = module.replace(/^src\/|\.ts$/g, "");
      const own = `src/${name}.bundled.ts`;
      return [name, existsSync(own) ? own : module];
    }),
);
forBundlers["graph-sdk.modules"] = "src/graph-sdk.modules.ts";

/** `npm test` needs none, and they take most of the time. */
const declarations: Options[] = [{ entry: entries, dts: { only: true }, format: "cjs" }];
const forTests = process.env.npm_lifecycle_event === "pretest";

// Node gets one CommonJS build with a thin ESM wrapper: a program that both imports and requires the package gets one copy of every
// class, and MSAL is loaded from its single-file CommonJS build, which is faster than its ESM build. Bundlers get the modules one by
// one, under the condition "module", which they know and Node doesn't: they leave out what a program doesn't use.
export default defineConfig([
  ...bundles.map(([name, path]) => bundle(name, path)),
  {
    entry: forBundlers,
    bundle: false,
    format: "esm",
    outDir: "dist/esm",
    platform: "node",
    target: "node20",
    // Read by bundlers alone.
    esbuildOptions: (options) => {
      options.minifyWhitespace = options.minifySyntax = true;
    },
  },
  ...(forTests ? [] : declarations),
]);
