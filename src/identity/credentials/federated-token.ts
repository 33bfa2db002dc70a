import { accessSync, constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AppIdentityError } from "../../errors.js";
import { refusal } from "../../refusal.js";
import { unreadable } from "../given-path.js";
import { checkAssertion } from "./check-assertion.js";
import type { CredentialContext, ProvingCredential } from "./credential.js";

const tokenFile = {
  field: 'The federated token file ("federatedTokenFile")',
  remedy:
    "Give the path that AZURE_FEDERATED_TOKEN_FILE holds in the pod; the workload identity webhook sets it and mounts the file.",
  instead: {
    "a token (JWT)":
      "This is the token itself: give the path of a file that holds it, or return it from clientAssertion.",
  },
};

/**
 * The token file of workload identity. Whoever projects it (the kubelet, every hour or so) replaces it before it expires, so it is read
 * for each token request and kept nowhere.
 * @see https://azure.github.io/azure-workload-identity/docs/concepts.html
 */
export function federatedTokenCredential(path: string, { clock }: CredentialContext): ProvingCredential {
  if (typeof path !== "string" || path.trim() === "") {
    throw refusal("invalid_options", '"federatedTokenFile" is not a path.', tokenFile.remedy);
  }
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw unreadable({ ...tokenFile, code: "invalid_options", path }, cause);
  }
  // The file of the start, wherever the process goes from there.
  const file = resolve(path);
  const read = async (signal: AbortSignal): Promise<string> => {
    let text: string;
    try {
      text = await readFile(file, { encoding: "utf8", signal });
    } catch (cause) {
      signal.throwIfAborted();
      throw unreadable({ ...tokenFile, code: "invalid_credential", lost: true, path }, cause).with({ retryable: true });
    }
    return checkAssertion(text, clock.now(), (problem, expired) => {
      return new AppIdentityError(
        expired ? "expired_credential" : "invalid_credential",
        `The federated token in ${path} ${problem}.`,
        {
          remedy:
            "Look at what writes the file (the projected service account token of the pod): it should have renewed it by now.",
          retryable: true,
        },
      );
    });
  };
  return {
    kind: "federatedToken",
    proof: async (signal) => ({ clientAssertion: await read(signal) }),
    async refresh(refused, signal) {
      try {
        return (await read(signal)) !== refused.clientAssertion;
      } catch {
        signal.throwIfAborted();
        return false;
      }
    },
  };
}
