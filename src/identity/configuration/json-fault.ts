const text = /[ \t\r\n]*"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const literal = /[ \t\r\n]*(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/**
 * Where a text stops being JSON. `JSON.parse` tells for some mistakes only, and quotes the text around them, which may be a secret.
 * The index is behind the last character for a text that ends too early, and undefined for one without a fault.
 */
export function jsonFault(json: string): number | undefined {
  let at = 0;
  const take = (token: RegExp | string): boolean => {
    const pattern = typeof token === "string" ? new RegExp(`[ \\t\\r\\n]*\\${token}`, "y") : token;
    pattern.lastIndex = at;
    const found = pattern.test(json);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const list = (end: string, item: () => boolean): boolean => {
    if (take(end)) return true;
    do if (!item()) return false;
    while (take(","));
    return take(end);
  };
  const value = (): boolean => {
    if (take("{")) return list("}", () => take(text) && take(":") && value());
    if (take("[")) return list("]", value);
    return take(text) || take(literal);
  };
  const whole = value();
  at += /^[ \t\r\n]*/.exec(json.slice(at))![0].length;
  return whole && at === json.length ? undefined : at;
}

/** Line and column of an index, both from 1. */
export function lineAndColumn(content: string, index: number): { line: number; column: number } {
  const lines = content.slice(0, index).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}
