import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What would be published, as `npm run build` has left it. */
export interface Packed {
  tarball: string;
  /** Bytes of the tarball. */
  size: number;
  /** Paths of the files in it. */
  files: string[];
  /** A project with the package in its node_modules, and the repository's packages within reach. */
  project: string;
  /** The package as that project sees it. */
  folder: string;
  remove(): void;
}

export function pack(): Packed {
  const base = mkdtempSync(join(tmpdir(), "packed-"));
  const project = join(base, "project");
  const folder = join(project, "node_modules/graph-app-identity");
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(root, "node_modules"), join(base, "node_modules"), "junction");
  const options = ["pack", "--ignore-scripts", "--json", "--pack-destination", base];
  const [{ filename, size, files }] = JSON.parse(execFileSync("npm", options, { cwd: root, encoding: "utf8" }));
  const tarball = join(base, filename);
  execFileSync("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
  return {
    tarball,
    size,
    project,
    folder,
    files: files.map(({ path }: { path: string }) => path),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** Every entry, used as its types say; compiled in every version of TypeScript and with every resolution. */
export const typedProgram = `
import { AppIdentityAuthProvider, createGraphClient, isAppIdentityError, listUsers } from "graph-app-identity";
import { redisTokenStore } from "graph-app-identity/redis";
import { startEmulator } from "graph-app-identity/testing";

export async function main(): Promise<string[]> {
  const { tenantId, clientId, clientSecret, fetch } = await startEmulator({ users: 3 });
  const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
  const names: string[] = [typeof redisTokenStore];
  try {
    for await (const user of listUsers(createGraphClient({ authProvider }), { select: ["id", "displayName"] })) {
      names.push(user.id, user.displayName ?? "");
      // @ts-expect-error not selected
      user.mail;
    }
  } catch (error) {
    if (isAppIdentityError(error)) names.push(error.remedy);
  }
  return names;
}
`;

/** Lists the embedded tenant through the package and prints how many users it has. */
export const listingBody = `
  const { tenantId, clientId, clientSecret, fetch, stop } = await startEmulator({ users: 1200 });
  const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
  let count = 0;
  for await (const user of listUsers(createGraphClient({ authProvider }))) count += user.id ? 1 : 0;
  await stop();
  console.log(count);
`;
export const esmProgram = `
import { AppIdentityAuthProvider, createGraphClient, listUsers } from "graph-app-identity";
import { startEmulator } from "graph-app-identity/testing";
${listingBody}`;
export const commonjsProgram = `
const { AppIdentityAuthProvider, createGraphClient, listUsers } = require("graph-app-identity");
const { startEmulator } = require("graph-app-identity/testing");
(async () => {${listingBody}})();
`;
