import type { Comparison, TextFunction } from "../../directory/filter-rules.js";
import { badRequest, type GraphRefusal } from "../refusal.js";

/** A value as written in a filter. */
export interface Literal {
  type: "String" | "Boolean" | "DateTimeOffset" | "Guid" | "Int32" | "Double" | "null";
  value: string | number | boolean | null;
}

/** Names as written: `["assignedLicenses", "$count"]`. */
export type Path = readonly string[];

export type Filter =
  | { kind: "and"; parts: Filter[] }
  | { kind: "or"; parts: Filter[] }
  | { kind: "not"; part: Filter }
  | { kind: "compare"; path: Path; operator: Comparison; literal: Literal }
  | { kind: "in"; path: Path; literals: Literal[] }
  | { kind: "text"; path: Path; function: TextFunction; literal: Literal }
  | { kind: "any"; path: Path; variable: string; part: Filter | undefined };

interface Token {
  kind: "word" | "literal" | "punctuation" | "end";
  text: string;
  at: number;
  literal?: Literal;
}

const patterns: ReadonlyArray<[RegExp, (text: string) => Omit<Token, "at">]> = [
  [/'(?:[^']|'')*'/y, (text) => literal(text, "String", text.slice(1, -1).replaceAll("''", "'"))],
  [
    /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\w-])/iy,
    (text) => literal(text, "Guid", text.toLowerCase()),
  ],
  [
    /\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?(?![\w-])/iy,
    (text) => literal(text, "DateTimeOffset", Date.parse(text)),
  ],
  [/-?\d+\.\d+(?![\w-])/y, (text) => literal(text, "Double", Number(text))],
  [/-?\d+(?![\w-])/y, (text) => literal(text, "Int32", Number(text))],
  [/(?:true|false)(?!\w)/iy, (text) => literal(text, "Boolean", text.toLowerCase() === "true")],
  [/null(?!\w)/iy, (text) => literal(text, "null", null)],
  [/\$?[\p{L}_][\p{L}\p{N}_]*/uy, (text) => ({ kind: "word", text })],
  [/[(),:/]/y, (text) => ({ kind: "punctuation", text })],
];

function literal(text: string, type: Literal["type"], value: Literal["value"]): Omit<Token, "at"> {
  return { kind: "literal", text, literal: { type, value } };
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(source.charAt(at))) at += 1;
    if (at >= source.length) return [...tokens, { kind: "end", text: "", at }];
    const token = read(source, at);
    tokens.push(token);
    at += token.text.length;
  }
}

function read(source: string, at: number): Token {
  for (const [pattern, make] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text) return { ...make(text), at };
  }
  const problem =
    source[at] === "'"
      ? "There is an unterminated string literal"
      : `Syntax error: character '${source[at]}' is not valid`;
  throw invalidFilter(`${problem} at position ${at} in '${source}'.`);
}

export function invalidFilter(problem: string): GraphRefusal {
  return badRequest(`Invalid filter clause: ${problem}`);
}

const comparisons = new Set(["eq", "ne", "ge", "le", "gt", "lt"]);
const textFunctions = new Map<string, TextFunction>([
  ["startswith", "startsWith"],
  ["endswith", "endsWith"],
  ["contains", "contains"],
]);
/** How deep filters and searches nest. */
export const deepest = 100;

/**
 * Reads the part of OData's filter language that Graph's directory knows.
 * Over sixty lines: one short function for each rule of the grammar, over the same tokens.
 */
export function parseFilter(source: string): Filter {
  const tokens = tokenize(source);
  let next = 0;
  let depth = 0;

  const peek = () => tokens[next]!;
  const is = (text: string) => peek().kind !== "literal" && peek().text.toLowerCase() === text;
  const take = () => tokens[next++]!;
  const accept = (text: string) => is(text) && Boolean(take());

  function syntaxError(): GraphRefusal {
    return invalidFilter(`Syntax error at position ${peek().at} in '${source}'.`);
  }

  function expect(text: string): void {
    if (!accept(text)) throw syntaxError();
  }

  function word(): string {
    if (peek().kind !== "word") throw syntaxError();
    return take().text;
  }

  function value(): Literal {
    const { literal } = peek();
    if (!literal) throw syntaxError();
    next += 1;
    return literal;
  }

  function list<T>(item: () => T): T[] {
    expect("(");
    const items = [item()];
    while (accept(",")) items.push(item());
    expect(")");
    return items;
  }

  function chain(kind: "and" | "or", operand: () => Filter): Filter {
    const parts = [operand()];
    while (accept(kind)) parts.push(operand());
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }

  function expression(): Filter {
    depth += 1;
    if (depth > deepest) throw invalidFilter("The recursion limit of the filter has been exceeded.");
    const filter = chain("or", () => chain("and", term));
    depth -= 1;
    return filter;
  }

  function term(): Filter {
    if (accept("not")) {
      depth += 1;
      if (depth > deepest) throw invalidFilter("The recursion limit of the filter has been exceeded.");
      const part = term();
      depth -= 1;
      return { kind: "not", part };
    }
    if (accept("(")) {
      const filter = expression();
      expect(")");
      return filter;
    }
    return condition();
  }

  function condition(): Filter {
    const first = word();
    if (is("(")) return call(first);
    const path = [first];
    while (accept("/")) {
      const name = word();
      if (name.toLowerCase() === "any" && is("(")) return any(path);
      path.push(name);
    }
    const operator = word().toLowerCase();
    if (operator === "in") return { kind: "in", path, literals: list(value) };
    if (!comparisons.has(operator)) {
      next -= 1;
      throw syntaxError();
    }
    return { kind: "compare", path, operator: operator as Comparison, literal: value() };
  }

  function call(name: string): Filter {
    const known = textFunctions.get(name.toLowerCase());
    if (!known) throw invalidFilter(`An unknown function with name '${name}' was found.`);
    expect("(");
    const path = [word()];
    while (accept("/")) path.push(word());
    expect(",");
    const literal = value();
    expect(")");
    return { kind: "text", path, function: known, literal };
  }

  function any(path: Path): Filter {
    expect("(");
    if (accept(")")) return { kind: "any", path, variable: "", part: undefined };
    const variable = word();
    expect(":");
    const part = expression();
    expect(")");
    return { kind: "any", path, variable, part };
  }

  const filter = expression();
  if (peek().kind !== "end") throw syntaxError();
  return filter;
}
