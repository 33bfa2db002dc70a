import { AppIdentityError } from "../../errors.js";
import { log } from "../../logger.js";
import { secretKind } from "../../quotable.js";
import { refusal } from "../../refusal.js";
import { isPlaceholder, isReference } from "../placeholders.js";
import { portal } from "../portal.js";
import { askCaller } from "./ask-callback.js";
import type { CredentialChoices, CredentialContext, ProvingCredential } from "./credential.js";

const remedy = `Its value: ${portal.clientSecret}.`;

/** What is no client secret by its looks, and where it belongs. */
const elsewhere: Readonly<Record<string, string>> = {
  "PEM text": "Give a key and its certificate as clientCertificate: { pem }.",
  "a token (JWT)": "Give an assertion as clientAssertion: async () => assertion, or its file as federatedTokenFile.",
};

/** A fixed secret, or one from a function that is asked first when it is needed and again when Entra refuses what it gave. */
export function secretCredential(
  given: CredentialChoices["clientSecret"],
  context: CredentialContext,
): ProvingCredential {
  if (typeof given === "string") {
    const clientSecret = checkSecret(given, "invalid_options");
    return { kind: "secret", proof: async () => ({ clientSecret }), refresh: async () => false };
  }
  if (typeof given !== "function") {
    throw new AppIdentityError("invalid_options", '"clientSecret" is neither a string nor a function.', { remedy });
  }
  let current: string | undefined;
  const ask = async (signal: AbortSignal): Promise<string> => {
    const answer = await askCaller("clientSecret", given, signal, context.clock);
    current = checkSecret(answer, "credential_callback_failed");
    return current;
  };
  return {
    kind: "secret",
    async proof(signal) {
      return { clientSecret: current ?? (await ask(signal)) };
    },
    async refresh(refused, signal) {
      // Another request may have asked already.
      if (current !== refused.clientSecret) return true;
      try {
        return (await ask(signal)) !== refused.clientSecret;
      } catch (error) {
        signal.throwIfAborted();
        log(context.logger, "warn", `Entra refused the client secret, and no other one is at hand: ${String(error)}`);
        return false;
      }
    },
  };
}

/** A secret never has white space in it, but files and pasted text end in some. */
function checkSecret(value: unknown, code: "invalid_options" | "credential_callback_failed"): string {
  const secret = typeof value === "string" ? value.trim() : "";
  const kind = secretKind(secret) ?? "";
  const place = Object.hasOwn(elsewhere, kind) ? elsewhere[kind] : undefined;
  if (place !== undefined) throw refusal(code, `"clientSecret" looks like ${kind}, which is no client secret.`, place);
  if (isReference(secret)) {
    throw refusal(
      code,
      '"clientSecret" is a reference that nobody has resolved, or the word for no value.',
      "Look at what should put the secret in its place: the vault's permission, the variable's name, the step that fills it in. Nothing was sent.",
    );
  }
  if (secret !== "" && !isPlaceholder(secret)) return secret;
  const wrong = typeof value !== "string" ? "is not a string" : secret === "" ? "is empty" : "is still a sample's text";
  throw new AppIdentityError(code, `"clientSecret" ${wrong}.`, {
    remedy: `${remedy} If it comes from the environment, check that the variable is set.`,
  });
}
