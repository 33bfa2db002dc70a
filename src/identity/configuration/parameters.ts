import { readFileSync } from "node:fs";
// Under other names: bundles declare these in their banner.
import { basename, dirname as folderOf, resolve } from "node:path";
import { fileURLToPath as pathOf } from "node:url";
import { nearestName } from "../../check-options.js";
import { refusal } from "../../refusal.js";
import { decodeText } from "../decode-text.js";
import { unreadable } from "../given-path.js";
import { isPlaceholder } from "../placeholders.js";
import { jsonFault, lineAndColumn } from "./json-fault.js";

/**
 * What the `parameters.json` of Microsoft's daemon quickstart says. A field that is null, empty, or still holds the sample's text is left
 * out.
 * @see https://github.com/Azure-Samples/ms-identity-python-daemon
 */
export interface Parameters {
  readonly authority?: string;
  readonly oidcAuthority?: string;
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  readonly clientSecret?: () => string;
  readonly clientCertificate?: { readonly path: string; readonly thumbprint?: string };
  /** What to read: a full URL, of users or of something else. */
  readonly endpoint?: string;
  /** The fields, by their names in the file, that still hold the sample's text. */
  readonly unfilled: readonly string[];
  /** Name of the file, for messages. */
  readonly source: string;
}

const parametersFile = {
  code: "invalid_parameters",
  field: "The file of parameters",
  remedy: "Give the path of the file, and check that this process may read it.",
  instead: { "JSON text": "Give the path of the file; or what is in it as an object, JSON.parse(text)." },
} as const;

const fields = [
  "authority",
  "oidc_authority",
  "client_id",
  "scope",
  "secret",
  "thumbprint",
  "private_key_file",
  "endpoint",
];

/**
 * Reads the quickstart's `parameters.json`.
 * @param source Path of the file, or what is in it; then `private_key_file` is relative to the working directory.
 * @throws AppIdentityError `invalid_parameters`, with line and column where the file isn't JSON.
 * @example
 * const { endpoint } = readParameters("parameters.json");
 */
export function readParameters(source: string | URL | object): Parameters {
  const { name, folder, content } = load(source);
  checkNames(content, name);
  const unfilled: string[] = [];
  const read = (field: string): string | undefined => {
    const value = Object.hasOwn(content, field) ? content[field] : undefined;
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string")
      throw refusal(
        "invalid_parameters",
        `${name}: "${field}" is not a string.`,
        "Write its value in double quotes, or null.",
      );
    if (!isPlaceholder(value)) return value.trim() || undefined;
    unfilled.push(field);
    return undefined;
  };
  const secret = read("secret");
  const thumbprint = read("thumbprint");
  const keyFile = read("private_key_file");
  if (thumbprint !== undefined && keyFile === undefined) {
    throw refusal(
      "invalid_parameters",
      `${name}: there is a "thumbprint", but no "private_key_file".`,
      "Name the PEM file that holds the certificate's private key; its path is relative to this file.",
    );
  }
  // The sample names a key file as well, which says nothing while the thumbprint isn't filled in.
  const hasKey = keyFile !== undefined && !unfilled.includes("thumbprint");
  return dropUndefined({
    authority: read("authority"),
    oidcAuthority: read("oidc_authority"),
    clientId: read("client_id"),
    scopes: scopesOf(content.scope, name),
    clientSecret: secret === undefined ? undefined : () => secret,
    clientCertificate: hasKey ? dropUndefined({ path: resolve(folder, keyFile), thumbprint }) : undefined,
    endpoint: endpointOf(read("endpoint"), name),
    unfilled,
    source: name,
  });
}

function load(source: string | URL | object): { name: string; folder: string; content: Record<string, unknown> } {
  if (typeof source === "object" && !isUrl(source)) {
    return { name: "parameters", folder: ".", content: objectOf(source, "parameters") };
  }
  let path: string;
  let json: string;
  try {
    // Not a number: that would be read as a file descriptor, for as long as it stays open.
    path = isUrl(source) ? pathOf(source) : resolve(source);
    json = decodeText(readFileSync(path));
  } catch (cause) {
    throw unreadable({ ...parametersFile, path: isUrl(source) ? source.href : String(source) }, cause);
  }
  const name = basename(path);
  const fault = jsonFault(json);
  if (fault === undefined) return { name, folder: folderOf(path), content: objectOf(JSON.parse(json), name) };
  const { line, column } = lineAndColumn(json, fault);
  throw refusal("invalid_parameters", `${name} is not JSON: line ${line}, column ${column}.`, jsonAdvice(json, fault));
}

/** Not by its class: test runners have one of their own. */
function isUrl(source: string | URL | object): source is URL {
  const { href, protocol } = (source ?? {}) as Partial<URL>;
  return typeof href === "string" && typeof protocol === "string";
}

function jsonAdvice(json: string, fault: number): string {
  const rest = json.slice(fault);
  if (rest === "") return "It ends too early: close every brace, bracket and quote.";
  if (/^(\/[/*]|#)/.test(rest)) return "JSON has no comments: remove what begins there.";
  if (rest.startsWith("'")) return "Texts stand in double quotes.";
  if (/^[}\]]/.test(rest)) return "Remove the comma in front, or close what is open.";
  return 'A comma between two fields, a quote, or a colon is missing there, or a backslash isn\'t doubled ("C:\\\\key.pem").';
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refusal(
    "invalid_parameters",
    `${name} is not a JSON object.`,
    `Write it as { "authority": …, "client_id": …, "secret": … }.`,
  );
}

/** Fields of one's own are fine, as in the quickstart. One that nearly has a name of ours, in its place, is a slip. */
function checkNames(content: Record<string, unknown>, name: string): void {
  for (const field of Object.keys(content)) {
    if (fields.includes(field)) continue;
    const meant = nearestName(field, fields);
    if (meant === undefined || (Object.hasOwn(content, meant) && content[meant] !== undefined)) continue;
    throw refusal("invalid_parameters", `${name}: "${field}" is not a field that is read.`, `Did you mean "${meant}"?`);
  }
}

function scopesOf(scope: unknown, name: string): readonly string[] | undefined {
  if (scope === undefined || scope === null) return undefined;
  const list: unknown[] = Array.isArray(scope) ? scope : [scope];
  if (list.every((each) => typeof each === "string")) return list;
  throw refusal(
    "invalid_parameters",
    `${name}: "scope" is not a list of strings.`,
    'Write it as [ "https://graph.microsoft.com/.default" ].',
  );
}

function endpointOf(endpoint: string | undefined, name: string): string | undefined {
  if (endpoint === undefined || (URL.canParse(endpoint) && new URL(endpoint).protocol === "https:")) return endpoint;
  throw refusal(
    "invalid_parameters",
    `${name}: "endpoint" is not an https URL.`,
    'Write it in full, as "https://graph.microsoft.com/v1.0/users".',
  );
}

function dropUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
}
