import { AppIdentityError, type AppIdentityErrorDetails } from "../errors.js";
import type { KnownSecrets } from "./known-secrets.js";
import { safeText } from "./safe-text.js";

/** What Node's own network errors say beside name and message. */
const telling = ["code", "errno", "syscall", "hostname", "address", "port"] as const;
const usual: readonly PropertyKey[] = ["name", "message", "stack", "cause", ...telling];
/** Classes whose instances have nothing that isn't in their own fields. */
const plain: readonly unknown[] = [Error, TypeError, RangeError, SyntaxError, DOMException].map(
  ({ prototype }) => prototype,
);
const deepest = 5;
/** Texts that nobody else has a word in. */
const own = ["continuationToken", "adminConsentUrl"];
const longest = { name: 100, message: 2_000, stack: 8_000 };

/**
 * An error of somebody else's (a fetch, a callback, a credential, a store, a library) as it may stand in a `cause`. It may hold a secret or
 * a token in its words, and hang the whole request on itself, as axios does in `config`: such an error is replaced by one that keeps name,
 * message, stack, causes and system codes, without the secrets that are known here.
 */
export function safeCause(error: unknown, secrets?: KnownSecrets, depth = 0): unknown {
  if (typeof error === "string") return safeText(error, secrets);
  if (typeof error !== "object" || error === null) return typeof error === "function" ? undefined : error;
  if (depth > deepest) return undefined;
  if (error instanceof AppIdentityError) return safeFailure(error, secrets, depth);
  const cause = safeCause(fieldOf(error, "cause"), secrets, depth + 1);
  const errors = fieldOf(error, "errors");
  const said = sayings(error, secrets);
  if (cause === fieldOf(error, "cause") && isPlain(error, said)) return error;
  const bare = new Error(undefined, cause === undefined ? undefined : { cause });
  for (const [key, value] of said) define(bare, key, value, usual.indexOf(key) > 3);
  if (!said.has("stack")) define(bare, "stack", `${bare.name}: ${bare.message}`, false);
  if (Array.isArray(errors)) {
    const parts = errors.slice(0, 10).map((each) => safeCause(each, secrets, depth + 1));
    define(bare, "errors", parts, false);
  }
  return bare;
}

/** What an error says of itself, made safe. */
function sayings(error: object, secrets: KnownSecrets | undefined): Map<string, unknown> {
  const said = new Map<string, unknown>();
  for (const key of ["name", "message", "stack", ...telling]) {
    const value = fieldOf(error, key);
    const limit = longest[key as keyof typeof longest] ?? longest.name;
    if (typeof value === "string") said.set(key, safeText(value, secrets, limit));
    else if (typeof value === "number") said.set(key, value);
  }
  return said;
}

/** The same of one of our own errors, into which words of others went. Whatever isn't one of ours comes back as it is. */
export function safeFailure<E>(error: E, secrets?: KnownSecrets, depth = 0): E {
  if (!(error instanceof AppIdentityError)) return error;
  const { name: _name, code, message, ...details } = error.toJSON();
  const cause = safeCause(error.cause, secrets, depth + 1);
  const said = { ...details, message, stack: error.stack ?? "" };
  const safe = Object.fromEntries(
    Object.entries(said).map(([key, value]) => {
      if (typeof value !== "string" || own.includes(key)) return [key, value];
      return [key, safeText(value, secrets, key === "stack" ? longest.stack : undefined)];
    }),
  ) as typeof said;
  const isSafe = Object.entries(safe).every(([key, value]) => value === said[key as keyof typeof said]);
  if (isSafe && cause === error.cause) return error;
  const { message: words, stack, ...known } = safe;
  const failure = new AppIdentityError(code, words, { ...(known as AppIdentityErrorDetails), cause });
  define(failure, "stack", stack, false);
  return failure as E;
}

/** What an error of somebody else's says went wrong, in a few words. */
export function safeReason(error: unknown, secrets?: KnownSecrets): string {
  const message = typeof error === "object" && error !== null ? fieldOf(error, "message") : error;
  const words = typeof message === "string" ? safeText(message, secrets, 500) : "";
  return words.trim() || "it doesn't say why";
}

/** Whether an error may stand as it is: nothing in it but data that is safe, of a class that adds nothing. */
function isPlain(error: object, said: ReadonlyMap<string, unknown>): boolean {
  if (!plain.includes(Object.getPrototypeOf(error))) return false;
  return (
    Object.entries(Object.getOwnPropertyDescriptors(error)).every(([key, { value, get }]) => {
      if (key === "cause") return true;
      // The stack is an accessor of its own in some versions of V8.
      if (key === "stack") return said.get(key) === fieldOf(error, key);
      if (get !== undefined) return false;
      if (usual.includes(key)) return said.get(key) === value;
      return typeof value === "boolean" || typeof value === "number";
    }) && Object.getOwnPropertySymbols(error).length === 0
  );
}

/** A field of an object of which nothing is known: reading it may throw. */
function fieldOf(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
}
