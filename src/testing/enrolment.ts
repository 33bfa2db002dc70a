import type { App } from "./app.js";
import { seededGuid } from "./chance/seeded.js";
import type { Directory } from "./directory/directory.js";
import { appRole, appRoleId, type Grant } from "./directory/granted-roles.js";
import { isoSeconds } from "./directory/iso-seconds.js";
import type { Population } from "./directory/population.js";
import { graphAppId } from "./wire/hosts.js";

/** Keeps the directory in step with the apps: each has a service principal here, and an application where it was registered. */
export interface Enrolment {
  /** Brings apps in that are new, up to date those that changed, and out those that are gone. */
  refresh(): void;
  /** What apps were granted, on Microsoft Graph and on each other. */
  grants(): Grant[];
}

interface EnrolmentOptions {
  directory: Directory;
  apps: ReadonlyMap<string, App>;
  /** Whether an app was registered in this tenant, not only consented to. */
  isRegisteredHere(app: App): boolean;
  apiNamed(resource: string): App | undefined;
}

interface Enrolled {
  population: Population;
  key: number;
  shown: string;
}

/** Over sixty lines: short functions that share what is enrolled. */
export function createEnrolment({ directory, apps, isRegisteredHere, apiNamed }: EnrolmentOptions): Enrolment {
  const { applications, servicePrincipals } = directory.populations;
  /** By kind and client id. */
  const enrolled = new Map<string, Enrolled>();

  function grants(): Grant[] {
    return [...apps.values()].flatMap((app): Grant[] => {
      const { clientId: client, roles } = app;
      const others = Array.isArray(roles) ? [] : Object.keys(roles).filter((name) => !isGraph(name));
      const onApis = others.flatMap((name) => {
        const resource = apiNamed(name)?.clientId;
        return resource === undefined ? [] : [{ client, resource, roles: app.rolesOn(name) }];
      });
      return [{ client, resource: graphAppId, roles: app.rolesOn() }, ...onApis];
    });
  }

  function enrol(population: Population, appId: string, id: string, properties: object): string {
    const name = `${population.kind} ${appId}`;
    const shown = JSON.stringify(properties);
    const known = enrolled.get(name);
    if (known?.shown === shown) return name;
    const key = known?.key ?? keyFor(population, appId, id);
    // What was deleted in the directory stays so.
    if (population.exists(key)) population.update(key, properties);
    enrolled.set(name, { population, key, shown });
    return name;
  }

  /** An app may come back, or be registered under the client id of one that was generated. */
  function keyFor(population: Population, appId: string, id: string): number {
    const gone = population.restorable(id);
    if (gone !== undefined) population.restore(gone);
    return gone ?? population.keyOf(appId, "appId") ?? population.add({ id, appId });
  }

  return {
    refresh() {
      const present = new Set<string>();
      const rolesOn = new Map<string, string[]>();
      for (const { resource, roles } of grants()) {
        const known = rolesOn.get(resource) ?? [];
        known.push(...roles);
        rolesOn.set(resource, known);
      }
      for (const app of apps.values()) {
        const { clientId, objectId } = app;
        if (isRegisteredHere(app)) {
          const id = seededGuid(`${directory.tenantId}:${clientId}:application`);
          present.add(enrol(applications, clientId, id, applicationOf(app)));
        }
        const onIt = rolesOn.get(clientId) ?? [];
        present.add(enrol(servicePrincipals, clientId, objectId, principalOf(app, onIt)));
      }
      for (const [name, { population, key }] of enrolled) {
        if (present.has(name)) continue;
        if (population.exists(key)) population.remove(key, "changed");
        enrolled.delete(name);
      }
    },
    grants,
  };
}

const isGraph = (resource: string) => resource === "https://graph.microsoft.com";

/** As its registration has it, credentials without their values. */
function applicationOf({ registration }: App): object {
  const { displayName, identifierUris, asksFor, secrets, certificates } = registration;
  const access = asksFor.map((role) => ({ id: appRoleId(graphAppId, role), type: "Role" }));
  return {
    displayName,
    identifierUris: [...identifierUris],
    requiredResourceAccess: access.length > 0 ? [{ resourceAppId: graphAppId, resourceAccess: access }] : [],
    passwordCredentials: secrets.map(({ id, value, expiresAt }) => ({
      customKeyIdentifier: null,
      displayName: null,
      endDateTime: Number.isFinite(expiresAt) ? isoSeconds(expiresAt) : null,
      hint: value?.slice(0, 3) ?? null,
      keyId: id,
      secretText: null,
      startDateTime: null,
    })),
    keyCredentials: certificates.map(({ sha1, sha256, notBefore, notAfter }) => ({
      customKeyIdentifier: sha1,
      displayName: null,
      endDateTime: isoSeconds(notAfter.getTime()),
      key: null,
      keyId: seededGuid(sha256),
      startDateTime: isoSeconds(notBefore.getTime()),
      type: "AsymmetricX509Cert",
      usage: "Verify",
    })),
  };
}

function principalOf({ clientId, disabled, registration }: App, roles: readonly string[]): object {
  const { displayName, identifierUris } = registration;
  return {
    displayName,
    appDisplayName: displayName,
    accountEnabled: !disabled,
    servicePrincipalNames: [clientId, ...identifierUris],
    appRoles: [...new Set(roles)].map((role) => appRole(clientId, role)),
  };
}
