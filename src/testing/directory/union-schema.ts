import type { Collection, Schema } from "./collection.js";

/** What objects of several types can be asked: whatever one of the types knows. One type alone stands for itself. */
export function unionSchema(collections: readonly Collection[]): Schema {
  if (collections.length === 1) return collections[0]!;
  return {
    name: "directoryObjects",
    entity: "directoryObject",
    singleOnly: new Set(),
    foundBy: ["id", "userPrincipalName"],
    filterRules: Object.assign({}, ...collections.toReversed().map(({ filterRules }) => filterRules)),
    orderRules: { displayName: "advanced" },
    canonical(name) {
      for (const collection of collections) {
        const known = collection.canonical(name);
        if (known !== undefined) return known;
      }
      return undefined;
    },
  };
}
