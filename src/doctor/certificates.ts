import { X509Certificate } from "node:crypto";
import { connect, type DetailedPeerCertificate, rootCertificates } from "node:tls";

/** A certificate on the way, and who vouches for it: the server's first, its authority's last. */
export type Chain = readonly DetailedPeerCertificate[];

/** What is told of a chain. */
export interface ChainFinding {
  detail: string;
  /** What is wrong with it, as advice; absent where nothing is. */
  remedy?: string;
}

/** From a certificate to the authority that signed itself, as far as it is known. */
export function chainOf(leaf: DetailedPeerCertificate): Chain {
  const chain: DetailedPeerCertificate[] = [];
  for (let next: DetailedPeerCertificate | undefined = leaf; next?.raw && !chain.includes(next); ) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

/** Long enough for any server that answers at all. */
const patienceMs = 5_000;

/** What a host presents, whoever vouches for it; nothing but a handshake is sent. `undefined` where nobody presents anything. */
export function presentedBy(host: string): Promise<Chain | undefined> {
  const { hostname, port } = new URL(`https://${host}`);
  const name = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({ host: name, port: Number(port || 443), rejectUnauthorized: false, timeout: patienceMs });
    const end = (chain?: Chain) => {
      socket.destroy();
      resolve(chain);
    };
    socket.once("secureConnect", () => end(chainOf(socket.getPeerCertificate(true))));
    socket.once("timeout", () => end());
    socket.once("error", () => end());
  });
}

/**
 * @param official whether the host is Microsoft's, for which only authorities vouch that Node brings
 * @param refused whether the connection failed on it
 */
export function judgeChain(
  host: string,
  chain: Chain,
  { official, refused, now }: { official: boolean; refused: boolean; now: number },
): ChainFinding {
  const issuer = nameOf(chain[0]!.issuer);
  const detail = `${host}: issued by ${issuer}`;
  const ended = refused ? outOfTime(chain, now) : undefined;
  if (ended !== undefined) return { detail: `${detail}; ${ended.detail}`, remedy: ended.remedy };
  const intercepted = official && !isBrought(chain.at(-1)!);
  if (intercepted && refused) {
    return {
      detail: `${detail}, which isn't Microsoft's: somebody on the way reads along`,
      remedy: `If ${issuer} is your own proxy's or company's authority, give Node its certificate with NODE_EXTRA_CA_CERTS. If nobody knows it, send nothing from this network.`,
    };
  }
  if (refused) {
    return {
      detail: `${detail}, whom this Node doesn't trust for it`,
      remedy: `If ${issuer} is to be trusted, give Node its certificate with NODE_EXTRA_CA_CERTS; check the host's name, too.`,
    };
  }
  const until = `until ${day(Math.min(...chain.map(({ valid_to }) => Date.parse(valid_to))))}`;
  return {
    detail: `${detail}, ${until}${intercepted ? " (not Microsoft's: a proxy that reads along, and is trusted)" : ""}`,
  };
}

/** The first that isn't valid now, by this machine's clock. */
function outOfTime(chain: Chain, now: number): Required<ChainFinding> | undefined {
  for (const { subject, valid_from, valid_to } of chain) {
    const [from, to] = [Date.parse(valid_from), Date.parse(valid_to)];
    const name = nameOf(subject);
    const remedy = `Check this machine's clock first. If it is right, ask who runs the server or the proxy that presents ${name} for a valid certificate.`;
    if (now > to) return { detail: `the certificate of ${name} ended on ${day(to)}`, remedy };
    if (now < from) return { detail: `the certificate of ${name} isn't valid before ${day(from)}`, remedy };
  }
  return undefined;
}

/** Whether Node itself brings the authority, or the one that vouches for it. By key and not by file: authorities sign each other. */
function isBrought({ raw }: DetailedPeerCertificate): boolean {
  const authority = new X509Certificate(raw);
  return rootCertificates.some((pem) => {
    const root = new X509Certificate(pem);
    const same = root.subject === authority.subject && root.publicKey.equals(authority.publicKey);
    return same || (authority.checkIssued(root) && authority.verify(root.publicKey));
  });
}

const longestName = 80;

/** What others call themselves, on one line and without anything that a terminal obeys. */
function nameOf(name: DetailedPeerCertificate["subject"] | undefined): string {
  const { CN, O } = (name ?? {}) as Record<string, string | string[] | undefined>;
  const text = [CN ?? O ?? "nobody named"].flat().join(", ");
  return `"${text.replace(/[\p{Cc}\p{Cf}]/gu, "?").slice(0, longestName)}"`;
}

const day = (time: number): string =>
  Number.isNaN(time) ? "an unknown day" : new Date(time).toISOString().slice(0, 10);
