import {
  type CloudHosts,
  type CloudName,
  cloudOfGraphRoot,
  cloudOfLoginHost,
  isKnownGraphRoot,
  resolveCloud,
} from "../../clouds.js";
import type { AppIdentityError } from "../../errors.js";
import { refusal } from "../../refusal.js";
import { credentialNames } from "../credentials/choose-credential.js";
import { portal } from "../portal.js";
import { resolveAuthority } from "./authority.js";
import { type AppIdentityOptions, tenantNames } from "./options.js";
import { type OptionOverrides, overlay } from "./overrides.js";
import { readParameters } from "./parameters.js";
import { parseScopes, resourceOf } from "./scopes.js";

/** What must be there, by the fields that say it, and where the portal shows it. */
const needs = [
  { options: tenantNames, fields: ["authority", "oidc_authority"], place: portal.tenantId },
  { options: ["clientId"], fields: ["client_id"], place: portal.clientId },
  {
    options: credentialNames,
    fields: ["secret", "thumbprint"],
    place: `${portal.clientSecret}; or ${portal.certificates}`,
  },
] as const;

/**
 * Options from the `parameters.json` of Microsoft's daemon quickstart. Its authority and endpoint decide the cloud: where the authority
 * isn't on one of Microsoft's login hosts, the endpoint says where Graph is.
 * @param source Path of the file, or what is in it.
 * @param overrides Options that win over the file; `cloud` takes the place of its login host, Graph scope included.
 * @throws AppIdentityError `invalid_parameters`, with the fields to fill in and where the portal shows their values.
 */
export function fromParameters(source: string | URL | object, overrides: OptionOverrides = {}): AppIdentityOptions {
  const { endpoint, unfilled, source: name, ...said } = readParameters(source);
  const { authority, scopes } = said;
  const inCloud: OptionOverrides =
    overrides.cloud === undefined
      ? {
          ...said,
          cloud: cloudOfEndpoint(
            { endpoint, scopes: overrides.scopes ?? scopes, authority: authority ?? said.oidcAuthority },
            name,
          ),
        }
      : {
          ...said,
          ...(authority !== undefined && { authority: undefined, tenantId: resolveAuthority({ authority }).tenantId }),
          ...(scopes && isKnownGraphRoot(resourceOf(parseScopes(scopes)[0]!)) && { scopes: undefined }),
        };
  const options = overlay(inCloud, overrides);
  const isBoth = (one: keyof OptionOverrides, other: keyof OptionOverrides) =>
    Object.hasOwn(options, one) && Object.hasOwn(options, other);
  if (isBoth("authority", "oidcAuthority")) throw both(name, "authority", "oidc_authority");
  if (isBoth("clientSecret", "clientCertificate")) throw both(name, "secret", "thumbprint");
  const missing = needs.filter(({ options: names }) => !names.some((each) => Object.hasOwn(options, each)));
  if (missing.length > 0 && !Object.hasOwn(options, "tokenCredential")) {
    const complaints = missing.map(({ fields }) => {
      const sample = fields.find((field) => unfilled.includes(field));
      return sample ? `"${sample}" still has the sample's text` : `"${fields.join('" or "')}" is missing`;
    });
    const advice = missing.map(({ fields, place }) => `${fields[0]}: ${place}`);
    throw refusal(
      "invalid_parameters",
      `${name}: ${complaints.join(", ")}.`,
      `The portal shows the values. ${advice.join(". ")}.`,
    );
  }
  return options as AppIdentityOptions;
}

interface Addresses {
  endpoint: string | undefined;
  authority: string | undefined;
  scopes: AppIdentityOptions["scopes"] | undefined;
}

/** The endpoint tells apart the two clouds of the US government, which share a login host, and where a Graph of one's own is. */
function cloudOfEndpoint({ endpoint, authority, scopes }: Addresses, name: string): CloudName | CloudHosts | undefined {
  if (!endpoint || !authority || !URL.canParse(authority)) return undefined;
  const { origin: graphRoot, host } = new URL(endpoint);
  const { host: loginHost } = new URL(authority);
  const cloud = cloudOfGraphRoot(graphRoot);
  const home = cloudOfLoginHost(loginHost) ?? (loginHost.endsWith(".ciamlogin.com") ? "public" : undefined);
  if (cloud !== undefined) {
    if (home === undefined || resolveCloud(home).loginHost === resolveCloud(cloud).loginHost) return cloud;
    throw elsewhere(home, `"authority" is in the cloud ${home}, "endpoint" in ${cloud}`, name);
  }
  if (!isForGraph(scopes, graphRoot)) return undefined;
  if (home === undefined) return { loginHost, graphRoot };
  throw elsewhere(home, `"authority" is Microsoft's, but "endpoint" is on ${host}, which is no Microsoft Graph`, name);
}

/** The endpoint of another API is that API's business. */
function isForGraph(scopes: Addresses["scopes"], graphRoot: string): boolean {
  const [scope] = scopes === undefined ? [] : parseScopes(scopes);
  return scope === undefined || isKnownGraphRoot(resourceOf(scope)) || resourceOf(scope) === graphRoot;
}

function elsewhere(home: CloudName, problem: string, name: string): AppIdentityError {
  const { graphRoot } = resolveCloud(home);
  return refusal(
    "invalid_parameters",
    `${name}: ${problem}.`,
    `Microsoft Graph of that authority is ${graphRoot}. For a Graph elsewhere, give "cloud" as { loginHost, graphRoot }.`,
  );
}

function both(name: string, one: string, other: string): AppIdentityError {
  return refusal(
    "invalid_parameters",
    `${name}: "${one}" and "${other}" are both filled in.`,
    "Keep the one you use, and change the other to null.",
  );
}
