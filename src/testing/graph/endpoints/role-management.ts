import { createHash } from "node:crypto";
import { activeRoles } from "../../directory/directory-roles.js";
import { filterRule } from "../../directory/filter-rules.js";
import { allOf, eachOf } from "../../directory/object-set.js";
import { navigationNamed } from "../../directory/relation-rules.js";
import type { WireReply } from "../../wire/messages.js";
import type { Asked } from "../asked.js";
import { projection } from "../projection.js";
import { badRequest, unsupportedQuery } from "../refusal.js";
import type { Route } from "../routes.js";
import { viewOf } from "../view.js";
import type { EndpointContext } from "./endpoint-context.js";
import { createTable, findRow, type Row } from "./table.js";

const base = "roleManagement/directory";

/**
 * Directory roles as the unified API shows them: definitions, and who has been assigned one.
 * Over sixty lines: a table of routes, and what they share.
 * @see https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments
 */
export function roleManagementRoutes({ directory, paths }: EndpointContext): Route[] {
  const { directoryRoles } = directory.populations;
  const definitions = createTable({
    name: "roleDefinitions",
    entity: "unifiedRoleDefinition",
    rows: activeRoles.map(([displayName, templateId, description]) => ({
      id: templateId,
      description,
      displayName,
      isBuiltIn: true,
      isEnabled: true,
      resourceScopes: ["/"],
      templateId,
      version: "1",
      rolePermissions: [{ allowedResourceActions: ["microsoft.directory/users/standard/read"], condition: null }],
    })),
    filterRules: {
      id: filterRule("eq"),
      displayName: filterRule("eq startsWith"),
      isBuiltIn: filterRule("eq", "Boolean"),
      templateId: filterRule("eq"),
    },
  });
  const templates = createTable({
    name: "directoryRoleTemplates",
    entity: "directoryRoleTemplate",
    rows: activeRoles.map(([displayName, id, description]) => ({
      id,
      deletedDateTime: null,
      description,
      displayName,
    })),
  });

  /** @param expanded with the principals themselves */
  function assignments(asked: Asked, expanded: boolean) {
    const show = projection(viewOf(directory, asked), { select: undefined, expand: [] }, true);
    const members = navigationNamed("directoryRoles", "members")!;
    const rows: Row[] = [];
    for (const role of eachOf(allOf(directoryRoles))) {
      const roleDefinitionId = String(directoryRoles.member(role.key)("roleTemplateId"));
      for (const principal of eachOf(directory.relations.from(role, members))) {
        const principalId = String(principal.collection.member(principal.key)("id"));
        rows.push({
          id: createHash("sha256").update(`${roleDefinitionId} ${principalId}`).digest("base64url"),
          principalId,
          resourceScope: "/",
          directoryScopeId: "/",
          roleDefinitionId,
          ...(expanded && { principal: show(principal) }),
        });
      }
    }
    const properties = ["id", "principalId", "resourceScope", "directoryScopeId", "roleDefinitionId"];
    return createTable({
      name: "roleAssignments",
      entity: "unifiedRoleAssignment",
      rows,
      properties: expanded ? [...properties, "principal"] : properties,
      filterRules: {
        principalId: filterRule("eq"),
        roleDefinitionId: filterRule("eq"),
        directoryScopeId: filterRule("eq"),
      },
    });
  }

  /** `$filter`, `$expand` and `$select` only. */
  function listAssignments(asked: Asked): WireReply {
    const { options } = asked;
    const refused = options.names().find((name) => !["$filter", "$expand", "$select", "$skiptoken"].includes(name));
    if (refused) throw unsupportedQuery(`'${refused}' is not supported by the service.`);
    const expand = options.get("$expand");
    if (expand !== undefined && !/^principal$/i.test(expand)) {
      throw badRequest(
        `Parsing OData Select and Expand failed: Could not find a property named '${expand}' on type 'microsoft.graph.unifiedRoleAssignment'.`,
      );
    }
    const get = (name: string) => (name === "$expand" ? undefined : options.get(name));
    const context = `${base}/roleAssignments${expand ? "(principal())" : ""}`;
    return paths.list({ ...asked, options: { ...options, get } }, allOf(assignments(asked, expand !== undefined)), {
      context,
    });
  }

  const get = (path: string, answer: Route["answer"]): Route => ({ method: "GET", path, answer });
  return [
    get(`${base}/roleDefinitions`, (asked) =>
      paths.list(asked, allOf(definitions), { context: `${base}/roleDefinitions` }),
    ),
    get(`${base}/roleDefinitions/{id}`, (asked, segment) =>
      paths.single(asked, findRow(definitions, segment), `${base}/roleDefinitions`),
    ),
    get(`${base}/roleAssignments`, listAssignments),
    get(`${base}/roleAssignments/{id}`, (asked, segment) =>
      paths.single(asked, findRow(assignments(asked, false), segment), `${base}/roleAssignments`),
    ),
    get("directoryRoleTemplates", (asked) =>
      paths.list(asked, allOf(templates), { context: "directoryRoleTemplates", unpaged: 1000 }),
    ),
    get("directoryRoleTemplates/{id}", (asked, segment) =>
      paths.single(asked, findRow(templates, segment), "directoryRoleTemplates"),
    ),
  ];
}
