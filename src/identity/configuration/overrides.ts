import { optionOf } from "../../check-options.js";
import { credentialNames } from "../credentials/choose-credential.js";
import { type EveryOption, tenantNames } from "./options.js";

/** Any of the options, in place of what a file or the environment says. */
export type OptionOverrides = { readonly [K in keyof EveryOption]?: EveryOption[K] | undefined };

/** A credential replaces another one, whatever its kind, and so does a tenant. */
export function overlay(found: OptionOverrides, overrides: OptionOverrides): OptionOverrides {
  const merged: Record<string, unknown> = { ...found };
  for (const group of [tenantNames, credentialNames]) {
    if (group.some((name) => optionOf(overrides, name) !== undefined)) for (const name of group) delete merged[name];
  }
  // An authority decides the cloud.
  if (["authority", "oidcAuthority"].some((name) => optionOf(overrides, name) !== undefined)) delete merged.cloud;
  for (const [name, value] of Object.entries(overrides)) if (value !== undefined) merged[name] = value;
  for (const name of Object.keys(merged)) if (merged[name] === undefined) delete merged[name];
  return merged;
}
