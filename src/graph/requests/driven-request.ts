import type { GraphRequest } from "@microsoft/microsoft-graph-client";
import {
  AuthenticationHandlerOptions,
  RedirectHandlerOptions,
  ResponseType,
  RetryHandlerOptions,
} from "../../graph-sdk.js";
import type { Attempt } from "./attempt.js";

/**
 * A request of the SDK as one of our attempts sends it: its raw answer comes back, and the chain's own retrying is off, or attempts would
 * multiply; nobody follows a redirect.
 */
export function driven(
  request: GraphRequest,
  { signal, tokenRequest }: Pick<Attempt, "signal" | "tokenRequest">,
): GraphRequest {
  return request
    .option("signal", signal)
    .responseType(ResponseType.RAW)
    .middlewareOptions([
      new AuthenticationHandlerOptions(undefined, tokenRequest),
      new RetryHandlerOptions(0, 0),
      new RedirectHandlerOptions(0),
    ]);
}
