import { App, type AppOptions, AppRegistration } from "./app.js";
import { seededGuid } from "./chance/seeded.js";
import { checkKnown, checkText, checkWhole, defined } from "./check-options.js";
import { createDirectory, type Directory, type DirectorySizes, defaultSizes } from "./directory/directory.js";
import { createTenantContents, type TenantContents } from "./directory/tenant-contents.js";
import { createEnrolment, type Enrolment } from "./enrolment.js";
import type { GraphSwitches } from "./graph/switches.js";
import { createTenantGraph, type TenantGraph } from "./graph/tenant-graph.js";
import type { EmulatorClock } from "./wire/messages.js";

/** What a tenant is called, and how much is in it. */
export interface TenantOptions extends DirectorySizes {
  /**
   * The same seed gives the same ids, secrets and people. What tokens are signed with doesn't follow from it: a process makes a key of its own,
   * so that tokens and keys of one start are worth nothing to another, whose ids are the same. Default 1, and one more for each further tenant.
   */
  seed?: number;
  /** Default: a GUID that depends on the seed. */
  tenantId?: string;
  /** Default `contoso.onmicrosoft.com`, and `contoso<n>.onmicrosoft.com` for further tenants. */
  domain?: string;
}

const appOptions: Record<keyof AppOptions, true> = {
  clientId: true,
  displayName: true,
  roles: true,
  asksFor: true,
  secrets: true,
  certificates: true,
  federatedCredentials: true,
  disabled: true,
  publicClient: true,
  identifierUris: true,
  accessTokenVersion: true,
};

interface Made {
  directory: Directory;
  contents: TenantContents;
  graph: TenantGraph;
  enrolment: Enrolment;
}

/** Numbers of objects are multiplied with each other to find who belongs to whom: they must leave room for that. */
const mostUsers = 2 ** 31;
const mostOthers = 2 ** 22;

function sizesIn(options: DirectorySizes): DirectorySizes {
  const names = Object.keys(defaultSizes) as (keyof DirectorySizes)[];
  for (const name of names) checkWhole(name, options[name], 0, name === "users" ? mostUsers : mostOthers);
  return defined(Object.fromEntries(names.map((name) => [name, options[name]])));
}

/** One tenant: the apps it has consented to, the people in it, and its Graph. */
export class Tenant {
  readonly id: string;
  readonly domain: string;
  readonly apps = new Map<string, App>();
  /** What it was made with. */
  readonly recipe: Required<TenantOptions>;
  readonly #seed: number;
  /** Apps that were registered here, as against those of other tenants. */
  readonly #own = new WeakSet<App>();
  readonly #create: () => Made;
  #created: Made | undefined;
  #registered = 0;

  constructor(
    options: TenantOptions & { seed: number; domain: string },
    clock: EmulatorClock,
    switches: Partial<GraphSwitches>,
  ) {
    const { seed, tenantId = seededGuid(`${seed}:tenant`), domain } = options;
    const sizes = sizesIn(options);
    checkWhole("seed", seed, 0);
    checkText("tenantId", tenantId);
    checkText("domain", domain);
    this.id = tenantId.toLowerCase();
    this.domain = domain.toLowerCase();
    this.recipe = { ...defaultSizes, ...sizes, seed, tenantId: this.id, domain: this.domain };
    this.#seed = seed;
    this.#create = () => {
      const directory = createDirectory({ ...sizes, seed, tenantId: this.id, domain: this.domain, clock });
      const contents = createTenantContents(directory);
      const enrolment = createEnrolment({
        directory,
        apps: this.apps,
        isRegisteredHere: (app) => this.#own.has(app),
        apiNamed: (resource) => this.apiNamed(resource),
      });
      const { grants } = enrolment;
      return { directory, contents, enrolment, graph: createTenantGraph({ directory, clock, switches, grants }) };
    };
  }

  /** Made when first asked for, since a program may have thousands of tenants and look at a few. */
  get #made() {
    this.#created ??= this.#create();
    this.#created.enrolment.refresh();
    return this.#created;
  }

  get directory(): Directory {
    return this.#made.directory;
  }

  /** What is in the directory, to be read and changed. */
  get contents(): TenantContents {
    return this.#made.contents;
  }

  get graph(): TenantGraph {
    return this.#made.graph;
  }

  /** `Contoso` for `contoso.onmicrosoft.com`. */
  get displayName(): string {
    const name = this.domain.replace(/\.onmicrosoft\.com$/, "");
    return name.charAt(0).toUpperCase() + name.slice(1);
  }

  register(options: AppOptions): App {
    checkKnown("addApp()", options, appOptions);
    let registration: AppRegistration;
    // An id that follows from the seed may have come with a snapshot.
    do {
      this.#registered += 1;
      const name = `App ${this.#registered}`;
      registration = new AppRegistration(options, `${this.#seed}:${name}`, name);
    } while (options.clientId === undefined && this.apps.has(registration.clientId));
    return this.#enter(registration, options, true);
  }

  /** Makes an app that is registered elsewhere known here, with its credentials. */
  consent(registration: AppRegistration, options: AppOptions = {}): App {
    return this.#enter(registration, options, false);
  }

  #enter(registration: AppRegistration, options: AppOptions, own: boolean): App {
    const { clientId } = registration;
    if (this.apps.has(clientId)) throw new TypeError(`The app ${clientId} is already registered.`);
    const app = new App(registration, this.id, options);
    if (own) this.#own.add(app);
    this.apps.set(clientId, app);
    this.#created?.enrolment.refresh();
    return app;
  }

  /** @throws Error when there is no such app */
  app(clientId: string): App {
    const app = this.apps.get(clientId.toLowerCase());
    if (!app) throw new Error(`No app ${clientId} is registered in ${this.domain}.`);
    return app;
  }

  /** The API that a resource names: by one of its URIs or its client id. */
  apiNamed(resource: string): App | undefined {
    return [...this.apps.values()].find(
      ({ clientId, registration }) => clientId === resource || registration.identifierUris.includes(resource),
    );
  }

  /** What is registered next has the ids of what was registered first. */
  clearApps(): void {
    this.apps.clear();
    this.#registered = 0;
  }

  /** Back to the generated people, without apps. */
  reset(): void {
    this.clearApps();
    this.directory.reset();
    this.graph.reset();
  }
}
