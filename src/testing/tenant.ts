import { App, type AppOptions, AppRegistration } from "./app.js";
import type { Directory } from "./directory.js";
import { seededGuid } from "./seeded.js";

/** A tenant: its names, the apps it has consented to, and the people in it. */
export interface TenantOptions {
  /** How many people. Default 1000. */
  users?: number;
  /** The same seed gives the same ids, secrets and people. Default 1, and one more for each further tenant. */
  seed?: number;
  /** Default: a GUID that depends on the seed. */
  tenantId?: string;
  /** Default `contoso.onmicrosoft.com`, and `contoso<n>.onmicrosoft.com` for further tenants. */
  domain?: string;
}

export class Tenant {
  readonly id: string;
  readonly domain: string;
  readonly displayName: string;
  readonly directory: Directory;
  readonly apps = new Map<string, App>();
  readonly #seed: number;
  #registered = 0;

  constructor(id: string, domain: string, seed: number, directory: Directory) {
    this.id = id;
    this.domain = domain;
    this.displayName = domain.replace(/\..*/, (rest) => (rest === ".onmicrosoft.com" ? "" : rest));
    this.displayName = this.displayName.charAt(0).toUpperCase() + this.displayName.slice(1);
    this.#seed = seed;
    this.directory = directory;
  }

  /** Whether a URL's tenant segment means this tenant. */
  isNamed(segment: string): boolean {
    const name = segment.toLowerCase();
    return name === this.id || name === this.domain;
  }

  register(options: AppOptions): App {
    this.#registered += 1;
    const name = `App ${this.#registered}`;
    return this.consent(new AppRegistration(options, `${this.#seed}:${name}`, name), options);
  }

  /** Makes an app that is registered elsewhere known here, with its credentials. */
  consent(registration: AppRegistration, options: AppOptions = {}): App {
    if (this.apps.has(registration.clientId))
      throw new TypeError(`The app ${registration.clientId} is already registered.`);
    const app = new App(registration, this.id, options);
    this.apps.set(app.clientId, app);
    return app;
  }

  /** The API that a resource names: by one of its URIs or its client id. */
  apiNamed(resource: string): App | undefined {
    return [...this.apps.values()].find(
      ({ clientId, registration }) => clientId === resource || registration.identifierUris.includes(resource),
    );
  }

  clear(): void {
    this.apps.clear();
    this.#registered = 0;
  }
}

export const tenantIdOf = (seed: number): string => seededGuid(`${seed}:tenant`);
