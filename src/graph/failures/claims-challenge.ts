/** One `WWW-Authenticate` challenge. Names are in lower case, as they may be written in any. */
interface Challenge {
  scheme: string;
  parameters: Map<string, string>;
}

// Graph leaves some values without quotes, such as the address in `authorization_uri`.
const parameter = /(?<name>[\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<bare>[^\s,"]+))/;
// Some schemes bring one bare token in place of parameters; it ends in padding that looks like a parameter's beginning.
const scheme = /(?<scheme>[\w!#$%&'*+.^`|~-]+)(?:[ \t]+[\w.~+/-]+=*(?=\s*(?:,|$)))?/;
const piece = new RegExp(`${parameter.source}|${scheme.source}`, "g");

/** The challenges in one header; a fetch joins several headers with commas, and a comma also parts parameters. */
function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  for (const { groups = {} } of header.matchAll(piece)) {
    const { scheme, name = "", quoted, bare = "" } = groups;
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? bare);
  }
  return challenges;
}

/**
 * The claims that a 401 asks for, as the JSON text a token request takes; `undefined` for none, or unreadable ones.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function claimsChallenge(headers: Headers): string | undefined {
  for (const { scheme, parameters } of parseChallenges(headers.get("www-authenticate") ?? "")) {
    const claims = parameters.get("claims");
    if (scheme !== "bearer" || parameters.get("error") !== "insufficient_claims" || claims === undefined) continue;
    // Buffer reads base64 in both alphabets, padded or not.
    const text = Buffer.from(claims, "base64").toString();
    try {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return text;
    } catch {
      // Not claims: the 401 counts as a plain one.
    }
  }
  return undefined;
}
