import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../src/", import.meta.url));

interface Source {
  /** Path under src. */
  path: string;
  text: string;
  lines: number;
  /** Paths under src, or package names. */
  imports: { to: string; typeOnly: boolean }[];
}

const files: Source[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => {
    const text = readFileSync(join(root, path), "utf8");
    const found = text.matchAll(
      /(?:^|\n)\s*(import|export)\s+(type\s)?(?:[^;]*?\sfrom\s+)?"([^"]+)"|import\("([^"]+)"\)/g,
    );
    const imports = [...found].map(([, , typeOnly, stated, lazy]) => {
      const specifier = (stated ?? lazy) as string;
      const local = specifier.startsWith(".");
      const to = local ? relative(root, join(root, dirname(path), specifier)).replace(/\.js$/, ".ts") : specifier;
      return { to, typeOnly: typeOnly !== undefined };
    });
    return { path, text, lines: text.split("\n").length, imports };
  });

/** A page for browsers, which is built apart. */
const ofConsole = (path: string) => path.startsWith("testing/console/");
const sources = files.filter(({ path }) => !ofConsole(path));

/** `identity` for src/identity/x.ts, `errors.ts` for src/errors.ts. */
const roomOf = (path: string) => path.split("/")[0] as string;
const rooms = ["http", "identity", "graph", "users", "directory", "testing"];

const mayImport: Record<string, string[]> = {
  http: ["http"],
  identity: ["identity", "http"],
  graph: ["graph", "http"],
  users: ["users", "graph"],
  directory: ["directory", "users", "graph", "http"],
  testing: ["testing"],
};

/** One-way streets: what stands further right never imports what stands further left. */
const chains: string[][] = [
  ["index.ts", "users", "graph/paging", "graph/requests", "graph/failures", "http", "errors.ts"],
  ["index.ts", "directory", "users", "graph/paging"],
  ["graph/paging", "graph/query", "errors.ts"],
  ["identity/provider.ts", "identity/configuration", "identity/credentials", "http"],
  ["identity/provider.ts", "identity/entra", "identity/tokens"],
  ["identity/entra", "identity/credentials", "http"],
  ["testing/emulator.ts", "testing/server", "testing/faults", "testing/wire"],
  ["testing/emulator.ts", "testing/tenant.ts", "testing/graph", "testing/directory", "testing/chance"],
  ["testing/entra", "testing/crypto"],
];

/** What a room must not speak of, outside tables that are data. */
const foreignWords: [room: string, words: RegExp, data: RegExp][] = [
  ["graph", /\/users\b|\b(list|delta|count)Users\b|msal/i, /paths\/|query\/(collection-rules|filter-marks)\.ts$/],
  ["identity", /\b(nextLink|deltaLink|listUsers|deltaUsers)\b/, /^$/],
];

/** Folders that hold folders, and src itself: on each, what stands there loose and what stands in a folder are boxes. */
const levels = [...new Set(sources.flatMap(({ path }) => foldersAbove(dirname(path))))];

function foldersAbove(folder: string): string[] {
  return folder === "." ? ["."] : [...foldersAbove(dirname(folder)), folder];
}

/** The folder or loose file of a level that a path belongs to; none where it lies elsewhere. */
function boxOn(level: string, path: string): string | undefined {
  const inside = relative(level, path);
  return !path.endsWith(".ts") || inside.startsWith("..") ? undefined : inside.split("/")[0];
}

/** Follows all arrows. @throws where they lead in a circle */
function visitAll(arrows: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const finished = new Set<string>();
  const visit = (box: string, trail: string[]): void => {
    if (trail.includes(box)) throw new Error(`cycle: ${[...trail, box].join(" → ")}`);
    if (finished.has(box)) return;
    for (const next of arrows.get(box) ?? []) visit(next, [...trail, box]);
    finished.add(box);
  };
  for (const box of arrows.keys()) visit(box, []);
  return finished;
}

