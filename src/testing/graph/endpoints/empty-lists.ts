import { type FilterRules, filterRule, filterRulesOf } from "../../directory/filter-rules.js";
import { allOf } from "../../directory/object-set.js";
import type { Route } from "../routes.js";
import type { EndpointContext } from "./endpoint-context.js";
import { createTable } from "./table.js";

const grant = { entity: "oAuth2PermissionGrant", properties: "id clientId consentType principalId resourceId scope" };

/** What is usual of lists that Microsoft's tables don't cover. */
const usual: FilterRules = { clientId: filterRule("eq"), name: filterRule("eq"), subject: filterRule("eq") };

interface EmptyList {
  path: string;
  units: number;
  entity: string;
  properties: string;
  filterRules?: FilterRules;
}

/** Lists that a reader asks for and that are empty here, with what one of their entries would have. */
const lists: readonly EmptyList[] = [
  { path: "oauth2PermissionGrants", units: 2, ...grant },
  { path: "servicePrincipals/{id}/oauth2PermissionGrants", units: 1, ...grant },
  { path: "users/{id}/oauth2PermissionGrants", units: 1, ...grant },
  {
    path: "contracts",
    units: 3,
    entity: "contract",
    properties: "id deletedDateTime contractType customerId defaultDomainName displayName",
    filterRules: filterRulesOf("contracts"),
  },
  {
    path: "applications/{id}/federatedIdentityCredentials",
    units: 1,
    entity: "federatedIdentityCredential",
    properties: "id name issuer subject description audiences",
  },
  {
    path: "applications/{id}/extensionProperties",
    units: 2,
    entity: "extensionProperty",
    properties: "id deletedDateTime appDisplayName dataType isMultiValued isSyncedFromOnPremises name targetObjects",
  },
];

/** What nobody in the embedded tenant has: partners, delegated grants, federated credentials and extensions of generated apps. */
export function emptyRoutes({ directory: { populations }, paths }: EndpointContext): Route[] {
  return lists.map(({ path, units, entity, properties, filterRules = usual }) => {
    const [collection = "", , relation] = path.split("/");
    const name = relation ?? collection;
    const table = createTable({
      name,
      entity,
      rows: [],
      properties: properties.split(" "),
      filterRules,
    });
    return {
      method: "GET",
      path,
      units,
      answer(asked, segment) {
        const owner = segment && paths.find(populations[collection as keyof typeof populations], segment);
        const id = owner?.collection.member(owner.key)("id");
        return paths.list(asked, allOf(table), { context: owner ? `${collection}('${id}')/${name}` : name });
      },
    };
  });
}
