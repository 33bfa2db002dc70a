import { isGraphsWord } from "../graph/requests/path-template.js";
import { templateOf } from "./message-template.js";
import type { Probe } from "./probe.js";

/** What an answer is like. None of its values is in it. */
export interface Shape {
  status: number;
  contentType?: string;
  /** Names, sorted. */
  headers?: string[];
  /** What Graph counts for it. */
  units?: number;
  /** Code and message of a refusal; what belongs to somebody is left out of both. */
  error?: { code: string; message: string };
  /** With ids and lists of names left out. */
  context?: string;
  /** Links by their field: the path, and the names of the parameters. */
  links?: Record<string, string>;
  /** How much of what `$top` asked for came. */
  page?: "empty" | "short" | "full" | "long";
  body?: Form;
}

/** A value's form: its kind, or that of what it holds. */
export type Form = string | { object: Record<string, Form> } | { list: Record<string, Form> };

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** Those of the way, and those that say when. */
const transport = new Set(
  `date connection keep-alive transfer-encoding content-length content-encoding content-type vary age via alt-svc
  strict-transport-security set-cookie server`.split(/\s+/),
);
const known =
  /^(x-ms-|odata-|cache-control$|pragma$|expires$|p3p$|x-content-type-options$|nel$|report-to$|www-authenticate$|request-id$|client-request-id$|location$|retry-after$|preference-applied$|link$|access-control-)/;

/** What an answer is like. `words` are those that messages may keep. */
export function shapeOf(
  { status, headers, text }: Answer,
  { path, service }: Probe,
  words: ReadonlySet<string>,
): Shape {
  const body = parsed(text);
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const units = headers.get("x-ms-resource-unit");
  const error = errorIn(fields, words);
  const context = fields["@odata.context"];
  const links = linksIn(fields);
  const page = pageOf(fields.value, path);
  return {
    status,
    contentType: (headers.get("content-type") ?? "none").replace(/\s/g, "").toLowerCase(),
    headers: [...headers.keys()]
      .filter((name) => !transport.has(name))
      .map((name) => (known.test(name) ? name : own))
      .sort(),
    ...(units !== null && { units: Number(units) }),
    ...(error && { error }),
    ...(typeof context === "string" && { context: addressForm(context) }),
    ...(links && { links }),
    ...(page && { page }),
    body:
      body === undefined ? (text === "" ? "nothing" : "no JSON") : formOf(body, service === "login" ? entras : graphs),
  };
}

/** Stands for what isn't Microsoft's. */
const own = "(own)";

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorIn(fields: Record<string, unknown>, words: ReadonlySet<string>): Shape["error"] {
  const { error, error_description: description, error_codes: codes } = fields;
  if (typeof error === "string") {
    const numbers = Array.isArray(codes) ? codes.filter(Number.isInteger).join(" ") : "";
    return { code: `${codeForm(error)} ${numbers}`.trim(), message: templateOf(description, words) };
  }
  if (typeof error !== "object" || error === null) return undefined;
  const { code, message } = error as Record<string, unknown>;
  return { code: codeForm(code), message: templateOf(message, words) };
}

const codeForm = (code: unknown) => (/^[A-Za-z][\w.]{1,80}$/.test(String(code)) ? String(code) : own);

function linksIn(fields: Record<string, unknown>): Record<string, string> | undefined {
  const links = Object.entries(fields).filter(([name]) => /^@odata\.(next|delta)Link$/.test(name));
  return links.length === 0
    ? undefined
    : Object.fromEntries(links.map(([name, link]) => [name, addressForm(String(link))]));
}

const parameter = /^\$?(top|skip|select|filter|expand|orderby|search|count|format|skiptoken|deltatoken)$/i;

/** An address with its host, its ids and its values left out. */
function addressForm(address: string): string {
  if (!URL.canParse(address)) return own;
  const { pathname, search, hash } = new URL(address);
  const names = [...new URLSearchParams(search).keys()].map((name) => (parameter.test(name) ? name : own));
  return `${pathForm(pathname)}${names.length > 0 ? `?${names.join("&")}` : ""}${contextForm(hash)}`;
}

const pathForm = (path: string) =>
  path
    .split("/")
    .map((segment) => (segment === "" || isServices(segment) ? segment : "{id}"))
    .join("/");

/** `#users('ada')/manager(id,mail)/$entity` → `#users({id})/manager(…)/$entity`. */
function contextForm(hash: string): string {
  return decodeURIComponent(hash)
    .replace(/\('[^']*'\)/g, "()")
    .replace(/\([^()]*\)/g, (list) => (list === "()" ? list : "(…)"))
    .replace(/[^/#()…]+/g, (word) => (isServices(word) ? word : "{id}"));
}

const isServices = (word: string) =>
  isGraphsWord(word) || /^(\$metadata|\$entity|\$delta|Collection|Edm\.\w+)$/.test(word);

function pageOf(value: unknown, path: string): Shape["page"] {
  const top = Number(/[?&]\$top=(\d+)/.exec(path)?.[1]);
  if (!Array.isArray(value) || !top) return undefined;
  if (value.length === 0) return "empty";
  return value.length === top ? "full" : value.length < top ? "short" : "long";
}

/** The form of a value. Objects of a list are told by their type; what not all of them have is marked as optional. */
function formOf(value: unknown, isName: RegExp): Form {
  if (value === null) return "null";
  if (Array.isArray(value)) return { list: listForm(value, isName) };
  if (typeof value === "object") {
    const fields = Object.entries(value).map(([name, held]) => [isName.test(name) ? name : own, formOf(held, isName)]);
    return { object: Object.fromEntries(fields) };
  }
  return typeof value === "string" ? textForm(value) : typeof value;
}

function listForm(items: readonly unknown[], isName: RegExp): Record<string, Form> {
  const kinds: Record<string, Form> = {};
  for (const item of items) {
    const type = (item as Record<string, unknown> | null)?.["@odata.type"];
    const kind = typeof type === "string" && /^#microsoft\.graph\.\w+$/.test(type) ? type : "items";
    const form = formOf(item, isName);
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

/** Names of fields. With an underscore those of Graph are somebody's: an extension's, under its owner's name. */
const graphs = /^[A-Za-z@][A-Za-z0-9.@-]{0,60}$/;
const entras = /^[a-z][a-z0-9_]{0,60}$/;

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function textForm(text: string): string {
  if (guid.test(text)) return "guid";
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.test(text)) return "dateTime";
  return /^https?:\/\//.test(text) ? "address" : "text";
}
