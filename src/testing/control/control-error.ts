import { meant } from "../nearest-name.js";

const statuses = {
  invalid: 400,
  unauthorized: 401,
  foreign_page: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
} as const;

/** Why a call of the control API isn't done. */
export class ControlError extends Error {
  constructor(
    readonly code: keyof typeof statuses,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }

  get status(): number {
    return statuses[this.code];
  }
}

export const notFound = (what: string) => new ControlError("not_found", `There is no ${what}.`);

/** What a field may hold, and how that is said. */
const kinds = {
  text: [(value: unknown) => typeof value === "string" && value.trim() !== "", "a text with something in it"],
  texts: [
    (value: unknown) => Array.isArray(value) && value.every((each) => typeof each === "string" && each.trim() !== ""),
    "a list of texts",
  ],
  boolean: [(value: unknown) => typeof value === "boolean", "true or false"],
  number: [(value: unknown) => typeof value === "number" && Number.isFinite(value), "a number"],
  time: [(value: unknown) => typeof value === "string" && !Number.isNaN(Date.parse(value)), "a date and time"],
} as const satisfies Record<string, readonly [(value: unknown) => boolean, string]>;

export type FieldKind = keyof typeof kinds;

/**
 * The body of a call: known fields only, each of its kind.
 * @throws ControlError `invalid` that names the field
 */
export function checkFields(body: Readonly<Record<string, unknown>>, known: Readonly<Record<string, FieldKind>>): void {
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(known, name)) {
      throw new ControlError("invalid", `There is no field "${name}". ${meant(name, Object.keys(known))}`);
    }
    const [fits, expected] = kinds[known[name] as FieldKind];
    if (!fits(value)) throw new ControlError("invalid", `"${name}" must be ${expected}.`);
  }
}

/** @throws ControlError `invalid` when a field isn't there */
export function requireField(body: Readonly<Record<string, unknown>>, name: string): void {
  if (body[name] === undefined) throw new ControlError("invalid", `"${name}" is missing.`);
}
