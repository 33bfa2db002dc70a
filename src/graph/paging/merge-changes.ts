import { AppIdentityError } from "../../errors.js";
import type { GraphPage } from "./request-page.js";

/** What happened to one object. */
export interface ObjectChange {
  /** What is known of it now; of one that was removed, its id alone. */
  value: { id: string };
  /** What happened to its relations that are watched; one that isn't here may be unchanged, or untold. */
  relations: Readonly<Record<string, RelationChange>>;
  /** `changed` can be restored from the recycle bin, `deleted` can't. */
  removed?: "changed" | "deleted";
  /** Stands on the first change after Graph asked to begin anew. */
  reset?: true;
}

/** Who came into a relation of an object and who left it. The same may be told again. */
export interface RelationChange {
  added: RelatedObject[];
  removed: RelatedObject[];
}

/** One end of a relation. */
export interface RelatedObject {
  id: string;
  /** Its kind, such as `user` or `group`, where Graph says it. */
  type?: string;
}

/** What is known of one object so far. */
interface Known {
  value: Record<string, unknown> & { id: string };
  relations: Map<string, Map<string, { type: string | undefined; isRemoved: boolean }>>;
  removed: "changed" | "deleted" | undefined;
}

/**
 * One change per object of a page, where the last word on it stood: what comes later adds to what came before, or takes its
 * place where the object was removed. So it is within its relations.
 * @throws AppIdentityError `invalid_response` for something without an id
 */
export function mergeChanges(entries: GraphPage["value"]): ObjectChange[] {
  const objects = new Map<string, Known>();
  for (const { "@removed": reason, ...entry } of entries.map(ownOf)) {
    const id = idOf(entry);
    const before = objects.get(id);
    // Deleted first, so that it moves to the end.
    objects.delete(id);
    if (reason !== undefined) {
      objects.set(id, { value: { id }, relations: new Map(), removed: isRestorable(reason) ? "changed" : "deleted" });
      continue;
    }
    const known = before && !before.removed ? before : { value: { id }, relations: new Map(), removed: undefined };
    objects.set(id, known);
    for (const [name, content] of Object.entries(entry)) {
      if (name.endsWith("@delta")) addRelated(known, name.slice(0, -"@delta".length), content);
      else
        Object.defineProperty(known.value, name, {
          value: content,
          enumerable: true,
          configurable: true,
          writable: true,
        });
    }
  }
  return [...objects.values()].map(({ value, relations, removed }) => {
    return {
      value,
      ...(removed && { removed }),
      relations: Object.fromEntries([...relations].map(([name, ends]) => [name, changeOf(ends)])),
    };
  });
}

function addRelated({ relations }: Known, name: string, content: unknown): void {
  if (!Array.isArray(content)) throw invalid(`"${name}" as a change that is no list`);
  const ends = relations.get(name) ?? new Map();
  relations.set(name, ends);
  for (const item of content.map(ownOf)) {
    const id = idOf(item);
    const type = item["@odata.type"];
    ends.delete(id);
    ends.set(id, {
      type: typeof type === "string" ? type.replace(/^#microsoft\.graph\./, "") : undefined,
      isRemoved: item["@removed"] !== undefined,
    });
  }
}

function changeOf(ends: ReadonlyMap<string, { type: string | undefined; isRemoved: boolean }>): RelationChange {
  const change: RelationChange = { added: [], removed: [] };
  for (const [id, { type, isRemoved }] of ends) {
    change[isRemoved ? "removed" : "added"].push({ id, ...(type !== undefined && { type }) });
  }
  return change;
}

/** What an entry has itself, not what a stranger wrote to the prototype of all objects. */
function ownOf(entry: object): Record<string, unknown> {
  return Object.assign(Object.create(null), entry);
}

function idOf({ id }: Record<string, unknown>): string {
  if (typeof id === "string" && id !== "") return id;
  throw invalid("a change of something without an id");
}

function isRestorable(removed: unknown): boolean {
  return (removed as { reason?: unknown } | null)?.reason === "changed";
}

function invalid(what: string): AppIdentityError {
  return new AppIdentityError("invalid_response", `Graph reported ${what}.`, {
    remedy: "Try again later; if it stays, report the request id to Microsoft.",
  });
}
