import { GraphRefusal } from "./refusal.js";

const docs = "https://github.com/microsoftgraph/microsoft-graph-docs";

/** Refusals of Graph in its own words, with who wrote them down, and when. `{}` stands for what differs. */
const recorded = {
  countHeader: {
    status: 400,
    code: "Request_BadRequest",
    message: "$count is not currently supported.",
    source: "https://learn.microsoft.com/graph/aad-advanced-queries (2021-05-18, in the page of 2023-04-14)",
  },
  searchHeader: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message:
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    source: "https://learn.microsoft.com/graph/aad-advanced-queries (2021-05-27, in the page of 2023-04-14)",
  },
  castPageHeader: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message: "Invalid search request.",
    source: `${docs}/issues/18514 (2022-09)`,
  },
  levelsOfList: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message:
      "Transitive manager's list is only supported on a single user, send the $expand request on /users/{id} endpoint",
    source: `${docs}/issues/18615 (2022-09)`,
  },
  untracked: {
    status: 501,
    code: "NotImplemented",
    message: "This operation target is not yet supported.",
    source: "https://learn.microsoft.com/graph/delta-query-overview (2022-08-12)",
  },
  batchFormat: {
    status: 400,
    code: "BadRequest",
    message: "Invalid batch payload format.",
    source: "https://github.com/bradleymarques/microslop_one_drive test/fixtures/batch (2026-02-20)",
  },
  batchId: {
    status: 400,
    code: "BadRequest",
    message: "Request Id {} has to be unique in a batch.",
    source: "https://github.com/bradleymarques/microslop_one_drive test/fixtures/batch (2026-02-20)",
  },
  batchSize: {
    status: 400,
    code: "BadRequest",
    message: "Number of requests inside batch exceed the limit",
    source: "a PowerShell module that seeds tenants, verified live (2026); the code isn't told",
  },
} as const satisfies Record<string, Readonly<Record<"code" | "message" | "source", string> & { status: number }>>;

/** @param value what stands where the words leave room */
export function recordedRefusal(name: keyof typeof recorded, value = ""): GraphRefusal {
  const { status, code, message } = recorded[name];
  return new GraphRefusal(
    status,
    code,
    message.replace("{}", () => value),
  );
}
