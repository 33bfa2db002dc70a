import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^graph-app-identity$/, replacement: source("./src/index.ts") },
      { find: /^graph-app-identity\/testing$/, replacement: source("./src/testing/index.ts") },
      { find: /^graph-app-identity\/redis$/, replacement: source("./src/redis.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    maxWorkers: "100%",
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Programs that tests start get the package as it was built, which starts in half the time.
    env: { TSX_TSCONFIG_PATH: source("./test/tsconfig.built.json") },
    coverage: { provider: "v8", include: ["src/**"], reporter: ["text-summary"] },
  },
});
