import { AppIdentityError } from "../../errors.js";
import { askCaller } from "./ask-callback.js";
import { checkAssertion } from "./check-assertion.js";
import type { CredentialChoices, CredentialContext, ProvingCredential } from "./credential.js";

/** Assertions that the caller signs. MSAL calls for one when the token request is about to be sent. */
export function assertionCredential(
  given: CredentialChoices["clientAssertion"],
  { tenantId: ownTenant, clientId, clock }: CredentialContext,
): ProvingCredential {
  if (typeof given !== "function") {
    throw new AppIdentityError("invalid_options", '"clientAssertion" is not a function.', {
      remedy:
        "An assertion lives for minutes: give a function that signs a new one, as in async ({ tokenEndpoint, clientId }) => …",
    });
  }
  return {
    kind: "assertion",
    async proof(signal, tenantId = ownTenant) {
      const clientAssertion = async ({ tokenEndpoint = "" }: { tokenEndpoint?: string }): Promise<string> => {
        const ask = (inner: AbortSignal) => given({ tenantId, clientId, tokenEndpoint, signal: inner });
        const assertion = await askCaller("clientAssertion", ask, signal, clock);
        return checkAssertion(assertion, clock.now(), (problem) => {
          return new AppIdentityError(
            "credential_callback_failed",
            `The assertion from "clientAssertion" ${problem}.`,
            {
              remedy: "Return a signed JWT that lives for some minutes, a new one for each call.",
            },
          );
        });
      };
      return { clientAssertion };
    },
    // The next request asks for a new one anyway.
    refresh: async () => false,
  };
}
