import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What `npm test` tries a few times or in part, and `npm run test:slow` many times and in whole. */
const tried = [
  "test/compare/compare-tenants.test.ts",
  "test/directory/read-directory/read-directory.test.ts",
  "test/graph/lent-signal.test.ts",
  "test/graph/paging/id-set.test.ts",
  "test/graph/read-each.test.ts",
  "test/graph/requests/run-attempts.test.ts",
  "test/graph/requests/unread-body.test.ts",
  "test/identity/configuration/in-tenant.test.ts",
  "test/identity/tokens/token-storms.test.ts",
  "test/journeys/chaos-directory.test.ts",
  "test/journeys/chaos-each.test.ts",
  "test/journeys/chaos.test.ts",
  "test/package.test.ts",
  "test/redis/redis.test.ts",
  "test/testing/command/command.test.ts",
  "test/testing/directory/directory.test.ts",
  "test/testing/directory/relations.test.ts",
  "test/testing/graph/delta-relations.test.ts",
  "test/testing/graph/delta.test.ts",
  "test/testing/graph/paging.test.ts",
  "test/testing/graph/permissions.test.ts",
  "test/testing/graph/query/filter-table.test.ts",
  "test/testing/graph/query/filter.test.ts",
  "test/testing/odd-requests.test.ts",
];

/** `--mode slow` runs what is long by nature: bundlers, browsers, programs of others, long proofs. */
export default defineConfig(({ mode }) => ({
  resolve: {
    alias: [
      { find: /^graph-app-identity$/, replacement: source("./src/index.ts") },
      { find: /^graph-app-identity\/testing$/, replacement: source("./src/testing/index.ts") },
      { find: /^graph-app-identity\/opentelemetry$/, replacement: source("./src/opentelemetry.ts") },
      { find: /^graph-app-identity\/redis$/, replacement: source("./src/redis.ts") },
    ],
  },
  test: {
    ...(mode === "slow"
      ? {
          include: ["test/**/*.slow.test.ts", ...tried],
          exclude: ["**/node_modules/**"],
          testTimeout: 180_000,
          hookTimeout: 300_000,
        }
      : {
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/**/*.slow.test.ts"],
          // Far above what any takes: a busy machine takes its time.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        }),
    expect: { poll: { timeout: 15_000, interval: 5 } },
    maxWorkers: "100%",
    // Loading the same modules for each file would take longer than most of the files do.
    isolate: mode === "slow",
    // Programs that tests start get the package as it was built, which starts in half the time.
    env: {
      TSX_TSCONFIG_PATH: source("./test/tsconfig.built.json"),
      THOROUGH: mode === "slow" ? "yes" : "no",
    },
    coverage: {
      provider: "v8",
      include: ["src/**"],
      // It runs in a browser, where its tests look at it.
      exclude: ["src/testing/console/**"],
      reporter: ["text-summary"],
      // What there was when the threshold was set: a change may raise it.
      thresholds: { statements: 94, branches: 91, functions: 96, lines: 94 },
    },
  },
}));
