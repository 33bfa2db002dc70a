/** On the prototype of our errors, in every copy of this package. */
export const brand = Symbol.for("graph-app-identity.error");

export function hasBrand(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}
