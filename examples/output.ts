/** Ways to print a listing as it arrives, in constant memory however long it is. */

export type Row = Record<string, unknown>;

export interface OutputFormat {
  /** Text before the first row. */
  begin?: string;
  /** Text of one row; `index` counts from 0. */
  row(row: Row, index: number): string;
  /** Text after the last row, once the listing is known to be complete. `count` rows were printed. */
  end?(count: number): string;
}

/**
 * One JSON array. Its closing bracket is printed only when the listing is complete, so that nobody can parse a short one as whole. The comma
 * stands before a row, so that each ends its line: on a terminal nothing is glued to it.
 */
const json: OutputFormat = {
  begin: "[\n",
  row: (row, index) => `${index === 0 ? "  " : ", "}${JSON.stringify(row)}\n`,
  end: () => "]\n",
};

/** One JSON object a line. */
const ndjson: OutputFormat = { row: (row) => `${JSON.stringify(row)}\n` };

/** RFC 4180: a header from the first row, or of what was expected where there is none; CRLF line ends, quotes where needed. */
function csv(expected: readonly string[]): OutputFormat {
  let columns = expected;
  const line = (cells: readonly unknown[]) => `${cells.map(csvCell).join(",")}\r\n`;
  return {
    row(row, index) {
      const header = index === 0;
      if (header) columns = Object.keys(row);
      return (header ? line(columns) : "") + line(columns.map((column) => row[column]));
    },
    end: (count) => (count === 0 ? line(columns) : ""),
  };
}

/** Columns for people. Ids are whole; other values longer than their column are cut with an ellipsis. */
function table(width: number): OutputFormat {
  let columns: Column[] = [];
  const line = (cellOf: (column: Column) => string) => `${columns.map(cellOf).join("  ").trimEnd()}\n`;
  const cells = (row: Row) => line(({ name, width, whole }) => fitted(plain(row[name]), width, whole));
  return {
    row(row, index) {
      if (index > 0) return cells(row);
      columns = columnsFor(row, width);
      const header =
        line(({ name, width, whole }) => fitted(name, width, whole)) + line(({ width }) => "─".repeat(width));
      return header + cells(row);
    },
  };
}

interface Column {
  name: string;
  width: number;
  /** Whether its values are of use only when they are whole. */
  whole: boolean;
}

/** The columns that a first row asks for: ids as wide as they are, the others share what is left. */
function columnsFor(row: Row, width: number): Column[] {
  const known = ["displayName", "userPrincipalName", "jobTitle", "id"].filter((name) => name in row);
  const names = known.length > 1 ? known : Object.keys(row).slice(0, 4);
  const ids = names.filter((name) => isId(name, row[name]));
  const taken = ids.reduce((sum, name) => sum + plain(row[name]).length + 2, 0);
  const share = Math.max(8, Math.floor((width + 2 - taken) / Math.max(1, names.length - ids.length)) - 2);
  return names.map((name) => {
    const whole = ids.includes(name);
    return { name, whole, width: whole ? Math.max(name.length, plain(row[name]).length) : share };
  });
}

function isId(name: string, value: unknown): boolean {
  return (
    name === "id" ||
    name.endsWith("Id") ||
    (typeof value === "string" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value))
  );
}

/**
 * The formats by name, made for the columns that are to be expected; `width` is that of the terminal.
 * @returns `undefined` for a name that none has
 */
export function outputFormat(name: string, width = 120): ((columns: readonly string[]) => OutputFormat) | undefined {
  if (name === "json") return () => json;
  if (name === "ndjson") return () => ndjson;
  if (name === "csv") return csv;
  if (name === "table") return () => table(width);
  return undefined;
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(plain).join("; ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function csvCell(value: unknown): string {
  const text = plain(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function fitted(text: string, width: number, whole: boolean): string {
  const letters = [...text.replace(/\s+/g, " ")];
  const cut = !whole && letters.length > width;
  return cut ? `${letters.slice(0, width - 1).join("")}…` : letters.join("").padEnd(width);
}
