import { AppIdentityError } from "../../errors.js";

/** What a filter says about the query it needs. */
export interface FilterFacts {
  /** Properties it names, each by the first segment of its path. */
  properties: string[];
  /** Why Graph serves it only as an advanced query, if so. */
  advanced?: string;
}

const comparisons = new Set(["eq", "ne", "ge", "le", "gt", "lt", "has", "in"]);
const connectives = new Set(["and", "or", "not", "add", "sub", "mul", "div", "mod"]);
const constants = new Set(["true", "false", "null"]);

const tokenKinds = [
  String.raw`(?<space>\s+)`,
  // The literals of enumerations and durations carry a prefix before their quotes.
  String.raw`(?<text>(?:[A-Za-z][\w.]*)?'(?:[^']|'')*')`,
  String.raw`(?<literal>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[-+]?\d[\w.:+-]*)`,
  String.raw`(?<word>[A-Za-z_$@][\w.$@]*(?:\/[A-Za-z_$@][\w.$@]*)*)`,
  "(?<mark>[(),:])",
];
const token = new RegExp(tokenKinds.join("|"), "iy");

interface Token {
  kind: "text" | "literal" | "word" | "mark";
  value: string;
}

/**
 * Reads a filter as far as it must be understood to send it right. It is no full parser: what it lets through, Graph
 * judges.
 * @throws AppIdentityError `invalid_query` for quotes or parentheses that don't match, and characters that OData
 * doesn't have
 */
export function readFilter(filter: string, advancedProperties: ReadonlySet<string> = new Set()): FilterFacts {
  // Graph minds no case in names.
  const advanced = new Set([...advancedProperties].map((name) => name.toLowerCase()));
  const tokens = tokenize(filter);
  const properties = new Set<string>();
  const variables = new Set<string>();
  const reasons: string[] = [];
  tokens.forEach(({ kind, value }, index) => {
    const next = tokens[index + 1]?.value;
    const previous = tokens[index - 1];
    const lower = value.toLowerCase();
    if (kind === "text" && value.length > 122 && previous?.value.toLowerCase() === "eq") {
      reasons.push("it compares with a text of more than 120 characters");
    }
    if (kind !== "word") return;
    if (comparisons.has(lower) || connectives.has(lower)) {
      if (lower === "ne" || lower === "not") reasons.push(`it uses "${lower}"`);
      if (lower === "in" && listLength(tokens, index + 1) > 15) reasons.push('it uses "in" with more than 15 values');
    } else if (constants.has(lower)) {
      if (lower === "null") reasons.push("it compares with null");
    } else if (next === ":") {
      variables.add(value);
    } else if (next === "(" && !value.includes("/")) {
      if (lower === "endswith") reasons.push('it uses "endsWith"');
    } else {
      const [root = value, ...below] = value.split("/");
      if (below.includes("$count")) reasons.push('it uses "$count"');
      if (variables.has(root)) return;
      properties.add(root);
      if (advanced.has(root.toLowerCase())) reasons.push(`it filters on ${root}`);
    }
  });
  return { properties: [...properties], ...(reasons[0] !== undefined && { advanced: reasons[0] }) };
}

function tokenize(filter: string): Token[] {
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

/** Values in the list that opens at `start`. */
function listLength(tokens: readonly Token[], start: number): number {
  const end = tokens.findIndex(({ value }, index) => index > start && value === ")");
  return tokens[start]?.value === "(" ? tokens.slice(start, end).filter(({ value }) => value === ",").length + 1 : 0;
}

function unreadable(filter: string, at: number): AppIdentityError {
  const place = `at character ${at + 1}`;
  if (filter[at] === "'" || /^[A-Za-z][\w.]*'/.test(filter.slice(at))) {
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
