import type { WireReply } from "../wire/messages.js";
import type { PathSegment } from "./address.js";
import type { Asked } from "./asked.js";

/** An address of its own, beside those that follow from what the directory holds. */
export interface Route {
  method: "GET" | "POST";
  /** Below the version: `users/{id}/photo/$value`. Names fit in any case, braces take any segment. */
  path: string;
  /** It looks itself at who may ask, since that depends on what it finds. Default: as the table of permissions says of its path. */
  authorizes?: true;
  /** What it costs. Default 1 resource unit. */
  units?: number;
  /** @param keys what stood in the braces */
  answer(asked: Asked, ...keys: PathSegment[]): WireReply;
}

export interface Found {
  route: Route;
  keys: PathSegment[];
}

/** The routes that an address fits, whatever their method. */
export function findRoutes(routes: readonly Route[], segments: readonly PathSegment[]): Found[] {
  return routes.flatMap((route) => {
    const keys = keysIn(route.path.split("/"), segments);
    return keys ? [{ route, keys }] : [];
  });
}

function keysIn(pattern: readonly string[], segments: readonly PathSegment[]): PathSegment[] | undefined {
  if (pattern.length !== segments.length) return undefined;
  const keys: PathSegment[] = [];
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index]!;
    if (part.startsWith("{")) keys.push(segment);
    else if (part.toLowerCase() !== segment.text.toLowerCase()) return undefined;
  }
  return keys;
}
