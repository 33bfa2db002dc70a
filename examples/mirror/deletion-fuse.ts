/**
 * The fuse: a mirror that follows whatever it is told would empty itself by somebody's mistake, in the directory or in an app's
 * permissions. Above both of these limits, a round's removals of one kind need somebody's word.
 */
import type { Queries } from "../database.js";
import { type Effects, type Kind, kinds } from "./apply-changes.js";

const mostRemovals = 50;
const mostPercent = 10;

/** What comes next would remove too much in one round. Nothing of it is stored. */
export class TooManyRemovalsError extends Error {
  override readonly name = "TooManyRemovalsError";

  constructor(
    readonly kind: Kind,
    /** Of this round, with those to come. */
    readonly removals: number,
    /** That there were before they began. */
    readonly rows: number,
    /** Some that would go: names, or ids. */
    readonly examples: readonly string[],
  ) {
    const percent = Math.floor((1_000 * removals) / rows) / 10;
    super(
      `This round would remove ${removals} of ${rows} ${kind} (${percent} %), and stops at more than ${mostRemovals} and ${mostPercent} %.`,
    );
  }
}

/**
 * Looks at all that a round has removed, what is about to be committed included. To be asked within that transaction, in which
 * nobody else may remove anything.
 * @throws TooManyRemovalsError
 */
export async function checkRemovals({ query }: Queries, tenant: string, next: Effects): Promise<void> {
  const sums = kinds.map((kind) => `sum(${kind})::int as ${kind}, sum(${kind}_removed)::int as ${kind}_removed`);
  const { rows } = await query<Record<string, number>>(
    `select ${sums.join()} from mirror_streams where tenant = $1 and not (select removals_allowed from mirror_tenants where tenant = $1)`,
    [tenant],
  );
  for (const kind of kinds) {
    const removals = rows[0]?.[`${kind}_removed`] ?? 0;
    const before = (rows[0]?.[kind] ?? 0) + removals;
    if (next[kind].removed === 0 || removals <= mostRemovals || removals <= (mostPercent / 100) * before) continue;
    throw new TooManyRemovalsError(kind, removals, before, next[kind].examples);
  }
}
