import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

interface Manifest {
  version: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

/** Where Node finds a package, seen from a folder. */
function find(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (existsSync(join(folder, "package.json"))) return folder;
    if (at === dirname(at)) return undefined;
  }
}

function bytesIn(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // What is nested is a package of its own, and counted as one if it belongs to the tree.
    if (entry.isDirectory()) bytes += entry.name === "node_modules" ? 0 : bytesIn(path);
    else if (entry.isFile()) bytes += statSync(path).size;
  }
  return bytes;
}

interface Tree {
  packages: number;
  bytes: number;
}

/** How many packages come with the given ones, and how large they are together. */
export function installed(names: string[], from: string): Tree {
  const seen = new Set<string>();
  const visit = (name: string, origin: string, optional: boolean) => {
    const folder = find(name, origin);
    if (folder === undefined && !optional) throw new Error(`${name} isn't installed; ${origin} needs it`);
    if (folder === undefined || seen.has(folder)) return;
    seen.add(folder);
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifestOf(folder);
    for (const needed of Object.keys(dependencies ?? {})) {
      visit(needed, folder, optionalDependencies?.[needed] !== undefined);
    }
    for (const needed of Object.keys(optionalDependencies ?? {})) visit(needed, folder, true);
    for (const needed of Object.keys(peerDependencies ?? {})) {
      if (!peerDependenciesMeta?.[needed]?.optional) visit(needed, folder, false);
    }
  };
  for (const name of names) visit(name, from, false);
  return { packages: seen.size, bytes: [...seen].reduce((sum, folder) => sum + bytesIn(folder), 0) };
}

/** The version Node finds from a folder. */
export function versionOf(name: string, from: string): string | undefined {
  const folder = find(name, from);
  return folder && manifestOf(folder).version;
}

export interface OwnSize {
  /** Bytes a registry would hold. */
  tarball: number;
  /** Bytes on disk without dependencies. */
  unpacked: number;
  /** Bytes of everything that `import "graph-app-identity"` may load of ours. */
  entry: number;
}

/** How large our own package is, as it was built last. */
export function ownSize(root: string): OwnSize {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const loaded = new Set<string>();
  const visit = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, path] of text.matchAll(/(?:require\(|from |import\()["'](\.[^"']+)["']/g)) {
      visit(join(dirname(file), path as string));
    }
  };
  visit(join(root, "dist/index.js"));
  const entry = [...loaded].reduce((sum, file) => sum + statSync(file).size, 0);
  return { tarball: packed.size, unpacked: packed.unpackedSize, entry };
}

/** The same for our own package, which isn't installed here but built. */
export function ourTree(root: string): Tree {
  const { packages, bytes } = installed(Object.keys(manifestOf(root).dependencies ?? {}), root);
  return { packages: packages + 1, bytes: bytes + ownSize(root).unpacked };
}
