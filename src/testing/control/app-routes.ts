import type { App, RegisteredCertificate } from "../app.js";
import { ControlError, checkFields, notFound, requireField } from "./control-error.js";
import { listQuery } from "./query.js";
import { type ControlCall, listed, type Route } from "./route.js";

const fields = {
  name: "text",
  roles: "texts",
  asksFor: "texts",
  disabled: "boolean",
  identifierUris: "texts",
} as const;

function appOf({ tenant, params }: ControlCall): App {
  const app = tenant.apps.get((params.clientId ?? "").toLowerCase());
  if (!app) throw notFound(`app ${params.clientId}`);
  return app;
}

const timeOf = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);

function certificateShown({ sha1, sha256, notBefore, notAfter }: RegisteredCertificate): object {
  return { sha256, sha1, notBefore, notAfter };
}

/** Secrets show their last characters: their values are told once, when they are made. */
function shown(app: App): object {
  const { secrets, certificates, identifierUris, asksFor } = app.registration;
  return {
    clientId: app.clientId,
    name: app.displayName,
    objectId: app.objectId,
    roles: app.roles,
    asksFor,
    disabled: app.disabled,
    identifierUris,
    secrets: secrets.map(({ id, hint, expiresAt }) => ({ id, hint, expiresAt: timeOf(expiresAt) })),
    certificates: certificates.map(certificateShown),
  };
}

function change(app: App, { name, roles, asksFor, disabled, identifierUris }: Record<string, unknown>): void {
  if (name !== undefined) app.registration.displayName = name as string;
  if (identifierUris !== undefined) app.registration.identifierUris = identifierUris as string[];
  if (asksFor !== undefined) app.registration.asksFor = asksFor as string[];
  if (roles !== undefined) app.roles = roles as string[];
  if (disabled !== undefined) app.disabled = disabled as boolean;
}

/** What is granted on Microsoft Graph, changed; what is granted on other APIs stays. */
export function changeRoles(app: App, how: (roles: readonly string[]) => readonly string[]): void {
  const changed = [...new Set(how(app.rolesOn()))];
  app.roles = Array.isArray(app.roles) ? changed : { ...app.roles, "https://graph.microsoft.com": changed };
}

function addSecret(call: ControlCall): object {
  const { body } = call;
  checkFields(body, { value: "text", expiresAt: "time" });
  const expiresAt = body.expiresAt === undefined ? undefined : new Date(body.expiresAt as string);
  const app = appOf(call);
  app.addSecret({ ...(body.value !== undefined && { value: body.value as string }), ...(expiresAt && { expiresAt }) });
  const { id, value, hint } = app.registration.secrets.at(-1)!;
  return { id, value, hint, expiresAt: expiresAt?.toISOString() ?? null };
}

function addCertificate(call: ControlCall): object {
  checkFields(call.body, { pem: "text" });
  requireField(call.body, "pem");
  const app = appOf(call);
  try {
    app.addCertificate(call.body.pem as string);
  } catch {
    throw new ControlError("invalid", '"pem" holds no certificate: it has a block that begins with BEGIN CERTIFICATE.');
  }
  return certificateShown(app.registration.certificates.at(-1)!);
}

/** @throws ControlError when nothing was taken away */
function removeFrom<T>(list: T[], fits: (entry: T) => boolean, what: string): object {
  const at = list.findIndex(fits);
  if (at < 0) throw notFound(what);
  list.splice(at, 1);
  return {};
}

/** Apps: registered, consented to, given credentials and relieved of them, as an administrator would. */
export const appRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "api/apps",
    does: "the apps",
    query: listQuery,
    handle: ({ tenant, query }) =>
      listed(tenant.apps.values(), query, ({ displayName, clientId }) => `${displayName} ${clientId}`, shown),
  },
  {
    method: "POST",
    path: "api/apps",
    does: "registers an app, with no permission unless given",
    handle({ tenant, body }) {
      checkFields(body, { ...fields, clientId: "text" });
      const { name, clientId, ...rest } = body as { name?: string; clientId?: string };
      if (clientId !== undefined && tenant.apps.has(clientId.toLowerCase()))
        throw new ControlError("conflict", `The app ${clientId} is there already.`);
      const named = { ...(name !== undefined && { displayName: name }), ...(clientId !== undefined && { clientId }) };
      return { status: 201, json: shown(tenant.register({ roles: [], secrets: [], ...named, ...rest })) };
    },
  },
  {
    method: "GET",
    path: "api/apps/{clientId}",
    does: "an app",
    handle: (call) => ({ json: shown(appOf(call)) }),
  },
  {
    method: "PATCH",
    path: "api/apps/{clientId}",
    does: "changes an app",
    handle(call) {
      checkFields(call.body, fields);
      const app = appOf(call);
      change(app, call.body);
      return { json: shown(app) };
    },
  },
  {
    method: "DELETE",
    path: "api/apps/{clientId}",
    does: "takes an app away",
    handle(call) {
      call.tenant.apps.delete(appOf(call).clientId);
      return {};
    },
  },
  {
    method: "POST",
    path: "api/apps/{clientId}/roles",
    does: "grants permissions, from the next token on",
    handle(call) {
      checkFields(call.body, { roles: "texts" });
      requireField(call.body, "roles");
      const app = appOf(call);
      changeRoles(app, (roles) => [...roles, ...(call.body.roles as string[])]);
      return { json: shown(app) };
    },
  },
  {
    method: "DELETE",
    path: "api/apps/{clientId}/roles/{role}",
    does: "withdraws a permission",
    handle(call) {
      const app = appOf(call);
      const { role = "" } = call.params;
      if (!app.rolesOn().includes(role)) throw notFound(`permission ${role} of ${app.displayName}`);
      changeRoles(app, (roles) => roles.filter((granted) => granted !== role));
      return { json: shown(app) };
    },
  },
  {
    method: "POST",
    path: "api/apps/{clientId}/secrets",
    does: "makes a secret, and tells its value this once",
    handle: (call) => ({ status: 201, json: addSecret(call) }),
  },
  {
    method: "DELETE",
    path: "api/apps/{clientId}/secrets/{id}",
    does: "takes a secret away",
    handle: (call) =>
      removeFrom(appOf(call).registration.secrets, ({ id }) => id === call.params.id, `secret ${call.params.id}`),
  },
  {
    method: "POST",
    path: "api/apps/{clientId}/certificates",
    does: "registers a certificate, given as PEM",
    handle: (call) => ({ status: 201, json: addCertificate(call) }),
  },
  {
    method: "DELETE",
    path: "api/apps/{clientId}/certificates/{sha256}",
    does: "takes a certificate away",
    handle(call) {
      const wanted = call.params.sha256?.replaceAll(":", "").toUpperCase();
      return removeFrom(
        appOf(call).registration.certificates,
        ({ sha256 }) => sha256 === wanted,
        `certificate ${wanted}`,
      );
    },
  },
  {
    method: "POST",
    path: "api/apps/{clientId}/revoke",
    does: "revokes the tokens an app holds",
    handle(call) {
      checkFields(call.body, {});
      appOf(call).validFrom = Math.floor(call.emulator.clock.now() / 1000) + 1;
      return {};
    },
  },
];
