import { meant } from "../nearest-name.js";

/** What may stand at a place of `emulator.json`. What checks it and its JSON schema both come from this. */
export type Form = { about?: string } & (
  | { kind: "text"; pattern?: RegExp }
  | { kind: "time" }
  | { kind: "flag" }
  | { kind: "number"; least: number; most: number; whole?: true }
  | { kind: "choice"; of: readonly string[] }
  | { kind: "list"; of: Form }
  /** Any of them. */
  | { kind: "either"; of: readonly Form[] }
  | { kind: "object"; fields: Readonly<Record<string, Form>>; required?: readonly string[] }
  /** An object with names of its own, of which some are known. */
  | { kind: "record"; of: Form; names?: readonly string[] }
  | { kind: "anything" }
);

/** A file that can't be meant so; its message begins with the place. */
export class StateFault extends Error {}

/** Runs what may fail, and says where in the file. */
export function at<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StateFault || !(error instanceof Error)) throw error;
    throw new StateFault(`${place}: ${error.message}`);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** In words, for whoever wrote the file. */
function expected(form: Form): string {
  switch (form.kind) {
    case "text":
      return form.about ?? "a text with something in it";
    case "time":
      return "a date and time such as 2027-01-01T00:00:00Z";
    case "flag":
      return "true or false";
    case "number":
      return `a ${form.whole ? "whole " : ""}number from ${form.least} to ${form.most}`;
    case "choice":
      return `one of ${form.of.join(", ")}`;
    case "list":
      return "a list";
    case "either":
      return form.of.map(expected).join(" or ");
    case "object":
    case "record":
      return "an object";
    case "anything":
      return "anything";
  }
}

/** One plain case for each kind, which makes them many. */
function fits(value: unknown, form: Form): boolean {
  switch (form.kind) {
    case "text":
      return typeof value === "string" && value.trim() !== "" && (form.pattern?.test(value) ?? true);
    case "time":
      return typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value));
    case "flag":
      return typeof value === "boolean";
    case "number":
      return (
        typeof value === "number" &&
        value >= form.least &&
        value <= form.most &&
        (!form.whole || Number.isInteger(value))
      );
    case "choice":
      return form.of.includes(value as string);
    case "list":
      return Array.isArray(value);
    case "either":
      return form.of.some((each) => fits(value, each));
    case "object":
    case "record":
      return isObject(value);
    case "anything":
      return true;
  }
}

/** `directory.users[3].manager` */
const below = (place: string, name: string | number) =>
  typeof name === "number" ? `${place}[${name}]` : place === "" ? name : `${place}.${name}`;

/**
 * Whether a value is what its form says, to the last field.
 * @throws StateFault that names the first place that isn't, and what was meant
 */
export function checkForm(value: unknown, form: Form, place = ""): void {
  if (!fits(value, form)) throw new StateFault(`${place || "The file"} must be ${expected(form)}.`);
  if (form.kind === "either") {
    checkForm(value, form.of.find((each) => fits(value, each))!, place);
  } else if (form.kind === "list") {
    for (const [index, each] of (value as unknown[]).entries()) checkForm(each, form.of, below(place, index));
  } else if (form.kind === "record") {
    for (const [name, each] of Object.entries(value as object)) checkForm(each, form.of, below(place, name));
  } else if (form.kind === "object") {
    for (const [name, each] of Object.entries(value as object)) {
      const known = Object.hasOwn(form.fields, name) ? form.fields[name] : undefined;
      if (!known) throw new StateFault(`There is no ${below(place, name)}. ${meant(name, Object.keys(form.fields))}`);
      checkForm(each, known, below(place, name));
    }
    for (const name of form.required ?? []) {
      if (!Object.hasOwn(value as object, name)) throw new StateFault(`${below(place, name)} is missing.`);
    }
  }
}

/** The same for editors, as JSON schema (draft 7). */
export function schemaOf({ about, ...form }: Form): Record<string, unknown> {
  return { ...(about !== undefined && { description: about }), ...ofKind(form as Form) };
}

function ofKind(form: Form): Record<string, unknown> {
  switch (form.kind) {
    case "text":
      return { type: "string", minLength: 1, ...(form.pattern && { pattern: form.pattern.source }) };
    case "time":
      return { type: "string", format: "date-time" };
    case "flag":
      return { type: "boolean" };
    case "number":
      return { type: form.whole ? "integer" : "number", minimum: form.least, maximum: form.most };
    case "choice":
      return { enum: form.of };
    case "list":
      return { type: "array", items: schemaOf(form.of) };
    case "either":
      return { anyOf: form.of.map(schemaOf) };
    case "record":
      return {
        type: "object",
        ...(form.names && { properties: Object.fromEntries(form.names.map((name) => [name, schemaOf(form.of)])) }),
        additionalProperties: schemaOf(form.of),
      };
    case "anything":
      return {};
    case "object":
      return {
        type: "object",
        properties: Object.fromEntries(Object.entries(form.fields).map(([name, field]) => [name, schemaOf(field)])),
        additionalProperties: false,
        ...(form.required && { required: form.required }),
      };
  }
}
