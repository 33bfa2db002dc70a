import { type Token, tokenize } from "./tokenize-filter.js";

/** One comparison of a filter. */
export interface Clause {
  /** What is compared, lambdas resolved: `city`, `otherMails/any`, `assignedPlans/any/service`. */
  path: string;
  /** In lower case: `eq`, `in`, `startswith`, `$count`; `null` for `eq null`, and `eq` for a property that stands alone. */
  operator: string;
}

/** What a filter says about the query it needs. */
export interface FilterFacts {
  /** Properties it names, each by the first segment of its path. */
  properties: string[];
  clauses: Clause[];
  /** Most conditions that one chain of `or` joins. */
  alternatives: number;
  /** Whether anything is negated by `not`. */
  negated: boolean;
  /** Length of the longest list of an `in`. */
  longestList: number;
  /** Length of the longest text that something is compared with by `eq`. */
  longestText: number;
}

const comparisons = new Set(["eq", "ne", "ge", "le", "gt", "lt", "has", "in"]);
const connectives = new Set(["and", "or", "not", "add", "sub", "mul", "div", "mod"]);
const constants = new Set(["true", "false", "null"]);

/**
 * Reads a filter as far as it must be understood to send it right. It is no full parser: what it lets through, Graph
 * judges.
 * @throws AppIdentityError `invalid_query` for what is no filter
 */
export function readFilter(filter: string): FilterFacts {
  const tokens = tokenize(filter);
  const words = tokens.map(({ kind, value }) => (kind === "word" ? value.toLowerCase() : undefined));
  /** What a lambda's variable stands for. */
  const variables = new Map<string, string>();
  const properties = new Set<string>();
  const clauses: Clause[] = [];
  tokens.forEach(({ value }, index) => {
    const word = words[index];
    if (word === undefined || comparisons.has(word) || connectives.has(word) || constants.has(word)) return;
    const next = tokens[index + 1]?.value;
    // `otherMails/any(` stands before its variable.
    if (next === ":") variables.set(word, tokens[index - 2]?.value ?? "");
    else if (next === "(") {
      if (value.includes("/")) properties.add(rootOf(value));
    } else {
      const [root = value, ...below] = value.split("/");
      const lambda = variables.get(root.toLowerCase());
      if (lambda === undefined) properties.add(root);
      const path = lambda === undefined ? value : [lambda, ...below].join("/");
      clauses.push({ path, operator: operatorAt(tokens, words, index) });
    }
  });
  return {
    properties: [...properties].filter((name) => !variables.has(name.toLowerCase())),
    clauses,
    alternatives: longestChain(words, tokens),
    negated: words.includes("not"),
    longestList: Math.max(0, ...words.map((word, index) => (word === "in" ? listLength(tokens, index + 1) : 0))),
    longestText: longestText(tokens, words),
  };
}

/** What is done with the path that stands at `index`. */
function operatorAt(tokens: readonly Token[], words: readonly (string | undefined)[], index: number): string {
  const [previous, own, next] = [-1, 0, 1].map((offset) => tokens[index + offset]?.value ?? "");
  if (own?.toLowerCase().endsWith("/$count")) return "$count";
  const called = previous === "(" ? functionIn(words[index - 2]) : undefined;
  if (called !== undefined && next === ",") return called;
  // `tolower(city) eq 'x'` compares what stands inside.
  const after = called !== undefined && next === ")" ? index + 2 : index + 1;
  const [behind, before] = [words[after] ?? "", words[index - 1] ?? ""];
  const comparison = [behind, before].find((word) => comparisons.has(word));
  if (comparison === undefined) return "eq";
  const other = comparison === behind ? words[after + 1] : words[index - 2];
  return comparison === "eq" && other === "null" ? "null" : comparison;
}

/** What stands before a parenthesis, where that is a function. */
function functionIn(word: string | undefined): string | undefined {
  const isOther = word === undefined || connectives.has(word) || comparisons.has(word) || word.includes("/");
  return isOther ? undefined : word;
}

function rootOf(path: string): string {
  return path.split("/")[0] ?? path;
}

/** A parenthesis begins a chain of its own. */
function longestChain(words: readonly (string | undefined)[], tokens: readonly Token[]): number {
  const chains = [1];
  let longest = 1;
  tokens.forEach(({ kind, value }, index) => {
    if (kind === "mark" && value === "(") chains.push(1);
    else if (kind === "mark" && value === ")") chains.pop();
    else if (words[index] === "or") {
      const length = (chains.pop() ?? 1) + 1;
      chains.push(length);
      longest = Math.max(longest, length);
    }
  });
  return longest;
}

/** Values in the list that opens at `start`. */
function listLength(tokens: readonly Token[], start: number): number {
  const end = tokens.findIndex(({ value }, index) => index > start && value === ")");
  return tokens[start]?.value === "(" ? tokens.slice(start, end).filter(({ value }) => value === ",").length + 1 : 0;
}

function longestText(tokens: readonly Token[], words: readonly (string | undefined)[]): number {
  let longest = 0;
  tokens.forEach(({ kind, value }, index) => {
    // Quotes stand around it, and twice for each within.
    if (kind === "text" && words[index - 1] === "eq") {
      longest = Math.max(longest, value.replace(/^[^']*'/, "").replaceAll("''", "'").length - 1);
    }
  });
  return longest;
}
