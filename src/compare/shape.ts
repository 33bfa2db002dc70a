import { isGraphsWord } from "../graph/requests/path-template.js";
import { entras, type Form, formOf, graphs, own } from "./form.js";
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
    contentType: contentTypeForm(headers.get("content-type")),
    headers: [...headers.keys()]
      .filter((name) => !transport.has(name))
      .map((name) => (known.test(name) ? name : own))
      .sort(),
    ...(units !== null && Number.isInteger(Number(units)) && { units: Number(units) }),
    ...(error && { error }),
    ...(typeof context === "string" && { context: addressForm(context) }),
    ...(links && { links }),
    ...(page && { page }),
    body:
      body === undefined ? (text === "" ? "nothing" : "no JSON") : formOf(body, service === "login" ? entras : graphs),
  };
}

const typeParameter =
  /^(charset=utf-?8|odata\.(metadata|streaming)=\w{1,10}|ieee754compatible=(true|false)|type=\w{1,10})$/;

function contentTypeForm(header: string | null): string {
  const [type = "", ...parameters] = (header ?? "none").replace(/\s/g, "").toLowerCase().split(";");
  const bare = /^(none|(application|text|image|multipart)\/(json|html|plain|xml|jpeg|png|mixed|octet-stream))$/.test(
    type,
  );
  return [bare ? type : own, ...parameters.map((given) => (typeParameter.test(given) ? given : own))].join(";");
}

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
  return decoded(hash)
    .replace(/\('[^']*'\)/g, "()")
    .replace(/\([^()]*\)/g, (list) => (list === "()" ? list : "(…)"))
    .replace(/[^/#()…]+/g, (word) => (isServices(word) ? word : "{id}"));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return own;
  }
}

const isServices = (word: string) =>
  isGraphsWord(word) || /^(\$metadata|\$entity|\$delta|Collection|Edm\.\w+)$/.test(word);

function pageOf(value: unknown, path: string): Shape["page"] {
  const top = Number(/[?&]\$top=(\d+)/.exec(path)?.[1]);
  if (!Array.isArray(value) || !top) return undefined;
  if (value.length === 0) return "empty";
  return value.length === top ? "full" : value.length < top ? "short" : "long";
}
