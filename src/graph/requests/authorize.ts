import { URL } from "node:url";
import type { AuthenticationProvider, AuthenticationProviderOptions } from "@microsoft/microsoft-graph-client";
import type { GraphTokenRequest } from "../../access-token.js";
import { AppIdentityError } from "../../errors.js";
import { safeCause, safeReason } from "../../http/safe-cause.js";
import { isOwnError } from "../../own-error.js";

/** Whether an address is Graph's own, port included. Whatever isn't gets neither token nor telemetry. */
export function isGraphAddress(address: string, graphRoot: string): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, username, password } = new URL(address);
  return origin === graphRoot && username === "" && password === "";
}

/**
 * Gives a request its token. A caller's own Authorization header is left alone.
 * @throws AppIdentityError what the provider throws, or `credential_callback_failed` where it throws anything else;
 * `invalid_token_response` where it gives no token.
 */
export async function authorize(
  headers: Headers,
  authProvider: AuthenticationProvider,
  request: GraphTokenRequest,
): Promise<void> {
  if (headers.has("authorization")) return;
  let token: unknown;
  try {
    token = await authProvider.getAccessToken(request as AuthenticationProviderOptions);
  } catch (thrown) {
    if (isOwnError(thrown)) throw thrown;
    throw new AppIdentityError(
      "credential_callback_failed",
      `The client's authProvider failed: ${safeReason(thrown)}`,
      {
        remedy: "Look at the cause: it comes from the authProvider this client was created with.",
        cause: safeCause(thrown),
      },
    );
  }
  // Headers would refuse other characters too, but with the token in the message.
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    throw new AppIdentityError("invalid_token_response", "The client's authProvider gave no usable token.", {
      remedy: "Its getAccessToken() must resolve to the token as a string, without spaces or line breaks.",
    });
  }
  request.onToken?.(token);
  headers.set("authorization", `Bearer ${token}`);
}
