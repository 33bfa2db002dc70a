import type { Collection } from "../directory/collection.js";
import type { GraphQuery } from "./query/parse-query.js";

/** Makes of a member what the answer shows of it: the properties selected, or the default ones, and what is expanded. */
export function projection(
  collection: Collection,
  query: Pick<GraphQuery, "select" | "expand">,
): (key: number) => Record<string, unknown> {
  const properties = query.select ?? collection.defaults;
  const expansions = query.expand.map(({ navigation, select }) => {
    const { many, keys } = collection.navigations[navigation]!;
    const related = relatedProjection(collection, { select, expand: [] });
    return (key: number) => ({ navigation, value: many ? keys(key).map(related) : keys(key).map(related)[0] });
  });
  return (key) => {
    const read = collection.member(key);
    const shown: Record<string, unknown> = {};
    for (const property of properties) shown[property] = read(property);
    for (const expansion of expansions) {
      const { navigation, value } = expansion(key);
      shown[navigation] = value;
    }
    return shown;
  };
}

/** The same for members that are reached from others: their type isn't known from the path, so it is told. */
export function relatedProjection(
  collection: Collection,
  query: Pick<GraphQuery, "select" | "expand">,
): (key: number) => Record<string, unknown> {
  const project = projection(collection, query);
  return (key) => ({ "@odata.type": `#microsoft.graph.${collection.entity}`, ...project(key) });
}
