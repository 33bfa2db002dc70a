import { AppIdentityError } from "../errors.js";
import { safeCause, safeReason } from "./safe-cause.js";

/**
 * The connection failed, before the answer or inside its body. Says the system's code, however deep it lies, and what to do about it.
 * What nobody repairs by asking again isn't `retryable`.
 */
export function networkFailure(cause: unknown, host: string): AppIdentityError {
  const refused = proxyRefusal(cause);
  if (refused !== undefined) return proxyFailure(refused, cause, host);
  const code = networkCode(cause);
  const { remedy, lasting } = adviceOn(code, host);
  return new AppIdentityError("network_error", `The connection to ${host} failed: ${code ?? safeReason(cause)}.`, {
    remedy,
    retryable: !lasting,
    cause: safeCause(cause),
    host,
  });
}

/** The proxy answered in place of the host: asking again brings the same. */
function proxyFailure(status: number, cause: unknown, host: string): AppIdentityError {
  const why =
    status === 407
      ? "It wants to know who asks: give its address with name and password, or have this machine let through."
      : `Ask who runs it whether ${host} is let through, and check the proxy's address.`;
  return new AppIdentityError("network_error", `The proxy on the way to ${host} refused with ${status}.`, {
    remedy: `The proxy's refusal isn't the service's. ${why}`,
    cause: safeCause(cause),
    host,
  });
}

/** The status with which a proxy refused to connect, as undici and the usual agents word it. */
function proxyRefusal(error: unknown): number | undefined {
  let found: number | undefined;
  eachCause(error, ({ message }) => {
    if (typeof message !== "string" || found !== undefined) return;
    const [, after, within] =
      /proxy\b.{0,80}?\b(40[0-9]|50[0-9])\b|\b(?:CONNECT|tunnel\w*)\b.{0,80}?\b(40[0-9]|50[0-9])\b/i.exec(
        message.slice(0, 1000),
      ) ?? [];
    const status = after ?? within;
    if (status !== undefined) found = Number(status);
  });
  return found;
}

const certificate = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH$|INVALID_CA$)/;
const argument = /^(ERR_TLS_|ERR_SSL_|(UND_)?ERR_INVALID_)/;
const name = /^(ENOTFOUND|EAI_AGAIN)$/;

function adviceOn(code: string | undefined, host: string): { remedy: string; lasting: boolean } {
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return {
      remedy: `Check this machine's clock first: by it the certificate of ${host} isn't valid now. Else a proxy on the way presents an ended one.`,
      lasting: true,
    };
  }
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
  eachCause(error, ({ code }) => {
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,63}$/.test(code)) codes.push(code);
  });
  return codes.find((code) => certificate.test(code) || argument.test(code) || name.test(code)) ?? codes.at(-1);
}

function eachCause(error: unknown, look: (at: { code?: unknown; message?: unknown }) => void, depth = 0): void {
  if (typeof error !== "object" || error === null || depth > deepest) return;
  const at = error as { code?: unknown; message?: unknown; cause?: unknown; errors?: unknown };
  look(at);
  eachCause(at.cause, look, depth + 1);
  if (Array.isArray(at.errors)) for (const each of at.errors.slice(0, deepest)) eachCause(each, look, depth + 1);
}
