/** A value's form: its kind, or that of what it holds. */
export type Form = string | { object: Record<string, Form> } | { list: Record<string, Form> };

/** Stands for what isn't Microsoft's. */
export const own = "(own)";

/** What holds more is no answer of the services'. */
const deepest = 30;

/** Whatever these hold is named by its owner. */
const owners = new Set(["customSecurityAttributes", "extensions"]);
const ofAnnotations = /^@odata\.[a-z]+$/i;

/** The form of a value. Objects of a list are told by their type; what not all of them have is marked as optional. */
export function formOf(value: unknown, isName: RegExp, depth = 0): Form {
  if (value === null) return "null";
  if (typeof value === "object" && depth > deepest) return "deep";
  if (Array.isArray(value)) return { list: listForm(value, isName, depth + 1) };
  if (typeof value === "object") {
    const nameOf = (name: string) => (isName.test(name) ? name : own);
    const fields = Object.entries(value).map(([name, held]) => [
      nameOf(name),
      formOf(held, owners.has(name) ? ofAnnotations : isName, depth + 1),
    ]);
    return { object: Object.fromEntries(fields) };
  }
  return typeof value === "string" ? textForm(value) : typeof value;
}

function listForm(items: readonly unknown[], isName: RegExp, depth: number): Record<string, Form> {
  const kinds: Record<string, Form> = {};
  for (const item of items) {
    const type = (item as Record<string, unknown> | null)?.["@odata.type"];
    const kind = typeof type === "string" && /^#microsoft\.graph\.\w+$/.test(type) ? type : "items";
    const form = formOf(item, isName, depth);
    kinds[kind] = kinds[kind] === undefined ? form : merged(kinds[kind], form);
  }
  return kinds;
}

function merged(a: Form, b: Form): Form {
  if (typeof a === "string" && typeof b === "string") {
    return [...new Set([...a.split("|"), ...b.split("|")])].sort().join("|");
  }
  if (typeof a === "object" && "object" in a && typeof b === "object" && "object" in b) {
    return { object: mergedFields(a.object, b.object) };
  }
  if (typeof a === "object" && "list" in a && typeof b === "object" && "list" in b) {
    const kinds = { ...a.list };
    for (const [kind, form] of Object.entries(b.list)) {
      kinds[kind] = kinds[kind] === undefined ? form : merged(kinds[kind], form);
    }
    return { list: kinds };
  }
  // Null beside an object: what it holds says more.
  return typeof a === "string" ? b : a;
}

function mergedFields(a: Record<string, Form>, b: Record<string, Form>): Record<string, Form> {
  const bare = (name: string) => name.replace(/\?$/, "");
  const inB = new Map(Object.entries(b).map(([name, form]) => [bare(name), { name, form }]));
  const fields: [string, Form][] = Object.entries(a).map(([name, form]) => {
    const other = inB.get(bare(name));
    inB.delete(bare(name));
    if (other === undefined) return [`${bare(name)}?`, form];
    return [name.endsWith("?") ? name : other.name, merged(form, other.form)];
  });
  for (const [name, { form }] of inB) fields.push([`${name}?`, form]);
  return Object.fromEntries(fields);
}

/**
 * Names of fields. With an underscore, with a hyphen but for a request's id, or with a dot outside of an annotation, those of Graph are
 * somebody's: an extension's, under its owner's name or domain.
 */
export const graphs =
  /^(?=.{1,80}$)(?:[A-Za-z][A-Za-z0-9]*|(?:client-)?request-id)?(?:@(?:odata\.|microsoft\.graph\.)?[A-Za-z.]+)?$/;
export const entras = /^[a-z][a-z0-9_]{0,60}$/;

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function textForm(text: string): string {
  if (guid.test(text)) return "guid";
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.test(text)) return "dateTime";
  return /^https?:\/\//.test(text) ? "address" : "text";
}
