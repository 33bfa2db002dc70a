import { badRequest } from "../refusal.js";

/** The parameters of an action. */
export function readParameters(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told with the rest.
  }
  throw badRequest(
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
  );
}

/** A list of texts among them. What is said to other values isn't recorded. */
export function textsIn(parameters: Record<string, unknown>, name: string): string[] {
  const value = parameters[name];
  if (Array.isArray(value) && value.every((text) => typeof text === "string")) return value;
  throw badRequest(`Invalid value specified for property '${name}'.`);
}
