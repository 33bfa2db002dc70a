import { kinds } from "../../directory/collection.js";
import { unionSchema } from "../../directory/union-schema.js";
import type { WireReply } from "../../wire/messages.js";
import type { Asked } from "../asked.js";
import { authorizeProperties } from "../permissions.js";
import { projection } from "../projection.js";
import { readSelect } from "../query/parse-query.js";
import { badRequest, GraphRefusal } from "../refusal.js";
import { contextOf, json } from "../reply.js";
import type { Route } from "../routes.js";
import { viewOf } from "../view.js";
import type { EndpointContext } from "./endpoint-context.js";
import { readParameters, textsIn } from "./read-body.js";

const mostIds = 1000;

/**
 * Objects of any kind by their ids; those that nobody has are simply missing.
 * @see https://learn.microsoft.com/graph/api/directoryobject-getbyids
 */
export function getByIdsRoutes({ directory }: EndpointContext): Route[] {
  const { populations } = directory;
  const collections = Object.values(populations);
  const schema = unionSchema(collections);

  function kindsIn(parameters: Record<string, unknown>): (typeof kinds)[number][] {
    const types = textsIn({ types: ["directoryObject"], ...parameters }, "types").map((type) => type.toLowerCase());
    if (types.includes("directoryobject") || types.length === 0) return [...kinds];
    return kinds.filter((kind) => types.includes(populations[kind].entity.toLowerCase()));
  }

  function answer(asked: Asked): WireReply {
    const { request, options, root } = asked;
    const refused = options.names().filter((name) => name !== "$select");
    if (refused.length > 0) {
      throw badRequest(
        `The following query options are not supported by this request method or cannot be applied to the requested resource: ${refused.join(",")}`,
      );
    }
    const parameters = readParameters(request.body);
    const ids = textsIn(parameters, "ids");
    if (ids.length > mostIds) {
      const message = `Number of included identifiers cannot exceed '${mostIds}'.`;
      throw new GraphRefusal(400, "Request_BadRequest", message);
    }
    const among = kindsIn(parameters);
    authorizeProperties(asked.caller, options, collections);
    const select = readSelect(options.get("$select"), schema);
    const show = projection(viewOf(directory, asked), { select, expand: [] }, true);
    const wanted = new Set(ids.map((id) => id.toLowerCase()));
    return json({
      "@odata.context": contextOf(root, "directoryObjects", select),
      value: [...wanted].flatMap((id) => {
        const object = directory.find(id, among);
        return object ? [show(object)] : [];
      }),
    });
  }

  return ["directoryObjects", "users", "groups"].map((name) => ({
    method: "POST",
    path: `${name}/getByIds`,
    units: 3,
    answer,
  }));
}