describe("the house", () => {
  it.each(Object.entries(mayImport))("%s reaches no other room than it may", (room, allowed) => {
    const strays = sources
      .filter(({ path }) => roomOf(path) === room)
      .flatMap(({ path, imports }) => imports.map(({ to }) => ({ path, to: roomOf(to) })))
      .filter(({ to }) => rooms.includes(to) && !allowed.includes(to));
    expect(strays).toEqual([]);
  });

  it("lets the emulator share no code with the library, in either direction", () => {
    const strays = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ to }) => to.endsWith(".ts") && (roomOf(path) === "testing") !== (roomOf(to) === "testing"))
        .map(({ to }) => `${path} → ${to}`)
        .filter((edge) => !edge.startsWith("cli.ts → testing/")),
    );
    expect(strays).toEqual([]);
  });

  it("has no import cycle", () => {
    const arrows = new Map(sources.map(({ path, imports }) => [path, new Set(imports.map(({ to }) => to))]));
    expect(visitAll(arrows).size).toBeGreaterThanOrEqual(sources.length);
  });

  it.each(chains.map((chain) => [chain.join(" → "), chain] as const))("runs one way: %s", (_shown, chain) => {
    const floorOf = (path: string) => chain.findIndex((place) => path === place || path.startsWith(`${place}/`));
    const upward = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ to }) => floorOf(path) >= 0 && floorOf(to) >= 0 && floorOf(to) < floorOf(path))
        .map(({ to }) => `${path} → ${to}`),
    );
    expect(upward).toEqual([]);
  });

  it.each(foreignWords)("%s never speaks of what isn't its own: %s", (room, words, data) => {
    const strays = sources
      .filter(({ path, text }) => roomOf(path) === room && !data.test(path) && words.test(text))
      .map(({ path }) => path);
    expect(strays).toEqual([]);
  });

  it("has no circle of folders, at any level", () => {
    for (const level of levels) {
      const arrows = new Map<string, Set<string>>();
      for (const { path, imports } of sources) {
        const from = boxOn(level, path);
        for (const { to } of imports) {
          const into = boxOn(level, to);
          if (from === undefined || into === undefined || from === into) continue;
          arrows.set(from, (arrows.get(from) ?? new Set()).add(into));
        }
      }
      visitAll(arrows);
    }
  });

  it("loads the console nowhere, which itself is preact, its own files and the types of what it shows", () => {
    const loads = sources.flatMap(({ imports }) => imports.map(({ to }) => to)).filter(ofConsole);
    const needs = files
      .filter(({ path }) => ofConsole(path))
      .flatMap(({ imports }) => imports.filter(({ typeOnly }) => !typeOnly).map(({ to }) => to))
      // A program that is shown imports this package.
      .filter((to) => !ofConsole(to) && !/^preact(\/hooks)?$|^graph-app-identity$/.test(to));
    expect([...loads, ...needs]).toEqual([]);
  });

  it("imports MSAL at run time in one file only, in either of its forms, and never the types package", () => {
    const importers = (name: string) =>
      sources
        .filter(({ imports }) => imports.some(({ to, typeOnly }) => to === name && !typeOnly))
        .map(({ path }) => path);
    expect(importers("@azure/msal-node").sort()).toEqual([
      "identity/entra/msal-library.bundled.ts",
      "identity/entra/msal-library.ts",
    ]);
    expect(importers("@microsoft/microsoft-graph-types")).toEqual([]);
  });

  it("uses at run time nothing but Node and the declared dependencies", () => {
    const manifest = JSON.parse(readFileSync(join(root, "../package.json"), "utf8"));
    const declared = Object.keys(manifest.dependencies);
    expect(declared.sort()).toEqual([
      "@azure/msal-node",
      "@microsoft/microsoft-graph-client",
      "@microsoft/microsoft-graph-types",
      "isomorphic-fetch",
    ]);
    // Its subpath is for those who have it.
    const optional = { "opentelemetry.ts": Object.keys(manifest.peerDependencies) } as Record<string, string[]>;
    expect(optional["opentelemetry.ts"]).toEqual(["@opentelemetry/api"]);
    const foreign = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ to, typeOnly }) => !typeOnly && !to.endsWith(".ts") && !to.startsWith("node:"))
        // What begins with # stands under "imports" in package.json.
        .map(({ to }) => (to.startsWith("#") ? manifest.imports[to].default : to) as string)
        .map((to) => /^(@[^/]+\/)?[^/]+/.exec(to)?.[0] as string)
        .filter((to) => ![...declared, ...(optional[path] ?? [])].includes(to))
        .map((to) => `${path} → ${to}`),
    );
    expect(foreign).toEqual([]);
  });

  it("has no drawer for odds and ends, and keeps files short", () => {
    const drawers = files.filter(({ path }) => /(^|\/)(utils?|helpers?|common|shared|misc)\b/.test(path));
    expect(drawers.map(({ path }) => path)).toEqual([]);
    const long = files.filter(({ lines }) => lines > 200);
    expect(long.length, `over 200 lines: ${long.map(({ path }) => path)}`).toBeLessThan(sources.length / 4);
    expect(sources.filter(({ lines }) => lines > 420).map(({ path }) => path)).toEqual([]);
  });
});
