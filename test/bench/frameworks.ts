import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { recipes } from "../support/recipes.js";

/** A recipe of examples/README.md for a framework that calls what it is given, and how it is called here. */
interface Framework {
  name: string;
  packages: string[];
  recipe: string;
  /** Declares `ask()`, which gives status and body of an answer. */
  call: string;
}

const frameworks: Framework[] = [
  {
    name: "Next 16",
    packages: ["next@16.4.6", "react@19", "react-dom@19"],
    recipe: "next-route.mjs",
    call: `
      const { NextRequest } = await import("next/server.js");
      const { GET } = await import("./next-route.mjs");
      const ask = async () => {
        const response = await GET(new NextRequest("https://service.example/people"));
        return [response.status, await response.json()];
      };`,
  },
  {
    name: "Nest 12",
    packages: ["@nestjs/common@12", "@nestjs/core@12", "@nestjs/platform-express@12", "reflect-metadata@0.2", "rxjs@7"],
    recipe: "nest.ts",
    call: `
      await import("reflect-metadata");
      const { NestFactory } = await import("@nestjs/core");
      const { PeopleModule } = await import("./nest.mjs");
      const service = await NestFactory.create(PeopleModule, { logger: false });
      await service.listen(0, "127.0.0.1");
      const ask = async () => {
        const response = await runtimeFetch((await service.getUrl()) + "/people");
        return [response.status, await response.json()];
      };`,
  },
  {
    name: "Azure Functions 4",
    packages: ["@azure/functions@4.16.5"],
    recipe: "azure-function.mjs",
    call: `
      const { HttpRequest, InvocationContext } = (await import("@azure/functions")).default;
      const { people } = await import("./azure-function.mjs");
      const ask = async () => {
        const request = new HttpRequest({ url: "https://service.example/people", method: "GET" });
        const { status = 200, jsonBody } = await people(request, new InvocationContext({ functionName: "people" }));
        return [status, jsonBody];
      };`,
  },
];

const program = (call: string) => `
import { startEmulator } from "graph-app-identity/testing";
const emulator = await startEmulator({ users: 3 });
const { tenantId, clientId, clientSecret } = emulator;
Object.assign(process.env, { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret });
const runtimeFetch = globalThis.fetch;
globalThis.fetch = emulator.fetch;
${call}
const [status, listed] = await ask();
emulator.faults.add({ service: "graph", status: 403, times: 9 });
const [refused, body] = await ask();
console.log(status, listed.length, refused, body.error);
process.exit();
`;

/** What each of them prints: its people, and in place of Graph's 403 an answer of the service's own. */
const expected = "200 3 502 directory_unavailable\n";

/** A line of the matrix for each; its project is made when its turn comes. */
export function frameworkLines(base: string, tarball: string) {
  return frameworks.map(({ name, packages, recipe, call }) => {
    const cwd = join(base, name.replace(/\W+/g, "-").toLowerCase());
    const prepare = () => {
      mkdirSync(cwd, { recursive: true });
      writeFileSync(join(cwd, "package.json"), JSON.stringify({ name: "recipe", private: true }));
      const npm = ["install", "--no-audit", "--no-fund", tarball, ...packages];
      execFileSync("npm", npm, { cwd, stdio: ["ignore", "ignore", 2] });
      const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } };
      const loader = recipe.endsWith(".ts") ? "ts" : "js";
      const { code } = transformSync(recipes.get(recipe) as string, {
        loader,
        format: "esm",
        target: "node20",
        tsconfigRaw,
      });
      writeFileSync(join(cwd, recipe.replace(".ts", ".mjs")), code);
      writeFileSync(join(cwd, "call.mjs"), program(call));
    };
    return { name: `${name}, its recipe`, args: ["-c", "node call.mjs"], cwd, prepare, prints: expected };
  });
}
