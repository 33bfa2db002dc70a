import { type CloudHosts, type CloudName, cloudOfLoginHost, resolveCloud } from "../../clouds.js";
import { refusal } from "../../refusal.js";
import { credentialNames } from "../credentials/choose-credential.js";
import { portal } from "../portal.js";
import { type AppIdentityOptions, tenantNames } from "./options.js";
import { type OptionOverrides, overlay } from "./overrides.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Options from the variables that `@azure/identity` reads, and in its order where several credentials are set: `AZURE_CLIENT_SECRET`,
 * `AZURE_CLIENT_CERTIFICATE_PATH` (with `AZURE_CLIENT_CERTIFICATE_PASSWORD` and `AZURE_CLIENT_SEND_CERTIFICATE_CHAIN`),
 * `AZURE_FEDERATED_TOKEN_FILE`. A variable set to nothing counts as not set. `GRAPH_APP_IDENTITY_GRAPH_ROOT` names a Graph that isn't the
 * one of `AZURE_AUTHORITY_HOST`'s cloud.
 * @param overrides Options that win over the environment.
 * @throws AppIdentityError `invalid_options`
 */
export function fromEnvironment(env: Environment = process.env, overrides: OptionOverrides = {}): AppIdentityOptions {
  const read = (name: string) => (Object.hasOwn(env, name) && env[name]?.trim()) || undefined;
  const options = overlay(
    {
      tenantId: read("AZURE_TENANT_ID"),
      clientId: read("AZURE_CLIENT_ID"),
      cloud: cloudFrom(read("AZURE_AUTHORITY_HOST"), read("GRAPH_APP_IDENTITY_GRAPH_ROOT")),
      ...credentialFrom(env, read),
    },
    overrides,
  );
  const has = (names: readonly (keyof OptionOverrides)[]) => names.some((name) => Object.hasOwn(options, name));
  const wanted: [variables: string, found: boolean, place: string][] = [
    ["AZURE_TENANT_ID", has(tenantNames) || has(["tokenCredential"]), portal.tenantId],
    ["AZURE_CLIENT_ID", has(["clientId", "tokenCredential"]), portal.clientId],
    [
      "AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE",
      has(credentialNames),
      portal.clientSecret,
    ],
  ];
  const missing = wanted.filter(([, found]) => !found);
  if (missing.length > 0) {
    throw refusal(
      "invalid_options",
      `Not set in the environment: ${missing.map(([variables]) => variables).join("; ")}.`,
      `Set what is missing. The portal shows it here: ${missing.map(([, , place]) => place).join("; ")}.`,
    );
  }
  return options as AppIdentityOptions;
}

/** The values stay behind functions, so that the options can be printed without telling them. */
function credentialFrom(env: Environment, read: (name: string) => string | undefined): OptionOverrides {
  const path = read("AZURE_CLIENT_CERTIFICATE_PATH");
  if (read("AZURE_CLIENT_SECRET")) return { clientSecret: () => read("AZURE_CLIENT_SECRET") ?? "" };
  if (path === undefined) return { federatedTokenFile: read("AZURE_FEDERATED_TOKEN_FILE") };
  return {
    clientCertificate: {
      path,
      passphrase: () => env.AZURE_CLIENT_CERTIFICATE_PASSWORD ?? "",
      sendX5c: /^(1|true)$/i.test(read("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN") ?? ""),
    },
  };
}

function cloudFrom(
  authorityHost: string | undefined,
  graphRoot: string | undefined,
): CloudName | CloudHosts | undefined {
  const loginHost = authorityHost && hostOf(authorityHost);
  if (graphRoot !== undefined) return { loginHost: loginHost ?? resolveCloud().loginHost, graphRoot };
  if (loginHost === undefined) return undefined;
  return cloudOfLoginHost(loginHost) ?? { loginHost, graphRoot: resolveCloud().graphRoot };
}

function hostOf(authorityHost: string): string {
  try {
    const url = new URL(authorityHost.includes("://") ? authorityHost : `https://${authorityHost}`);
    if (url.protocol === "https:" && url.pathname === "/" && !url.search && !url.hash && !url.username) return url.host;
  } catch {
    // Reported below.
  }
  throw refusal(
    "invalid_options",
    "AZURE_AUTHORITY_HOST is not the address of a login host.",
    'Set it to the host alone, such as "https://login.microsoftonline.us"; the tenant goes into AZURE_TENANT_ID.',
  );
}
