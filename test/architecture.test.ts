import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../src/", import.meta.url));

interface Source {
  /** Path under src. */
  path: string;
  lines: number;
  /** Paths under src, or package names. */
  imports: { to: string; typeOnly: boolean }[];
}

const sources: Source[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
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
    return { path, lines: text.split("\n").length, imports };
  });

/** `identity` for src/identity/x.ts, `errors.ts` for src/errors.ts. */
const roomOf = (path: string) => path.split("/")[0] as string;
const rooms = ["identity", "graph", "users", "testing"];

const mayImport: Record<string, string[]> = {
  identity: ["identity"],
  graph: ["graph"],
  users: ["users", "graph"],
  testing: ["testing"],
};

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
    const edges = new Map(sources.map(({ path, imports }) => [path, imports.map(({ to }) => to)]));
    const finished = new Set<string>();
    const visit = (path: string, trail: string[]): void => {
      if (trail.includes(path)) throw new Error(`cycle: ${[...trail, path].join(" → ")}`);
      if (finished.has(path)) return;
      for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
      finished.add(path);
    };
    for (const { path } of sources) visit(path, []);
    expect(finished.size).toBeGreaterThanOrEqual(sources.length);
  });

  it("imports MSAL at run time in one file only, and never the types package", () => {
    const importers = (name: string) =>
      sources
        .filter(({ imports }) => imports.some(({ to, typeOnly }) => to === name && !typeOnly))
        .map(({ path }) => path);
    expect(importers("@azure/msal-node")).toEqual(["identity/msal.ts"]);
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
    const foreign = sources.flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ to, typeOnly }) => !typeOnly && !to.endsWith(".ts") && !to.startsWith("node:") && !declared.includes(to),
        )
        .map(({ to }) => `${path} → ${to}`),
    );
    expect(foreign).toEqual([]);
  });

  it("has no drawer for odds and ends, and keeps files short", () => {
    const drawers = sources.filter(({ path }) => /(^|\/)(utils?|helpers?|common|shared|misc)\b/.test(path));
    expect(drawers.map(({ path }) => path)).toEqual([]);
    const long = sources.filter(({ lines }) => lines > 200);
    expect(long.length, `over 200 lines: ${long.map(({ path }) => path)}`).toBeLessThan(sources.length / 4);
    expect(sources.filter(({ lines }) => lines > 420).map(({ path }) => path)).toEqual([]);
  });
});
