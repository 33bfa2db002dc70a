import { deserialize, serialize } from "node:v8";

/** A copy in depth. Jest's jsdom hides the runtime's `structuredClone`, of which this is the same algorithm. */
export function clone<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  return typeof structuredClone === "function" ? structuredClone(value) : deserialize(serialize(value));
}
