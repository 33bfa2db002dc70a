import { allOf } from "../../directory/object-set.js";
import type { Route } from "../routes.js";
import type { EndpointContext } from "./endpoint-context.js";
import { createTable, findRow } from "./table.js";

/**
 * The tenant's domains, which come whole.
 * @see https://learn.microsoft.com/graph/api/domain-list
 */
export function domainRoutes({ directory, paths }: EndpointContext): Route[] {
  const { domain } = directory;
  const domains = createTable({
    name: "domains",
    entity: "domain",
    rows: [
      {
        authenticationType: "Managed",
        availabilityStatus: null,
        id: domain,
        isAdminManaged: true,
        isDefault: true,
        isInitial: domain.endsWith(".onmicrosoft.com"),
        isRoot: true,
        isVerified: true,
        supportedServices: ["Email", "OfficeCommunicationsOnline"],
        passwordValidityPeriodInDays: null,
        passwordNotificationWindowInDays: null,
        state: null,
      },
    ],
  });
  return [
    {
      method: "GET",
      path: "domains",
      answer: (asked) => paths.list(asked, allOf(domains), { context: "domains", unpaged: 1000 }),
    },
    {
      method: "GET",
      path: "domains/{id}",
      answer: (asked, segment) => paths.single(asked, findRow(domains, segment), "domains"),
    },
  ];
}
