import type { WireReply } from "../wire/messages.js";
import type { Expansion } from "./query/parse-query.js";
import { badRequest, GraphRefusal, UnknownName } from "./refusal.js";

const jsonType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

export function json(body: object, headers: Record<string, string> = {}): WireReply {
  return {
    status: 200,
    headers: { "content-type": jsonType, "odata-version": "4.0", ...headers },
    body: JSON.stringify(body),
  };
}

/** What `/$count` answers. */
export function countText(count: number): WireReply {
  return { status: 200, headers: { "content-type": "text/plain", "odata-version": "4.0" }, body: String(count) };
}

/** `https://graph.microsoft.com/v1.0/$metadata#users(id,displayName,manager(id))` */
export function contextOf(
  root: string,
  name: string,
  select: readonly string[] | undefined,
  expand: readonly Pick<Expansion, "navigation" | "select">[] = [],
): string {
  const expanded = expand.map(({ navigation, select: inner = [] }) => `${navigation}(${inner.join(",")})`);
  const shown = select || expanded.length > 0 ? `(${[...(select ?? []), ...expanded].join(",")})` : "";
  return `${root}/$metadata#${name}${shown}`;
}

export function notFound(name: string): GraphRefusal {
  const message = `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`;
  return new GraphRefusal(404, "Request_ResourceNotFound", message);
}

const noSegment = (segment: string) => `Resource not found for the segment '${segment}'.`;

/** A segment by whose name Graph may know something that isn't here. */
export function unknownSegment(segment: string): GraphRefusal {
  return new UnknownName(noSegment(segment));
}

/** A segment that Graph has nothing behind either. */
export function noSuchSegment(segment: string): GraphRefusal {
  return badRequest(noSegment(segment));
}
