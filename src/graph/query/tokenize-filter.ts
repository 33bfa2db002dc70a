import { AppIdentityError } from "../../errors.js";

const tokenKinds = [
  String.raw`(?<space>\s+)`,
  // The literals of enumerations and durations carry a prefix before their quotes.
  String.raw`(?<text>(?:[A-Za-z][\w.]*)?'(?:[^']|'')*')`,
  String.raw`(?<literal>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[-+]?\d[\w.:+-]*)`,
  String.raw`(?<word>[A-Za-z_$@][\w.$@]*(?:\/[A-Za-z_$@][\w.$@]*)*)`,
  "(?<mark>[(),:])",
];
const token = new RegExp(tokenKinds.join("|"), "iy");

export interface Token {
  kind: "text" | "literal" | "word" | "mark";
  value: string;
}

/**
 * Cuts a filter into what it is made of.
 * @throws AppIdentityError `invalid_query` for quotes or parentheses that don't match, and characters that OData
 * doesn't have
 */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  token.lastIndex = 0;
  while (token.lastIndex < filter.length) {
    const at = token.lastIndex;
    const groups = token.exec(filter)?.groups;
    if (groups === undefined) throw unreadable(filter, at);
    const found = Object.entries(groups).find(([, value]) => value !== undefined) as [Token["kind"] | "space", string];
    if (found[0] === "space") continue;
    tokens.push({ kind: found[0], value: found[1] });
    if (found[1] === "(") depth += 1;
    if (found[1] === ")" && --depth < 0) break;
  }
  if (depth !== 0) {
    throw refused("The filter's parentheses don't match.", "Close every parenthesis that is opened, and no other.");
  }
  if (tokens.length === 0) throw refused("The filter is empty.", "Leave filter out to list everything.");
  return tokens;
}

function unreadable(filter: string, at: number): AppIdentityError {
  const place = `at character ${at + 1}`;
  if (filter[at] === "'" || /^[A-Za-z][\w.]*'/.test(filter.slice(at, at + 200))) {
    return refused(
      `The filter has a quote ${place} that is never closed.`,
      "Double a quote that belongs to a value ('O''Brien'), or let the odata tag write the value.",
    );
  }
  return refused(
    `The filter has ${JSON.stringify(filter[at])} ${place}, which OData doesn't know.`,
    "Comparisons are eq, ne, ge and le, connectives and, or and not, and texts stand in single quotes.",
  );
}

function refused(message: string, remedy: string): AppIdentityError {
  return new AppIdentityError("invalid_query", message, { remedy });
}
