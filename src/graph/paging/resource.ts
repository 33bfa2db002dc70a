import { isGuid } from "../../guid.js";

/**
 * A path in the one spelling that all its spellings share: services write `/mailFolders/{id}/messages` as
 * `/mailfolders('{id}')/messages`, `@` as `%40`, and `delta` as `microsoft.graph.delta()`. Ids stay as they are, but for
 * guids and user principal names, whose case means nothing.
 */
export function resourceOf(pathname: string): string {
  const segments = pathname
    .replace(/\/{1,9}$/, "")
    .split("/")
    .slice(1);
  const last = segments.length - 1;
  const parts = segments.flatMap((segment, at) => (at === last && delta.test(segment) ? ["delta"] : partsOf(segment)));
  // Written again, so that an encoded slash isn't taken for one.
  return `/${parts.map((part) => encodeURIComponent(folded(part))).join("/")}`;
}

/** Whether a path asks what has changed in a collection. */
export function isDelta(pathname: string): boolean {
  return resourceOf(pathname).endsWith("/delta");
}

/** Drives carry the token in the path. */
const delta = /^(?:microsoft\.graph\.)?delta(?:\((?:token=[^()]*)?\))?$/i;

/** `users('ada%40x')` names what `users/ada@x` does. */
function partsOf(segment: string): string[] {
  const [, name, key] = /^([^()]+)\((.*)\)$/s.exec(segment) ?? [];
  if (name === undefined || key === undefined) return [decoded(segment)];
  const quoted = /^'(.*)'$/s.exec(decoded(key))?.[1];
  if (quoted !== undefined) return [decoded(name), quoted.replaceAll("''", "'")];
  return key === "" ? [decoded(name)] : [decoded(name), `(${decoded(key)})`];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Names are a few letters with a digit at most (`oauth2PermissionGrants`); an id that case tells from another isn't. */
function folded(part: string): string {
  const isName = part.length <= 64 && /^[$a-z.]+\d?[a-z.]*$/i.test(part);
  return isName || isGuid(part) || part.includes("@") ? part.toLowerCase() : part;
}
