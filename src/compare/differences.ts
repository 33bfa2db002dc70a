import type { Form } from "./form.js";
import type { Shape } from "./shape.js";

/** One place where two answers aren't alike. */
export interface Difference {
  where: string;
  given: string;
  embedded: string;
}

/** Where a tenant's answer isn't like the embedded tenant's. What a shape doesn't tell isn't compared. */
export function differences(given: Shape, embedded: Shape): Difference[] {
  const found: Difference[] = [];
  const differ = (where: string, a: unknown, b: unknown) => {
    if (a !== b) found.push({ where, given: said(a), embedded: said(b) });
  };
  differ("status", given.status, embedded.status);
  if (given.contentType !== undefined) differ("content type", given.contentType, embedded.contentType);
  // What one refuses and the other answers differs in everything else as a matter of course.
  if (given.status !== embedded.status) return found;
  if (given.headers !== undefined) compareNames("header", given.headers, embedded.headers ?? [], found);
  if (given.headers !== undefined || given.units !== undefined) differ("resource units", given.units, embedded.units);
  differ("error code", given.error?.code, embedded.error?.code);
  differ("error message", given.error?.message, embedded.error?.message);
  if (given.body === undefined) return found;
  differ("context", given.context, embedded.context);
  compareLinks(given, embedded, differ);
  if (pageMatters(given, embedded)) differ("page", given.page, embedded.page);
  compareForms("", given.body, embedded.body ?? "nothing", found);
  return found;
}

function compareLinks(given: Shape, embedded: Shape, differ: (where: string, a: unknown, b: unknown) => void): void {
  for (const [name, link] of Object.entries(given.links ?? {})) {
    // Whether there is more depends on how many there are.
    if (embedded.links?.[name] !== undefined) differ(name, link, embedded.links[name]);
  }
  const linked = ({ links }: Shape) => links !== undefined;
  if (linked(given) !== linked(embedded) && given.page === undefined) differ("link", linked(given), linked(embedded));
}

/** A page is short, too, where there are no more; it mustn't be where a link follows, nor longer than asked. */
function pageMatters(given: Shape, embedded: Shape): boolean {
  return (
    given.page === "long" || embedded.page === "long" || (given.links !== undefined && embedded.links !== undefined)
  );
}

function compareNames(what: string, given: readonly string[], embedded: readonly string[], found: Difference[]): void {
  for (const name of given) {
    if (!embedded.includes(name)) found.push({ where: `${what} ${name}`, given: "there", embedded: "missing" });
  }
  for (const name of embedded) {
    if (!given.includes(name)) found.push({ where: `${what} ${name}`, given: "missing", embedded: "there" });
  }
}

function compareForms(path: string, given: Form, embedded: Form, found: Difference[]): void {
  if (typeof given === "object" && "list" in given && typeof embedded === "object" && "list" in embedded) {
    for (const [kind, form] of Object.entries(given.list)) {
      const other = embedded.list[kind];
      if (other !== undefined) compareForms(`${path}[${kind}]`, form, other, found);
    }
    return;
  }
  if (typeof given === "object" && "object" in given && typeof embedded === "object" && "object" in embedded) {
    compareFields(path, given.object, embedded.object, found);
    return;
  }
  const [a, b] = [kindsOf(given), kindsOf(embedded)];
  const alike = a.length === 0 || b.length === 0 || a.some((kind) => b.includes(kind));
  if (!alike) found.push({ where: `${path} type`, given: a.join("|"), embedded: b.join("|") });
}

function compareFields(
  path: string,
  given: Record<string, Form>,
  embedded: Record<string, Form>,
  found: Difference[],
): void {
  const there = Object.keys(given).filter((name) => !name.endsWith("?"));
  const here = Object.keys(embedded).filter((name) => !name.endsWith("?"));
  const optional = (fields: Record<string, Form>, name: string) => `${name}?` in fields;
  compareNames(
    `${path} field`.trim(),
    there.filter((name) => !optional(embedded, name)).filter(isCompared),
    here.filter((name) => !optional(given, name)).filter(isCompared),
    found,
  );
  const common = there.filter((name) => here.includes(name));
  const order = here.filter((name) => there.includes(name));
  if (common.join() !== order.join()) {
    found.push({ where: `${path} order of fields`.trim(), given: common.join(), embedded: order.join() });
  }
  for (const name of common) {
    compareForms(path === "" ? name : `${path}.${name}`, given[name] as Form, embedded[name] as Form, found);
  }
}

/** Links have been compared, and whether there is one depends on how much there is. */
const isCompared = (name: string) => !/^@odata\.(next|delta)Link$/.test(name);

/** Kinds of a value; none where it was null or empty all along, which says nothing. */
function kindsOf(form: Form): string[] {
  if (typeof form !== "string") return ["object" in form ? "object" : "list"];
  return form.split("|").filter((kind) => kind !== "null");
}

const said = (value: unknown) => (value === undefined ? "none" : String(value));
