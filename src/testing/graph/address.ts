import { badRequest } from "./refusal.js";

/** A part of a path. Of `applications(appId='x')` the second has the text `x` and is a value of `appId`. */
export interface PathSegment {
  text: string;
  property?: string;
  /** Whether it stood in parentheses. */
  quoted?: boolean;
}

/** `/users('o''brien%40contoso.com')/delta()` → `users`, `o'brien@contoso.com`, `delta`. */
export function pathSegments(pathname: string): PathSegment[] {
  return pathname
    .split("/")
    .filter(Boolean)
    .map(decodeSegment)
    .flatMap((text) => {
      const [, name, property, quoted, plain] = /^([\w.]+)\((?:(\w+)=)?(?:'(.*)'|([\w.-]*))\)$/.exec(text) ?? [];
      const key = quoted?.replaceAll("''", "'") ?? plain;
      if (name === undefined) return [{ text }];
      return key ? [{ text: name }, { text: key, quoted: true, ...(property && { property }) }] : [{ text: name }];
    });
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest("The request URL isn't valid.");
  }
}
