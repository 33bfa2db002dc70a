import type { Schema } from "../../directory/collection.js";
import { badRequest, unsupportedQuery } from "../refusal.js";
import type { Predicate } from "./compile-filter.js";
import { deepest } from "./parse-filter.js";

const tokenPattern = /\s*(?:"((?:[^"\\]|\\.)*)"|(AND|OR)\b|([()]))/y;

/** Makes a function of `"displayName:ann" OR "mail:ann"`: quoted clauses with AND, OR and parentheses. */
export function compileSearch(source: string, schema: Schema): Predicate {
  const tokens = tokenize(source);
  let next = 0;
  let depth = 0;

  function chain(operator: "AND" | "OR", operand: () => Predicate): Predicate {
    const parts = [operand()];
    while (tokens[next]?.text === operator) {
      next += 1;
      parts.push(operand());
    }
    return operator === "AND"
      ? (read) => parts.every((part) => part(read))
      : (read) => parts.some((part) => part(read));
  }

  const expression = (): Predicate => chain("OR", () => chain("AND", operand));

  function operand(): Predicate {
    const token = tokens[next];
    next += 1;
    if (token?.clause !== undefined) return clause(token.clause, schema);
    if (token?.text !== "(") throw syntaxError(token?.at ?? source.length, source);
    depth += 1;
    if (depth > deepest) throw badRequest("The recursion limit of the search has been exceeded.");
    const inner = expression();
    depth -= 1;
    if (tokens[next]?.text !== ")") throw syntaxError(tokens[next]?.at ?? source.length, source);
    next += 1;
    return inner;
  }

  const search = expression();
  if (next < tokens.length) throw syntaxError(tokens[next]!.at, source);
  return search;
}

function tokenize(source: string): Array<{ text: string; clause?: string; at: number }> {
  const tokens = [];
  const end = source.trimEnd().length;
  for (let at = 0; at < end; at = tokenPattern.lastIndex) {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(source);
    if (!match) throw syntaxError(at, source);
    const [, quoted, operator, parenthesis] = match;
    if (quoted === undefined) tokens.push({ text: operator ?? parenthesis!, at });
    else tokens.push({ text: quoted, clause: quoted.replace(/\\(.)/g, "$1"), at });
  }
  return tokens;
}

/** Words of display name and description are matched by their beginnings, everything else from the start of the value. */
function clause(text: string, schema: Schema): Predicate {
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(colon, 0));
  const property = schema.canonical(name);
  if (property === undefined || !(schema.filterRules[property] ?? schema.filterRules[`${property}/any`])) {
    throw unsupportedQuery(`Unsupported or invalid search clause '${text}'.`);
  }
  const wanted = text.slice(colon + 1).toLowerCase();
  if (property === "displayName" || property === "description") {
    const words = wordsOf(text.slice(colon + 1));
    return (read) => {
      const found = wordsOf(String(read(property) ?? ""));
      return words.every((word) => found.some((candidate) => candidate.startsWith(word)));
    };
  }
  return (read) =>
    [read(property)].flat().some((value) => typeof value === "string" && value.toLowerCase().startsWith(wanted));
}

/** `HelloWorld OData-4` → hello, world, odata, 4: split at blanks, punctuation, capitals and digits. */
function wordsOf(text: string): string[] {
  return (text.match(/\p{N}+|\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{M}]+/gu) ?? []).map((word) =>
    word.toLowerCase(),
  );
}

function syntaxError(at: number, source: string) {
  return badRequest(`Syntax error: character '${source[at] ?? ""}' is not valid at position ${at} in '${source}'.`);
}
