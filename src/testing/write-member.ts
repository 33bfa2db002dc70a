import type { Collection } from "./collection.js";
import type { GraphQuery } from "./query.js";

/** Writes one member of a collection as JSON: the hot path of the emulator, a thousand times a page. */
export function memberWriter(
  collection: Collection,
  query: Pick<GraphQuery, "select" | "expand">,
): (key: number) => string {
  const properties = query.select ?? collection.defaults;
  const names = properties.map((property, index) => `${index === 0 ? "" : ","}"${property}":`);
  const expansions = query.expand.map(({ navigation, select }) => {
    const { many, keys } = collection.navigations[navigation]!;
    const write = memberWriter(collection, { select, expand: [] });
    const typed = (key: number) => `{"@odata.type":"#microsoft.graph.${collection.entity}",${write(key).slice(1)}`;
    return (key: number) => {
      const related = keys(key).map(typed);
      if (many) return `,"${navigation}":[${related.join(",")}]`;
      return related.length > 0 ? `,"${navigation}":${related[0]}` : "";
    };
  });
  return (key) => {
    const read = collection.member(key);
    let text = "{";
    for (let index = 0; index < properties.length; index += 1) {
      text += names[index]! + JSON.stringify(read(properties[index]!));
    }
    for (const expansion of expansions) text += expansion(key);
    return `${text}}`;
  };
}
