import type { Collection } from "./collection.js";
import type { GraphQuery } from "./query.js";

/** Writes one member of a collection as JSON: the hot path of the emulator, a thousand times a page. */
export function writeMember(collection: Collection, query: GraphQuery): (key: number) => string {
  const properties = query.select ?? collection.defaults;
  const names = properties.map((property, index) => `${index === 0 ? "" : ","}"${property}":`);
  return (key) => {
    let text = "{";
    for (let index = 0; index < properties.length; index += 1) {
      text += names[index]! + JSON.stringify(collection.read(key, properties[index]!));
    }
    return `${text}}`;
  };
}
