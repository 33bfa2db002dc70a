import { setMaxListeners } from "node:events";
import { AppIdentityError } from "../../errors.js";
import { bareError } from "../../http/safe-cause.js";

/** The ends of a request that bring no answer. */

/** The caller's signal fired: its reason is the `cause`. */
export function abortFailure(reason: unknown): AppIdentityError {
  return new AppIdentityError("aborted", "The request was aborted by its signal.", {
    remedy: "Nothing to repair: the caller asked for this. The signal's reason is the error's cause.",
    cause: reason,
  });
}

/** A thousand requests may share one signal: that is no leak, and Node needn't warn of one. */
export function expectMany(signal: AbortSignal | undefined): void {
  if (signal instanceof AbortSignal) setMaxListeners(0, signal);
}

/** An attempt ran out of time, wherever it was: waiting for a token, for an answer, or inside a body. */
export function timeoutFailure(host: string, timeoutMs: number): AppIdentityError {
  return new AppIdentityError("timeout", `No complete answer from ${host} within ${timeoutMs} ms.`, {
    remedy: `Check the way to ${host}; where answers are just slow, raise timeoutMs or ask for less at a time.`,
    retryable: true,
    host,
  });
}

// Nobody repairs a certificate or an argument by asking again.
const lasting = /^(CERT_|ERR_TLS_|ERR_SSL_|(UND_)?ERR_INVALID_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** The connection failed, before the answer or inside its body. */
export function networkFailure(cause: unknown, host: string): AppIdentityError {
  const code = codeOf(cause);
  const retryable = !lasting.test(code ?? "");
  return new AppIdentityError("network_error", `The connection to ${host} failed: ${code ?? messageOf(cause)}.`, {
    remedy: retryable
      ? `Check DNS, proxy and firewall between this process and ${host}.`
      : "If a proxy on the way presents its own certificates, give Node its authority with NODE_EXTRA_CA_CERTS.",
    retryable,
    cause: bareError(cause),
    host,
  });
}

/** The system's code, which native fetch keeps one or two causes down. */
function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = (at as NodeJS.ErrnoException).code;
    if (typeof code === "string") return code;
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
