import { createHash } from "node:crypto";
import { mix } from "../../chance/seeded.js";
import type { Kind } from "../../directory/collection.js";
import { filterRule } from "../../directory/filter-rules.js";
import { appRoleId } from "../../directory/granted-roles.js";
import { graphAppRoles } from "../../directory/graph-app-roles.js";
import { allOf, type ObjectRef } from "../../directory/object-set.js";
import { firstAppPrincipal } from "../../directory/service-principals.js";
import type { WireReply } from "../../wire/messages.js";
import type { PathSegment } from "../address.js";
import type { Asked } from "../asked.js";
import type { Route } from "../routes.js";
import type { EndpointContext } from "./endpoint-context.js";
import { createTable, type Row } from "./table.js";

/** Application permissions on Microsoft Graph that the generated apps were granted, one to three of them each. */
const graphRoles = ["User.Read.All", "Directory.Read.All", "Group.Read.All"].map((role) => graphAppRoles[role]!);
const defaultAccess = "00000000-0000-0000-0000-000000000000";

interface Assignment {
  principal: ObjectRef;
  resource: number;
  appRoleId: string;
}

const properties = [
  "id",
  "deletedDateTime",
  "appRoleId",
  "createdDateTime",
  "principalDisplayName",
  "principalId",
  "principalType",
  "resourceDisplayName",
  "resourceId",
];

const principalTypes: Partial<Record<Kind, string>> = {
  users: "User",
  groups: "Group",
  servicePrincipals: "ServicePrincipal",
};

/**
 * Who may use which app, and what apps were granted on Microsoft Graph: told once, and read from both ends.
 * Over sixty lines: a table of routes, and what they share.
 * @see https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignedto
 */
export function appRoleRoutes({ directory, paths, grants }: EndpointContext): Route[] {
  const { servicePrincipals, groups, users } = directory.populations;

  /** Every generated app was granted something on Graph, and is open to one group and two people. */
  function* assignmentsOf(app: number): Generator<Assignment> {
    const resource = app + firstAppPrincipal;
    const number = 1 + (mix(directory.seed, 1030, app) % graphRoles.length);
    for (const appRoleId of graphRoles.slice(0, number)) {
      yield { principal: { collection: servicePrincipals, key: resource }, resource: 0, appRoleId };
    }
    const open = (collection: typeof users, key: number): Assignment => ({
      principal: { collection, key },
      resource,
      appRoleId: defaultAccess,
    });
    if (groups.generated > 0) yield open(groups, app % groups.generated);
    for (const key of [app, app + 1]) if (key < users.generated) yield open(users, key);
  }

  /** What registered apps have, as it is now. */
  function* granted(): Generator<Assignment> {
    for (const { client, resource, roles } of grants()) {
      const [key, api] = [client, resource].map((appId) => servicePrincipals.keyOf(appId, "appId"));
      if (key === undefined || api === undefined) continue;
      for (const role of new Set(roles)) {
        const principal = { collection: servicePrincipals, key };
        yield { principal, resource: api, appRoleId: appRoleId(resource, role) };
      }
    }
  }

  function* assignments(): Generator<Assignment> {
    yield* granted();
    for (let app = 0; app < servicePrincipals.generated - firstAppPrincipal; app += 1) {
      for (const assignment of assignmentsOf(app)) {
        const { principal, resource } = assignment;
        if (principal.collection.exists(principal.key) && servicePrincipals.exists(resource)) yield assignment;
      }
    }
  }

  function row({ principal, resource, appRoleId }: Assignment): Row {
    const [reads, granting] = [principal.collection.member(principal.key), servicePrincipals.member(resource)];
    return {
      id: createHash("sha256")
        .update(`${reads("id")} ${granting("id")} ${appRoleId}`)
        .digest("base64url"),
      deletedDateTime: null,
      appRoleId,
      createdDateTime: reads("createdDateTime"),
      principalDisplayName: reads("displayName"),
      principalId: reads("id"),
      principalType: principalTypes[principal.collection.kind!],
      resourceDisplayName: granting("displayName"),
      resourceId: granting("id"),
    };
  }

  function list(asked: Asked, object: ObjectRef, end: "appRoleAssignments" | "appRoleAssignedTo"): WireReply {
    const id = object.collection.member(object.key)("id");
    const isOwn = ({ principal, resource }: Assignment) =>
      end === "appRoleAssignedTo"
        ? resource === object.key
        : principal.collection === object.collection && principal.key === object.key;
    const rows = [...assignments()].filter(isOwn).map(row);
    const filterRules = { principalId: filterRule("eq"), resourceId: filterRule("eq"), appRoleId: filterRule("eq") };
    const table = createTable({ name: end, entity: "appRoleAssignment", rows, properties, filterRules });
    return paths.list(asked, allOf(table), { context: `${object.collection.name}('${id}')/${end}` });
  }

  const route = (kind: Kind, end: Parameters<typeof list>[2], units: number): Route => ({
    method: "GET",
    path: `${kind}/{id}/${end}`,
    units,
    answer: (asked: Asked, segment: PathSegment) => list(asked, paths.find(directory.populations[kind], segment), end),
  });
  return [
    route("users", "appRoleAssignments", 1),
    route("groups", "appRoleAssignments", 1),
    route("servicePrincipals", "appRoleAssignments", 2),
    route("servicePrincipals", "appRoleAssignedTo", 1),
  ];
}
