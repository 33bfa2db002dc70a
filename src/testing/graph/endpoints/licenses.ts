import { createHash } from "node:crypto";
import type { Collection } from "../../directory/collection.js";
import { allOf, eachOf } from "../../directory/object-set.js";
import type { WireReply } from "../../wire/messages.js";
import type { PathSegment } from "../address.js";
import type { Asked } from "../asked.js";
import { unsupportedQuery } from "../refusal.js";
import type { Route } from "../routes.js";
import type { EndpointContext } from "./endpoint-context.js";
import { createTable, findRow, type Row } from "./table.js";

interface Plan {
  id: string;
  name: string;
}

const exchange: Plan = { id: "efb87545-963c-4e0d-99df-69c6916d9eb0", name: "EXCHANGE_S_ENTERPRISE" };
const teams: Plan = { id: "57ff2da0-773e-42df-b2af-ffb7a2317929", name: "TEAMS1" };
const sharePoint: Plan = { id: "5dbe027f-2339-4123-9542-606e4d348a72", name: "SHAREPOINTENTERPRISE" };
const smallExchange: Plan = { id: "9aaf7827-d63c-4b61-89c3-182f06f82e5c", name: "EXCHANGE_S_STANDARD" };

/**
 * The products that people of the embedded tenant have.
 * @see https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference
 */
const products: Readonly<Record<string, { name: string; plans: readonly Plan[] }>> = {
  "6fd2c87f-b296-42f0-b197-1e91e994b900": { name: "ENTERPRISEPACK", plans: [exchange, teams, sharePoint] },
  "06ebc4ee-1bb5-47dd-8120-11324bc54e06": { name: "SPE_E5", plans: [exchange, teams, sharePoint] },
  "4b9405b0-7788-4568-add1-99614e613b69": { name: "EXCHANGESTANDARD", plans: [smallExchange] },
};

/** More people aren't counted one by one; the first ones stand for all. */
const mostCounted = 100_000;

const plansOf = (skuId: string) =>
  (products[skuId]?.plans ?? []).map(({ id, name }) => ({
    servicePlanId: id,
    servicePlanName: name,
    provisioningStatus: "Success",
    appliesTo: "User",
  }));

/**
 * What the company has bought, and what one of its people has of it.
 * Over sixty lines: a table of routes, and what they share.
 * @see https://learn.microsoft.com/graph/api/subscribedsku-list
 */
export function licenseRoutes({ directory, paths }: EndpointContext): Route[] {
  const { users } = directory.populations;
  let counted: { at: number; consumed: ReadonlyMap<string, number> } | undefined;

  const skusOf = ({ member }: Collection, key: number) =>
    (member(key)("assignedLicenses") as { skuId: string }[]).map(({ skuId }) => skuId);

  function consumed(): ReadonlyMap<string, number> {
    if (counted?.at === directory.changes.length) return counted.consumed;
    const numbers = new Map<string, number>();
    let seen = 0;
    for (const { collection, key } of eachOf(allOf(users))) {
      for (const sku of skusOf(collection, key)) numbers.set(sku, (numbers.get(sku) ?? 0) + 1);
      seen += 1;
      if (seen === mostCounted) break;
    }
    const scale = users.count > mostCounted ? users.count / mostCounted : 1;
    for (const [sku, number] of numbers) numbers.set(sku, Math.round(number * scale));
    counted = { at: directory.changes.length, consumed: numbers };
    return numbers;
  }

  function skuRows(): Row[] {
    const { tenantId, domain } = directory;
    const units = consumed();
    return Object.entries(products).map(([skuId, { name }]) => ({
      accountName: domain.split(".")[0],
      accountId: tenantId,
      appliesTo: "User",
      capabilityStatus: "Enabled",
      consumedUnits: units.get(skuId) ?? 0,
      id: `${tenantId}_${skuId}`,
      skuId,
      skuPartNumber: name,
      subscriptionIds: [subscriptionOf(tenantId, skuId)],
      prepaidUnits: { enabled: Math.ceil((units.get(skuId) ?? 0) * 1.1), suspended: 0, warning: 0, lockedOut: 0 },
      servicePlans: plansOf(skuId),
    }));
  }

  const skus = () => createTable({ name: "subscribedSkus", entity: "subscribedSku", rows: skuRows() });

  function details(asked: Asked, segment: PathSegment): WireReply {
    const { collection, key } = paths.find(users, segment);
    const id = String(collection.member(key)("id"));
    const rows = skusOf(collection, key).map((skuId) => ({
      id: createHash("sha256").update(`${id} ${skuId}`).digest("base64url"),
      servicePlans: plansOf(skuId),
      skuId,
      skuPartNumber: products[skuId]?.name ?? null,
    }));
    const properties = ["id", "servicePlans", "skuId", "skuPartNumber"];
    const table = createTable({ name: "licenseDetails", entity: "licenseDetails", rows, properties });
    return paths.list(asked, allOf(table), { context: `users('${id}')/licenseDetails`, unpaged: 1000 });
  }

  return [
    {
      method: "GET",
      path: "subscribedSkus",
      units: 3,
      answer(asked) {
        if (asked.options.get("$filter") !== undefined)
          throw unsupportedQuery("'$filter' is not supported by the service.");
        return paths.list(asked, allOf(skus()), { context: "subscribedSkus", unpaged: 1000 });
      },
    },
    {
      method: "GET",
      path: "subscribedSkus/{id}",
      answer(asked, segment) {
        return paths.single(asked, findRow(skus(), segment), "subscribedSkus");
      },
    },
    { method: "GET", path: "users/{id}/licenseDetails", units: 2, answer: details },
  ];
}

function subscriptionOf(tenantId: string, skuId: string): string {
  const hex = createHash("sha256").update(`${tenantId} ${skuId}`).digest("hex");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5");
}
