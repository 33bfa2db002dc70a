import type { App, AppOptions } from "./app.js";
import type { TenantContents } from "./directory/tenant-contents.js";
import type { GraphSwitches } from "./graph/switches.js";
import type { Tenant } from "./tenant.js";
import type { EmulatorClock } from "./wire/messages.js";

/** One tenant of an emulator. */
export interface EmulatedTenant extends TenantContents {
  readonly tenantId: string;
  readonly domain: string;
  /** The app that is there from the start. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** How its Graph behaves: throttling, page tokens, short pages, order. */
  readonly graph: GraphSwitches;
  /** Registers an app, with one secret and `User.Read.All` unless told otherwise. */
  addApp(options?: AppOptions): App;
  /**
   * An app by its client id, to change its credentials and roles. Default: the one that is there from the start.
   * @throws Error when there is none
   */
  app(clientId?: string): App;
  /** Revokes the tokens an app holds: those of clients that declared `cp1` get a claims challenge. Default: the app from the start. */
  revoke(clientId?: string): void;
}

/** A tenant as tests see it; `credentials` are those of the app from the start. */
export function describeTenant(
  tenant: Tenant,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
  clock: EmulatorClock,
): EmulatedTenant {
  const app = (id = clientId) => tenant.app(id);
  return {
    tenantId: tenant.id,
    domain: tenant.domain,
    clientId,
    clientSecret,
    app,
    get users() {
      return tenant.contents.users;
    },
    get groups() {
      return tenant.contents.groups;
    },
    get devices() {
      return tenant.contents.devices;
    },
    get applications() {
      return tenant.contents.applications;
    },
    get servicePrincipals() {
      return tenant.contents.servicePrincipals;
    },
    get contacts() {
      return tenant.contents.contacts;
    },
    get administrativeUnits() {
      return tenant.contents.administrativeUnits;
    },
    get graph() {
      return tenant.graph.switches;
    },
    addApp: (options = {}) => tenant.register(options),
    revoke(id) {
      app(id).validFrom = Math.floor(clock.now() / 1000) + 1;
    },
  };
}
