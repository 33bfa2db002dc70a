/** The state of every tenant, and how it is shown to people. */
import type { FleetQueue } from "./queue.js";
import type { Roster, TenantReport } from "./roster.js";

/** What the roster says of a tenant, and where its job is on the queue, if it has one. */
export type TenantStatus = TenantReport & { queued: "active" | "waiting" | "delayed" | undefined };

export async function tenantStatus(roster: Roster, queue: FleetQueue): Promise<TenantStatus[]> {
  const places = ["active", "waiting", "delayed"] as const;
  const queued = new Map<string, TenantStatus["queued"]>();
  for (const place of places) for (const job of await queue.getJobs(place)) if (job?.id) queued.set(job.id, place);
  return (await roster.reports()).map((report) => ({ ...report, queued: queued.get(report.tenant) }));
}

/** A line for each tenant, and one that counts them by state. */
export function statusTable(rows: readonly TenantStatus[]): string {
  const cells = rows.map(({ tenant, state, queued, users, groups, memberships, completed, worker, due, error }) => [
    tenant,
    state,
    queued ?? "",
    String(users),
    String(groups),
    String(memberships),
    shortTime(completed),
    shortTime(due),
    worker ?? "",
    error ?? "",
  ]);
  const table = [
    ["tenant", "state", "queue", "users", "groups", "memberships", "completed", "due", "worker", "error"],
    ...cells,
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, summary(rows)].join("\n");
}

/** `12 done, 3 late: 4,500 users, 9,100 memberships` */
export function summary(rows: readonly TenantReport[]): string {
  const counts = new Map<string, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const sum = (kind: "users" | "memberships") => rows.reduce((total, row) => total + row[kind], 0).toLocaleString("en");
  const states = [...counts].map(([state, count]) => `${count} ${state}`).join(", ") || "no tenants";
  return `${states}: ${sum("users")} users, ${sum("memberships")} memberships`;
}

function shortTime(time: Date | null): string {
  return time ? `${time.toISOString().slice(5, 19).replace("T", " ")}` : "";
}
