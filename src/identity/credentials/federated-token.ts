import { accessSync, constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { AppIdentityError } from "../../errors.js";
import { checkAssertion } from "./check-assertion.js";
import type { CredentialContext, ProvingCredential } from "./credential.js";

/**
 * The token file of workload identity. Whoever projects it (the kubelet, every hour or so) replaces it before it expires, so it is read
 * for each token request and kept nowhere.
 * @see https://azure.github.io/azure-workload-identity/docs/concepts.html
 */
export function federatedTokenCredential(path: string, { clock }: CredentialContext): ProvingCredential {
  if (typeof path !== "string" || path.trim() === "") {
    throw unreadable("invalid_options", '"federatedTokenFile" is not a path.');
  }
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw unreadable("invalid_options", `"federatedTokenFile" can't be read: ${path}.`, cause);
  }
  const read = async (signal: AbortSignal): Promise<string> => {
    let text: string;
    try {
      text = await readFile(path, { encoding: "utf8", signal });
    } catch (cause) {
      signal.throwIfAborted();
      throw unreadable("invalid_credential", `The federated token file can't be read any more: ${path}.`, cause);
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

function unreadable(
  code: "invalid_options" | "invalid_credential",
  message: string,
  cause?: unknown,
): AppIdentityError {
  return new AppIdentityError(code, message, {
    remedy:
      "Give the path that AZURE_FEDERATED_TOKEN_FILE holds in the pod; the workload identity webhook sets it and mounts the file.",
    retryable: code === "invalid_credential",
    cause,
  });
}
