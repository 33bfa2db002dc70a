import type { Collection } from "../directory/collection.js";
import { eachOf, type ObjectRef } from "../directory/object-set.js";
import { navigationNamed } from "../directory/relation-rules.js";
import type { Expansion, GraphQuery } from "./query/parse-query.js";
import type { View } from "./view.js";

type Shown = Record<string, unknown>;
type Project = (object: ObjectRef) => Shown;

/**
 * Makes of an object what the answer shows of it: the properties selected, or the default ones, and what is expanded.
 * @param typed where the type isn't known from the path, it is told
 */
export function projection(view: View, query: Pick<GraphQuery, "select" | "expand">, typed: boolean): Project {
  const byCollection = new Map<Collection, Project>();
  const make = (collection: Collection) => projectionOf(collection, view, query, typed);
  return (object) => {
    const project = byCollection.get(object.collection) ?? make(object.collection);
    byCollection.set(object.collection, project);
    return project(object);
  };
}

function projectionOf(
  collection: Collection,
  view: View,
  { select, expand }: Pick<GraphQuery, "select" | "expand">,
  typed: boolean,
): Project {
  const known = select?.filter((property) => collection.canonical(property) !== undefined);
  const named = known ?? collection.defaults;
  // The service tells whose sign-ins these are, asked or not.
  const properties = named.includes("signInActivity") ? [...new Set([...named, "id"])] : named;
  const type = `#microsoft.graph.${collection.entity}`;
  if (typed && !view.readable(collection)) return ({ key }) => limited(type, properties, collection.member(key)("id"));
  const expansions = expand.flatMap((expansion) => expander(collection, view, expansion) ?? []);
  return (object) => {
    const read = view.member(object);
    const shown: Shown = typed ? { "@odata.type": type } : {};
    for (const property of properties) {
      const value = read(property);
      if (value !== null || !property.includes("_")) shown[property] = value;
    }
    for (const add of expansions) add(object, shown);
    return shown;
  };
}

/**
 * What is shown of objects that the app can't read.
 * @see https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
 */
function limited(type: string, properties: readonly string[], id: unknown): Shown {
  const shown: Shown = { "@odata.type": type };
  for (const property of properties) shown[property] = property === "id" ? id : null;
  return shown;
}

/** `$expand` shows so many, and has no link to the others. */
const mostExpanded = (navigation: string) => (navigation === "registeredDevices" ? 100 : 20);

function expander(collection: Collection, view: View, expansion: Expansion) {
  const navigation = navigationNamed(collection.kind, expansion.navigation);
  if (!navigation) return undefined;
  const { name, many } = navigation;
  const { select, levels = 1 } = expansion;
  const deeper = levels > 1 ? [{ ...expansion, levels: levels - 1 }] : [];
  const project = projection(view, { select, expand: deeper }, true);
  return (object: ObjectRef, shown: Shown): void => {
    const found: Shown[] = [];
    for (const other of eachOf(view.related(object, navigation, true))) {
      found.push(project(other));
      if (!many || found.length === mostExpanded(name)) break;
    }
    shown[name] = many ? found : found[0];
  };
}
