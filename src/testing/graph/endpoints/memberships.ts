import type { Kind } from "../../directory/collection.js";
import { eachOf, type ObjectRef } from "../../directory/object-set.js";
import { navigationNamed } from "../../directory/relation-rules.js";
import type { WireReply } from "../../wire/messages.js";
import type { PathSegment } from "../address.js";
import type { Asked } from "../asked.js";
import { badRequest, GraphRefusal } from "../refusal.js";
import { json, notFound } from "../reply.js";
import type { Route } from "../routes.js";
import { viewOf } from "../view.js";
import type { EndpointContext } from "./endpoint-context.js";
import { readParameters, textsIn } from "./read-body.js";

/** How many groups an answer may hold, and how many a caller may ask about. */
const [mostFound, mostAsked] = [11_000, 20];

const members: readonly Kind[] = ["users", "groups", "devices", "contacts", "servicePrincipals"];

/**
 * What an object is a member of, also by way of other groups, as ids.
 * Over sixty lines: a table of routes, and what they share.
 * @see https://learn.microsoft.com/graph/api/directoryobject-getmembergroups
 */
export function membershipRoutes({ directory, paths }: EndpointContext): Route[] {
  function* memberOf(asked: Asked, object: ObjectRef): Generator<ObjectRef> {
    const navigation = navigationNamed(object.collection.kind, "transitiveMemberOf");
    if (navigation) yield* eachOf(viewOf(directory, asked).related(object, navigation));
  }

  const idOf = ({ collection, key }: ObjectRef) => String(collection.member(key)("id"));
  const isGroup = ({ collection }: ObjectRef) => collection.kind === "groups";

  function all(asked: Asked, object: ObjectRef, fits: (found: ObjectRef) => boolean): string[] {
    const { securityEnabledOnly } = readParameters(asked.request.body);
    // What is said where it's missing isn't recorded.
    if (typeof securityEnabledOnly !== "boolean") {
      throw badRequest("The parameter 'securityEnabledOnly' is missing or isn't a Boolean.");
    }
    const ids: string[] = [];
    for (const found of memberOf(asked, object)) {
      if (!fits(found)) continue;
      if (securityEnabledOnly && isGroup(found) && found.collection.member(found.key)("securityEnabled") !== true)
        continue;
      ids.push(idOf(found));
      if (ids.length > mostFound) {
        throw new GraphRefusal(
          400,
          "Directory_ResultSizeLimitExceeded",
          `The result has more than ${mostFound} entries.`,
        );
      }
    }
    return ids;
  }

  function among(asked: Asked, object: ObjectRef, name: string, fits: (found: ObjectRef) => boolean): string[] {
    const wanted = textsIn(readParameters(asked.request.body), name);
    if (wanted.length > mostAsked) {
      throw new GraphRefusal(400, "Request_BadRequest", `Number of included identifiers cannot exceed '${mostAsked}'.`);
    }
    const ids = new Set([...memberOf(asked, object)].filter(fits).map(idOf));
    return wanted.filter((id) => ids.has(id.toLowerCase()));
  }

  const actions: Record<string, { units: number; read(asked: Asked, object: ObjectRef): string[] }> = {
    getMemberGroups: { units: 2, read: (asked, object) => all(asked, object, isGroup) },
    getMemberObjects: { units: 2, read: (asked, object) => all(asked, object, () => true) },
    checkMemberGroups: { units: 4, read: (asked, object) => among(asked, object, "groupIds", isGroup) },
    checkMemberObjects: { units: 4, read: (asked, object) => among(asked, object, "ids", () => true) },
  };

  function find(name: string, segment: PathSegment): ObjectRef {
    if (name !== "directoryObjects") return paths.find(directory.populations[name as Kind], segment);
    const object = directory.find(segment.text);
    if (!object) throw notFound(segment.text);
    return object;
  }

  function answer(asked: Asked, ids: string[]): WireReply {
    return json({ "@odata.context": `${asked.root}/$metadata#Collection(Edm.String)`, value: ids });
  }

  return [...members, "directoryObjects"].flatMap((name) =>
    Object.entries(actions).flatMap(([action, { units, read }]) =>
      [action, `microsoft.graph.${action}`].map((spelling) => ({
        method: "POST" as const,
        path: `${name}/{id}/${spelling}`,
        units,
        answer: (asked: Asked, segment: PathSegment) => answer(asked, read(asked, find(name, segment))),
      })),
    ),
  );
}
