import { optionOf } from "../../check-options.js";
import type { AppIdentityError } from "../../errors.js";
import { refusal } from "../../refusal.js";
import { assertionCredential } from "./assertion.js";
import { certificateCredential } from "./certificate.js";
import type { Credential, CredentialChoices, CredentialContext, CredentialOptions } from "./credential.js";
import { federatedTokenCredential } from "./federated-token.js";
import { secretCredential } from "./secret.js";

type Maker<T> = (given: T, context: CredentialContext) => Credential;

const makers: { [K in keyof CredentialChoices]: Maker<CredentialChoices[K]> } = {
  clientSecret: secretCredential,
  clientCertificate: certificateCredential,
  clientAssertion: assertionCredential,
  federatedTokenFile: federatedTokenCredential,
  tokenCredential: (given) => {
    if (typeof given?.getToken !== "function") throw invalid('"tokenCredential" has no getToken().');
    return { kind: "tokenCredential", getToken: (scopes, options) => given.getToken(scopes, options) };
  },
};

export const credentialNames = Object.keys(makers) as (keyof CredentialChoices)[];

/**
 * The one credential that is given.
 * @throws AppIdentityError `invalid_options` for none or several, `invalid_certificate`, `certificate_expired`
 */
export function chooseCredential(options: CredentialOptions, context: CredentialContext): Credential {
  const [name, another] = credentialNames.filter((each) => optionOf(options, each) !== undefined);
  if (name === undefined) {
    const unset = credentialNames.filter((each) => each in options);
    throw invalid(unset.length > 0 ? `"${unset.join('" and "')}" is undefined.` : "No credential is given.");
  }
  if (another !== undefined) throw invalid(`"${name}" and "${another}" are both given.`);
  return (makers[name] as Maker<unknown>)(optionOf(options, name), context);
}

function invalid(message: string): AppIdentityError {
  const names = credentialNames.join(", ");
  return refusal(
    "invalid_options",
    message,
    `Give exactly one of ${names}. If its value comes from the environment, check that the variable is set.`,
  );
}
