/** What Node's own network errors say beside name and message. */
const telling = ["code", "errno", "syscall", "hostname", "address", "port"] as const;
const usual: readonly PropertyKey[] = ["name", "message", "stack", "cause", ...telling];

/**
 * A failed request's error as it may stand in a `cause`. A fetch that isn't Node's own may hang the request on it, as axios does in `config`,
 * and with that a secret or a token: such an error is replaced by one that keeps its name, message, stack and system codes.
 */
export function bareError(error: unknown, depth = 0): unknown {
  if (typeof error !== "object" || error === null) return error;
  if (!(error instanceof Error) || depth > 5) return undefined;
  const fields = error as Error & Record<PropertyKey, unknown>;
  const cause = bareError(error.cause, depth + 1);
  const isBare = (key: PropertyKey) => usual.includes(key) || ["boolean", "number"].includes(typeof fields[key]);
  if (cause === error.cause && Reflect.ownKeys(error).every(isBare)) return error;
  const bare = new Error(error.message, cause === undefined ? undefined : { cause });
  const kept = ["name", "stack", ...telling].filter((key) => /^(string|number)$/.test(typeof fields[key]));
  for (const key of kept) {
    Object.defineProperty(bare, key, { value: fields[key], enumerable: usual.indexOf(key) > 3, configurable: true });
  }
  return bare;
}
