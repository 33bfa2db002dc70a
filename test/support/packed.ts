import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = ["src", "tsup.config.ts", "tsconfig.json", "package.json", "README.md", "CHANGELOG.md", "LICENSE"];

/** What would be published, built beside the repository so that nobody's dist/ is disturbed. */
export interface Packed {
  /** The tarball. */
  tarball: string;
  /** A project with the package in its node_modules, and the repository's packages within reach. */
  project: string;
  /** The package as that project sees it. */
  folder: string;
  remove(): void;
}

export function pack(): Packed {
  const base = mkdtempSync(join(tmpdir(), "packed-"));
  const copy = join(base, "copy");
  const project = join(base, "project");
  const folder = join(project, "node_modules/graph-app-identity");
  for (const directory of [copy, folder]) mkdirSync(directory, { recursive: true });
  for (const name of built) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  // Seen from the copy as well as from the project.
  symlinkSync(join(root, "node_modules"), join(base, "node_modules"), "junction");
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: copy, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  // Apart from packing, whose JSON would stand behind the build's own words.
  run("npm", "run", "build");
  const [{ filename }] = JSON.parse(run("npm", "pack", "--ignore-scripts", "--json", "--pack-destination", base));
  const tarball = join(base, filename);
  run("tar", "-xzf", tarball, "-C", folder, "--strip-components=1");
  return { tarball, project, folder, remove: () => rmSync(base, { recursive: true, force: true }) };
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
