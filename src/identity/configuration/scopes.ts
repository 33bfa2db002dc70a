import { type Cloud, isKnownGraphRoot } from "../../clouds.js";
import { AppIdentityError } from "../../errors.js";
import { quoted, secretKind } from "../../quotable.js";
import { refusal } from "../../refusal.js";
import { portal } from "../portal.js";

const suffix = "/.default";

/**
 * The scopes to ask for: as given, as a list or as words in one string, else Graph in the given cloud.
 * An app can't pick permissions: it gets all it was granted for one resource, under that resource's `/.default`.
 * @throws AppIdentityError `invalid_scope`
 * @see https://learn.microsoft.com/entra/identity-platform/scopes-oidc#the-default-scope
 */
export function resolveScopes(given: string | readonly string[] | undefined, cloud: Cloud): readonly string[] {
  if (given === undefined) return [cloud.scope];
  const scopes = parseScopes(given);
  const resource = resourceOf(scopes[0]!);
  if (isKnownGraphRoot(resource) && isKnownGraphRoot(cloud.graphRoot) && resource !== cloud.graphRoot) {
    throw new AppIdentityError(
      "invalid_scope",
      `The scope asks for ${resource}, but Microsoft Graph of this cloud is ${cloud.graphRoot}.`,
      { remedy: 'Leave "scopes" out, or set "cloud" to the cloud that the scope belongs to.' },
    );
  }
  return scopes;
}

/** The scopes without duplicates, all of one resource. */
export function parseScopes(given: string | readonly string[]): readonly string[] {
  const list: unknown[] = typeof given === "string" ? given.split(/\s+/) : Array.isArray(given) ? given : [given];
  const scopes = new Set<string>();
  for (const scope of list) {
    if (typeof scope !== "string") {
      throw refusal(
        "invalid_scope",
        "A scope is not a string.",
        'Give scopes as strings, such as "https://graph.microsoft.com/.default".',
      );
    }
    if (scope.trim() !== "") scopes.add(checkScope(scope.trim()));
  }
  const [first, ...others] = scopes;
  if (first === undefined) {
    throw refusal(
      "invalid_scope",
      '"scopes" is empty.',
      "Leave it out to get Microsoft Graph, or name the one resource you want a token for.",
    );
  }
  const stranger = others.find((scope) => resourceOf(scope) !== resourceOf(first));
  if (stranger !== undefined) {
    throw refusal(
      "invalid_scope",
      `${quoted(first, "scope")} and ${quoted(stranger, "scope")} belong to two resources.`,
      "A token is for one resource: ask for each of them with a call of its own.",
    );
  }
  return [...scopes];
}

/** What a scope's token is for: `https://graph.microsoft.com` of `https://graph.microsoft.com/.default`. */
export function resourceOf(scope: string): string {
  return scope.slice(0, -suffix.length).toLowerCase();
}

function checkScope(scope: string): string {
  if (/\s/.test(scope))
    throw refusal(
      "invalid_scope",
      `The scope ${quoted(scope, "scope")} has a space in it.`,
      "Give each scope as a string of its own.",
    );
  if (scope.length > suffix.length && scope.endsWith(suffix)) return scope;
  const [permission = "the permission"] = /(?<=^|\/)[A-Z]\w+(\.[A-Z]\w+)+$/.exec(secretKind(scope) ? "" : scope) ?? [];
  throw refusal(
    "invalid_scope",
    `The scope ${quoted(scope, "scope")} does not end in "${suffix}".`,
    scope.endsWith(".default")
      ? `Write the resource in front of it: "https://graph.microsoft.com${suffix}" or "api://<application id>${suffix}".`
      : `An app asks for all it was granted: use "https://graph.microsoft.com${suffix}" or "api://<application id>${suffix}", and grant ${permission} under ${portal.permissions}.`,
  );
}
