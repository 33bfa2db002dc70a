import { mix } from "../../chance/seeded.js";
import type { Collection } from "../../directory/collection.js";
import { filterRule } from "../../directory/filter-rules.js";
import { allOf } from "../../directory/object-set.js";
import type { Properties } from "../../directory/recipe.js";
import type { Route } from "../routes.js";
import type { EndpointContext } from "./endpoint-context.js";

/**
 * How users can prove who they are: an entry for each of them, made when it is read.
 * Over sixty lines: a table of routes, and what they share.
 * @see https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails
 */
export function registrationDetailRoutes({ directory, paths }: EndpointContext): Route[] {
  const { users } = directory.populations;
  const seed = mix(directory.seed, 1040);
  const registered = (key: number) => mix(seed, key) % 5 !== 0;
  const methods = (key: number) => (registered(key) ? ["microsoftAuthenticatorPush", "softwareOneTimePasscode"] : []);
  const of = (property: string) => (key: number) => users.member(key)(property);
  const properties: Properties = {
    id: of("id"),
    userPrincipalName: of("userPrincipalName"),
    userDisplayName: of("displayName"),
    userType: (key) => (of("userType")(key) === "Guest" ? "guest" : "member"),
    isAdmin: () => false,
    isSsprRegistered: registered,
    isSsprEnabled: () => true,
    isSsprCapable: registered,
    isMfaRegistered: registered,
    isMfaCapable: registered,
    isPasswordlessCapable: () => false,
    methodsRegistered: methods,
    isSystemPreferredAuthenticationMethodEnabled: () => true,
    systemPreferredAuthenticationMethods: (key) => methods(key).slice(0, 1),
    userPreferredMethodForSecondaryAuthentication: (key) => (registered(key) ? "push" : "none"),
    lastUpdatedDateTime: of("createdDateTime"),
  };
  const names = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]));
  const flag = filterRule("eq", "Boolean", false);
  const details: Collection = {
    kind: undefined,
    name: "userRegistrationDetails",
    entity: "userRegistrationDetails",
    defaults: Object.keys(properties),
    singleOnly: new Set(),
    filterRules: {
      ...Object.fromEntries(Object.keys(properties).flatMap((name) => (name.startsWith("is") ? [[name, flag]] : []))),
      id: filterRule("eq"),
      userDisplayName: filterRule("eq startsWith"),
      userPrincipalName: filterRule("eq startsWith"),
      userType: filterRule("eq"),
    },
    orderRules: { userDisplayName: "basic", userPrincipalName: "basic" },
    get end() {
      return users.end;
    },
    generated: users.generated,
    get count() {
      return users.count;
    },
    exists: users.exists,
    member: (key) => (property) => (Object.hasOwn(properties, property) ? properties[property]!(key) : null),
    keyOf: (id) => users.keyOf(id, "id"),
    canonical: (name) => names.get(name.toLowerCase()),
  };
  const base = "reports/authenticationMethods/userRegistrationDetails";
  return [
    {
      method: "GET",
      path: base,
      answer: (asked) => paths.list(asked, allOf(details), { context: base }),
    },
    {
      method: "GET",
      path: `${base}/{id}`,
      answer: (asked, segment) => paths.single(asked, paths.find(details, segment), base),
    },
  ];
}
