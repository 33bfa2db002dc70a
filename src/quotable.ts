import { isGuid } from "./guid.js";

/** Texts that prove who somebody is, by their looks, and what each is called. */
const kinds: readonly [RegExp, string][] = [
  [/-----BEGIN |^LS0tLS1CRUdJTi/, "PEM text"],
  [/^\s*[{[]/, "JSON text"],
  [/^eyJ[\w-]*\.[\w-]*\.[\w-]*$/, "a token (JWT)"],
  [/^MII[\w+/\s]{30,}/, "a key or certificate in base64"],
  [/^[\w.~-]{3}\dQ~[\w.~-]{16,}$/, "a client secret"],
];

/** Nobody makes a secret shorter than this. */
const shortestSecret = 16;
const longestQuote = 200;

/** What a text is that can't be anything else: a key, a token, a secret of Entra's. */
export function credentialKind(text: string): string | undefined {
  return kinds.find(([looks]) => looks.test(text.trim()))?.[1];
}

/** The same, also where a text just looks as if a generator made it. */
export function secretKind(given: string): string | undefined {
  const text = given.trim();
  const kind = credentialKind(text);
  if (kind !== undefined) return kind;
  // In a path that says where it begins, folders may have names that a generator made.
  if (/^(\.{0,2}[/\\]|[a-z]:[/\\]|~\/|file:)/i.test(text)) return undefined;
  return text.split(/[\s/\\:;,?&"'<>()|]+/).some(isRandom) ? "a secret" : undefined;
}

/** Whether a word looks made by a generator: long, and of letters in both cases and digits, or with marks that no name has. */
function isRandom(word: string): boolean {
  if (word.length < shortestSecret || isGuid(word)) return false;
  return /[~+=!$%^*]/.test(word) || (/\d/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word));
}

/** What the texts that may be quoted look like, beside looking like no secret. */
const harmless = {
  word: /^[a-z]{1,30}$/i,
  path: /^\P{Cc}*([/\\]\P{Cc}*|\.\w{2,8})$/u,
  address: /^[a-z][a-z0-9+.-]*:\/\/[^\s@?#]+$|^[\w-]+(\.[\w-]+)+(:\d+)?$/i,
  scope: /^([a-z]+:\/\/)?[\w.:/ {}-]+$/i,
  placeholder: /^[\w<>{}*. /:-]+$/,
} as const;

/**
 * A caller's text as an error may quote it. It may be a secret that was given in the wrong place, so only what is recognised as harmless is
 * told.
 */
export function quoted(text: unknown, as: keyof typeof harmless): string {
  if (text === null || typeof text === "number" || typeof text === "boolean") return String(text);
  if (typeof text !== "string") return `a value of the type ${typeof text}`;
  if (text.length <= longestQuote && harmless[as].test(text) && secretKind(text) === undefined)
    return JSON.stringify(text);
  return `${secretKind(text) ?? "a text"} of ${text.length} characters, which isn't shown`;
}
