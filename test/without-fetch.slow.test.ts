import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Service } from "./bench/service.js";
import { type Packed, pack } from "./support/packed.js";

const nodeArgs = (args: string[], env: NodeJS.ProcessEnv) =>
  spawnSync(process.execPath, args, { cwd: packed.project, encoding: "utf8", env: { ...process.env, ...env } });

let packed: Packed;
beforeAll(() => {
  packed = pack();
});
afterAll(() => packed?.remove());

describe("where the runtime has no fetch", () => {
  const flag = "--no-experimental-fetch";
  const known = process.allowedNodeEnvironmentFlags.has(flag);
  if (!known) console.log(`skipped: Node ${process.version} has no ${flag}`);

  it.skipIf(!known)("isomorphic-fetch does its work, and is loaded nowhere else", async () => {
    const service = await Service.start();
    await service.behave({ users: 2_500 });
    const route = JSON.stringify(fileURLToPath(new URL("bench/route.mjs", import.meta.url)));
    writeFileSync(
      join(packed.project, "no-fetch.mjs"),
      `import ${route};
       import { createRequire } from "node:module";
       import { AppIdentityAuthProvider, createGraphClient, listUsers } from "graph-app-identity";
       const had = typeof fetch;
       const authProvider = new AppIdentityAuthProvider({
         tenantId: "0f2a1c34-5b6d-4e7f-8a90-1b2c3d4e5f60",
         clientId: "7d3c9a11-22b4-4c55-9e66-778899aabbcc",
         clientSecret: "bench-secret-of-the-usual-forty-characters",
       });
       let count = 0;
       for await (const _ of listUsers(createGraphClient({ authProvider }))) count += 1;
       const { cache } = createRequire(import.meta.url);
       console.log(had, count, Object.keys(cache).some((path) => path.includes("isomorphic-fetch")));`,
    );
    const env = { BENCH_PORT: String(service.port), NODE_EXTRA_CA_CERTS: service.caFile };
    const without = nodeArgs([flag, "no-fetch.mjs"], env);
    expect(without.stderr).not.toMatch(/Error/);
    expect(without.stdout).toBe("undefined 2500 true\n");
    expect(nodeArgs(["no-fetch.mjs"], env).stdout).toBe("function 2500 false\n");
    await service.stop();
  });
});
