import { type KnownSecrets, redacted } from "./known-secrets.js";

/** What gives away a secret that nobody told us of: bearer tokens, signed JWTs, private keys, Entra's client secrets, passwords in addresses. */
const shapes: readonly [RegExp, string][] = [
  [/\bbearer +[\w.~+/=-]{16,}/gi, `Bearer ${redacted}`],
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g, redacted],
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}-----|$)/g, redacted],
  [/[\w.~-]{3}\dQ~[\w.~-]{16,}/g, redacted],
  [/\b(client_secret|client_assertion|access_token|refresh_token)=[^&\s"']+/gi, `$1=${redacted}`],
  [/:\/\/([^/\s:@]{0,100}):[^/\s@]{1,300}@/g, `://$1:${redacted}@`],
];

/** Of whatever is quoted; what services say has some hundred characters. */
const longestText = 2_000;

/**
 * What others said, fit to be told: without the secrets that are known, without what looks like one, and of a bounded length. All texts of
 * others that go into an error or a log line pass here.
 */
export function safeText(said: string, secrets?: KnownSecrets, longest = longestText): string {
  // Twice as much, so that no secret is cut in two before it is found.
  let text = said.length > 2 * longest ? said.slice(0, 2 * longest) : said;
  text = secrets?.coverIn(text) ?? text;
  for (const [shape, instead] of shapes) text = text.replace(shape, instead);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
