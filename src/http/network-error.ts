import { AppIdentityError } from "../errors.js";
import { safeCause, safeReason } from "./safe-cause.js";

/**
 * The connection failed, before the answer or inside its body. Says the system's code, however deep it lies, and what to do about it.
 * What nobody repairs by asking again isn't `retryable`.
 */
export function networkFailure(cause: unknown, host: string): AppIdentityError {
  const code = networkCode(cause);
  const { remedy, lasting } = adviceOn(code, host);
  return new AppIdentityError("network_error", `The connection to ${host} failed: ${code ?? safeReason(cause)}.`, {
    remedy,
    retryable: !lasting,
    cause: safeCause(cause),
    host,
  });
}

const certificate = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH$|INVALID_CA$)/;
const argument = /^(ERR_TLS_|ERR_SSL_|(UND_)?ERR_INVALID_)/;
const name = /^(ENOTFOUND|EAI_AGAIN)$/;

function adviceOn(code: string | undefined, host: string): { remedy: string; lasting: boolean } {
  if (code !== undefined && certificate.test(code)) {
    return {
      remedy: "If a proxy on the way presents its own certificates, give Node its authority with NODE_EXTRA_CA_CERTS.",
      lasting: true,
    };
  }
  if (code !== undefined && argument.test(code)) {
    return {
      remedy: `TLS or the fetch in use refuses to speak with ${host}: look at the cause, the address, and proxies on the way.`,
      lasting: true,
    };
  }
  if (code !== undefined && name.test(code)) {
    return {
      remedy: `The name ${host} doesn't resolve here: check the DNS of this machine, and the host if you configured it yourself.`,
      lasting: false,
    };
  }
  return {
    remedy: `Check DNS, proxy and firewall between this process and ${host}. Behind a proxy, give a \`fetch\` that uses it; Node's own ignores HTTPS_PROXY unless told otherwise.`,
    lasting: false,
  };
}

/** A cause that has causes may lead in a circle. */
const deepest = 20;

/**
 * The code that tells most. Native fetch keeps it some causes down, or in the errors of one that tried several addresses; those above it
 * say only that something failed. Errors of another realm (a worker, `vm`, Jest) are no instances of this one's classes.
 */
export function networkCode(error: unknown): string | undefined {
  const codes: string[] = [];
  const visit = (at: unknown, depth: number): void => {
    if (typeof at !== "object" || at === null || depth > deepest) return;
    const { code, cause, errors } = at as { code?: unknown; cause?: unknown; errors?: unknown };
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,63}$/.test(code)) codes.push(code);
    visit(cause, depth + 1);
    if (Array.isArray(errors)) for (const each of errors.slice(0, deepest)) visit(each, depth + 1);
  };
  visit(error, 0);
  return codes.find((code) => certificate.test(code) || argument.test(code) || name.test(code)) ?? codes.at(-1);
}
