import type { Kind } from "../../directory/collection.js";
import { nothing, type ObjectRef, type ObjectSet } from "../../directory/object-set.js";
import type { Population } from "../../directory/population.js";
import type { PathSegment } from "../address.js";
import type { Asked } from "../asked.js";
import { authorize, canRead, neededToRead } from "../permissions.js";
import { unsupportedQuery } from "../refusal.js";
import { notFound } from "../reply.js";
import type { Route } from "../routes.js";
import type { EndpointContext } from "./endpoint-context.js";

const listed: readonly Kind[] = [
  "users",
  "groups",
  "applications",
  "servicePrincipals",
  "administrativeUnits",
  "devices",
];

/**
 * What was deleted and could be restored; the type belongs to the address.
 * @see https://learn.microsoft.com/graph/api/directory-deleteditems-list
 */
export function deletedItemRoutes({ directory, paths }: EndpointContext): Route[] {
  const { populations } = directory;
  const base = "directory/deletedItems";
  const get = (path: string, answer: Route["answer"]): Route => ({
    method: "GET",
    path: `${base}${path}`,
    authorizes: true,
    answer,
  });

  const ofKind = (kind: Kind): Route[] => {
    const population = populations[kind];
    const path = `/microsoft.graph.${population.entity}`;
    const allowed = (asked: Asked) => authorize(asked.caller, neededToRead(population));
    return [
      get(path, (asked) => {
        allowed(asked);
        return paths.list(asked, deleted(population), { context: population.name });
      }),
      get(`${path}/$count`, (asked) => {
        allowed(asked);
        return paths.count(asked, deleted(population));
      }),
    ];
  };

  function find({ text }: PathSegment): ObjectRef {
    for (const kind of listed) {
      const key = populations[kind].restorable(text);
      if (key !== undefined) return { collection: populations[kind], key };
    }
    throw notFound(text);
  }

  return [
    get("", () => {
      throw unsupportedQuery("Deleted items are listed by type, as in /directory/deletedItems/microsoft.graph.user.");
    }),
    ...listed.flatMap(ofKind),
    get("/{id}", (asked, segment) => {
      const any = listed.find((kind) => canRead(asked.caller, populations[kind])) ?? "users";
      authorize(asked.caller, neededToRead(populations[any]));
      const object = find(segment);
      authorize(asked.caller, neededToRead(object.collection));
      return paths.single(asked, object, "directoryObjects", true);
    }),
  ];
}

/** Those of a kind, in the order in which they went. */
function deleted(population: Population): ObjectSet {
  const keys = [...population.removed].filter(([, { reason }]) => reason === "changed").map(([key]) => key);
  return {
    end: keys.length,
    generated: 0,
    collections: [population],
    count: keys.length,
    next: (position) => position,
    at(position) {
      const key = keys[position];
      return key === undefined ? undefined : { collection: population, key };
    },
    has: ({ collection, key }) => collection === population && keys.includes(key),
    only: (kinds) => (kinds.includes(population.kind) ? deleted(population) : nothing),
  };
}
