import type { TenantGroups, TenantObjects } from "../directory/tenant-objects.js";
import { ControlError, notFound } from "./control-error.js";
import { listQuery } from "./query.js";
import { type ControlCall, listed, type Route } from "./route.js";

type Objects = TenantObjects<Record<string, unknown>>;
const sets = { users: "user", groups: "group" } as const;
type Kind = keyof typeof sets;

const objectsOf = (kind: Kind, { tenant }: ControlCall) => tenant.contents[kind] as unknown as Objects;

/** The object that the path names. */
function objectOf(kind: Kind, call: ControlCall): Record<string, unknown> & { id: string } {
  const { id = "" } = call.params;
  const object = objectsOf(kind, call).get(id);
  if (!object) throw notFound(`${sets[kind]} "${id}"`);
  return object;
}

/** Runs a change, and says what is wrong with its properties. */
function changed<T>(change: () => T): T {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new ControlError(/already/.test(error.message) ? "conflict" : "invalid", error.message);
  }
}

/** A manager may be given by id or by user principal name. */
function propertiesOf({ body }: ControlCall): Record<string, unknown> {
  const { manager, ...properties } = body;
  return manager === undefined
    ? properties
    : { ...properties, manager: typeof manager === "string" ? { id: manager } : manager };
}

const searched = (object: Record<string, unknown>) =>
  ["displayName", "userPrincipalName", "mail", "id"].map((name) => object[name] ?? "").join(" ");

const objectRoutes = (kind: Kind): Route[] => [
  {
    method: "GET",
    path: `api/${kind}`,
    does: `the ${kind}`,
    query: listQuery,
    handle(call) {
      const objects = objectsOf(kind, call);
      const show = (id: string) => objects.get(id)!;
      return listed(objects.ids(), call.query, (id) => searched(show(id)), show, objects.count);
    },
  },
  {
    method: "POST",
    path: `api/${kind}`,
    does: `adds a ${sets[kind]}; what isn't given is made up`,
    handle: (call) => ({ status: 201, json: changed(() => objectsOf(kind, call).add(propertiesOf(call))) }),
  },
  {
    method: "GET",
    path: `api/${kind}/{id}`,
    does: `a ${sets[kind]}`,
    handle: (call) => ({ json: objectOf(kind, call) }),
  },
  {
    method: "PATCH",
    path: `api/${kind}/{id}`,
    does: `changes a ${sets[kind]}`,
    handle(call) {
      const { id } = objectOf(kind, call);
      return { json: changed(() => objectsOf(kind, call).update(id, propertiesOf(call))) };
    },
  },
  {
    method: "DELETE",
    path: `api/${kind}/{id}`,
    does: `deletes a ${sets[kind]}; for good with permanently=true`,
    query: { permanently: "flag" },
    handle(call) {
      const permanently = call.query.get("permanently") === "true";
      if (!permanently) objectOf(kind, call);
      if (!objectsOf(kind, call).remove(call.params.id ?? "", { permanently }))
        throw notFound(`${sets[kind]} "${call.params.id}"`);
      return {};
    },
  },
];

const relations = {
  members: { add: "addMember", remove: "removeMember" },
  owners: { add: "addOwner", remove: "removeOwner" },
} as const satisfies Record<string, { add: keyof TenantGroups; remove: keyof TenantGroups }>;

/** The id of whom the path names, by id or user principal name. */
function otherOf({ tenant, params }: ControlCall): string {
  return tenant.contents.users.get(params.other ?? "")?.id ?? params.other ?? "";
}

const relationRoutes = (relation: keyof typeof relations): Route[] => [
  {
    method: "GET",
    path: `api/groups/{id}/${relation}`,
    does: `a group's ${relation}`,
    query: listQuery,
    handle(call) {
      const { tenant, query } = call;
      const { id } = objectOf("groups", call);
      const show = (other: string) =>
        tenant.contents.users.get(other) ?? tenant.contents.groups.get(other) ?? { id: other };
      const others = tenant.contents.groups[relation](id);
      return listed(others, query, (other) => searched(show(other) as unknown as Record<string, unknown>), show);
    },
  },
  {
    method: "PUT",
    path: `api/groups/{id}/${relation}/{other}`,
    does: "makes somebody one of them, once",
    handle(call) {
      const { id } = objectOf("groups", call);
      const { contents } = call.tenant;
      const added = changed(() => contents.groups[relations[relation].add](id, otherOf(call)));
      return { json: { added } };
    },
  },
  {
    method: "DELETE",
    path: `api/groups/{id}/${relation}/{other}`,
    does: "makes somebody none of them",
    handle(call) {
      const { id } = objectOf("groups", call);
      const { contents } = call.tenant;
      changed(() => contents.groups[relations[relation].remove](id, otherOf(call)));
      return {};
    },
  },
];

/** People and groups, with Graph's names for their properties. */
export const directoryRoutes: readonly Route[] = [
  ...objectRoutes("users"),
  ...objectRoutes("groups"),
  ...relationRoutes("members"),
  ...relationRoutes("owners"),
];
