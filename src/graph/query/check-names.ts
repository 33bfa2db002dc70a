import { nearestName } from "../../check-options.js";
import { refusal } from "../../refusal.js";
import type { CollectionRules } from "./collection-rules.js";

/** Everything in a query that names properties or relations. */
interface QueryNames {
  select: readonly string[] | undefined;
  orderBy: readonly string[] | undefined;
  expand: readonly string[] | undefined;
  /** The properties that the filter names. */
  filter: readonly string[] | undefined;
}

/**
 * Checks what a query names, before Graph is asked: spelling everywhere, and the names themselves where the
 * collection's are known. On beta there are more names than anybody has listed.
 * @throws AppIdentityError `invalid_query`
 */
export function checkNames(
  { select = [], orderBy = [], expand = [], filter = [] }: QueryNames,
  rules: CollectionRules,
  version: string,
): void {
  if (version === "beta") rules = { ...rules, properties: undefined };
  const { listable = [], unlistable = [], relations = [] } = rules.properties ?? {};
  for (const name of select) checkSelected(name, rules);
  for (const clause of orderBy) {
    if (!/^[A-Za-z][\w./]*( asc| desc)?$/.test(clause)) {
      throw refusal(
        "invalid_query",
        `orderBy has ${JSON.stringify(clause)}.`,
        'Write "displayName" or "displayName desc", one per element.',
      );
    }
    checkKnown("orderBy", clause, listable, rules);
  }
  for (const clause of expand) checkKnown("expand", clause, relations, rules);
  for (const name of filter) checkKnown("filter", name, [...listable, ...unlistable, ...relations], rules);
}

function checkSelected(name: string, rules: CollectionRules): void {
  const { listable = [], unlistable = [], relations = [], one } = rules.properties ?? {};
  if (!/^[A-Za-z@][\w.@]*(\/[A-Za-z][\w.]*)*$/.test(name)) {
    throw refusal(
      "invalid_query",
      `select has ${JSON.stringify(name)}, which is no property name.`,
      "Give each name as its own element.",
    );
  }
  if (unlistable.includes(name)) {
    throw refusal(
      "invalid_query",
      `select has "${name}", which Graph returns of single objects only.`,
      `Read it from ${one}.`,
    );
  }
  if (relations.includes(name))
    throw refusal("invalid_query", `select has "${name}", which is a relation.`, "Name it in expand.");
  checkKnown("select", name, listable, rules);
}

/** Extensions (`extension_<app>_<name>`, `<domain>_<name>`) and annotations are known by their spelling alone. */
function checkKnown(
  where: string,
  path: string,
  known: readonly string[],
  { noun, properties }: CollectionRules,
): void {
  const name = path.split(/[/( ]/)[0]!;
  if (properties === undefined || /[_@$.]/.test(name)) return;
  if (known.some((other) => other.toLowerCase() === name.toLowerCase())) return;
  const nearest = nearestName(name, known);
  const hint = nearest ? `Did you mean "${nearest}"?` : `See ${properties.reference} for the names.`;
  throw refusal(
    "invalid_query",
    `${where} has "${name}", which ${noun} don't have in v1.0 as of ${properties.asOf}.`,
    `${hint} What is newer goes through listAll<T>(), or on a client with version: "beta".`,
  );
}
