/**
 * The package on everything it should run on: `npm run matrix -- [part of a name]`. Fetches other runtimes and compilers with npx,
 * so it isn't part of `npm test`; it prints a table, and fails when a line does.
 */
import { execFileSync, spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commonjsProgram, esmProgram, pack, typedProgram } from "../support/packed.js";
import { frameworkLines } from "./frameworks.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const users = "1200\n";

interface Line {
  name: string;
  /** Arguments of npx. */
  args: string[];
  cwd: string;
  /** Done when its turn comes. */
  prepare?: () => void;
  /** What it must print; default: whatever it likes. */
  prints?: string;
}

const { tarball, project, remove } = pack();
const { "@types/node": nodeTypes } = JSON.parse(
  execFileSync("npm", ["pkg", "get", "devDependencies"], { cwd: root, encoding: "utf8" }),
);
// A project of its own, as a user has one: other runtimes needn't find their way through links.
rmSync(join(project, "node_modules"), { recursive: true });
writeFileSync(join(project, "package.json"), JSON.stringify({ name: "matrix", private: true }));
const npm = ["install", "--no-audit", "--no-fund", tarball, `@types/node@${nodeTypes}`];
execFileSync("npm", npm, { cwd: project, stdio: ["ignore", "ignore", 2] });
for (const [name, text] of Object.entries({
  "listing.mjs": esmProgram,
  "listing.cjs": commonjsProgram,
  "typed.mts": typedProgram,
  "typed.cts": typedProgram,
})) {
  writeFileSync(join(project, name), text);
}

function typed(version: string, name: string, options: object, files: string[]): Line {
  const config = `tsconfig.${version}-${name.replace(/\W+/g, "-")}.json`;
  const compilerOptions = { strict: true, noEmit: true, target: "ES2022", types: ["node"], ...options };
  writeFileSync(join(project, config), JSON.stringify({ compilerOptions, files }));
  const args = ["-p", `typescript@${version}`, "tsc", "-p", config];
  return { name: `TypeScript ${version}, ${name}`, args, cwd: project, prints: "" };
}

function typeLines(version: string): Line[] {
  const node16 = { module: "Node16", moduleResolution: "Node16" };
  const bundler = { module: "ESNext", moduleResolution: "Bundler" };
  const skipping = { lib: ["ES2023"], skipLibCheck: true };
  const both = ["typed.mts", "typed.cts"];
  return [
    typed(version, "node16", { ...node16, ...skipping }, both),
    typed(version, "bundler", { ...bundler, ...skipping }, ["typed.mts"]),
    typed(version, "node16, libraries checked", { ...node16, lib: ["ES2023", "DOM"], skipLibCheck: false }, both),
  ];
}

function listings(name: string, command: string[]): Line[] {
  return ["mjs", "cjs"].map((kind) => {
    return { name: `${name}, .${kind}`, args: [...command, `listing.${kind}`], cwd: project, prints: users };
  });
}

/** A tool whose endpoints are fixed, with no setting but what the command's proxy gives it. Its install is large: some minutes. */
function m365Line(): Line {
  const m365 = [
    'm365 login --authType secret --appId "$AZURE_CLIENT_ID" --secret "$AZURE_CLIENT_SECRET" --tenant "$AZURE_TENANT_ID" --output none',
    `m365 entra user list --properties id --output json | grep -c '"id"'`,
    `group=$(m365 entra group list --properties id --output json | sed -n 's/.*"id": "\\(.*\\)".*/\\1/p' | head -n 1)`,
    'm365 entra group member list --groupId "$group" --output json | grep -q userPrincipalName && echo members',
    `m365 entra group member list --groupId "$group" --role Owner --output json | grep -q '"roles"' && echo owners`,
    `m365 entra enterpriseapp list --output json | grep -q '"servicePrincipalType"' && echo apps`,
    "m365 logout",
  ].join(" && ");
  const emulator = ["graph-app-identity", "emulator", "--users", "25", "--json", "--proxy"];
  const granted = [
    "--roles",
    "User.Read.All,Group.Read.All,Application.Read.All",
    "--exec",
    `HOME=$(mktemp -d); export HOME; ${m365}`,
  ];
  const args = ["-p", "@pnp/cli-microsoft365", ...emulator, ...granted];
  return { name: "@pnp/cli-microsoft365 by the proxy", args, cwd: project, prints: "25\nmembers\nowners\napps\n" };
}

const lines: Line[] = [
  ...["20", "22", "24"].flatMap((version) => [
    ...listings(`Node ${version}`, ["-p", `node@${version}`, "node"]),
    {
      name: `Node ${version}, test suite`,
      args: ["-p", `node@${version}`, "node", "node_modules/vitest/vitest.mjs", "run"],
      cwd: root,
    },
  ]),
  ...listings("Bun", ["-p", "bun@1", "bun"]),
  ...listings("Deno", ["-p", "deno@2", "deno", "run", "--allow-all", "--node-modules-dir=manual"]),
  ...["5.4", "5.9", "6.0"].flatMap(typeLines),
  ...frameworkLines(project, tarball),
  m365Line(),
].filter(({ name }) => name.toLowerCase().includes((process.argv[2] ?? "").toLowerCase()));

/** Why a line fails, or `undefined`. */
function failureOf({ args, cwd, prepare, prints }: Line): Promise<string | undefined> {
  try {
    prepare?.();
  } catch (error) {
    return Promise.resolve(`can't be prepared: ${(error as Error).message}`);
  }
  return new Promise((resolve) => {
    const child = spawn("npx", ["-y", ...args], { cwd, stdio: ["ignore", "pipe", "pipe"], timeout: 600_000 });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("close", (code) => {
      const well = code === 0 && (prints === undefined || stdout === prints);
      resolve(well ? undefined : `ended with ${code}\n${stdout}${stderr}`.trim().split("\n").slice(-25).join("\n    "));
    });
  });
}

try {
  const width = Math.max(...lines.map(({ name }) => name.length));
  for (const line of lines) {
    const failure = await failureOf(line);
    console.log(`${line.name.padEnd(width)}  ${failure === undefined ? "ok" : `FAILED\n    ${failure}`}`);
    if (failure !== undefined) process.exitCode = 1;
  }
} finally {
  remove();
}
