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

/** One JSON array. Its closing bracket is printed only when the listing is complete, so that nobody can parse a short one as whole. */
const json: OutputFormat = {
  begin: "[",
  row: (row, index) => `${index === 0 ? "\n" : ",\n"}  ${JSON.stringify(row)}`,
  end: (count) => (count === 0 ? "]\n" : "\n]\n"),
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

/** Columns for people. Values longer than their column are cut with an ellipsis. */
function table(width: number): OutputFormat {
  let columns: string[] = [];
  let cell = 0;
  return {
    row(row, index) {
      const line = (cells: unknown[]) =>
        `${cells
          .map((value) => cut(plain(value), cell))
          .join("  ")
          .trimEnd()}\n`;
      if (index > 0) return line(columns.map((column) => row[column]));
      const known = ["displayName", "userPrincipalName", "jobTitle", "id"].filter((column) => column in row);
      columns = known.length > 1 ? known : Object.keys(row).slice(0, 4);
      cell = Math.max(8, Math.floor((width + 2) / columns.length) - 2);
      return line(columns) + line(columns.map(() => "─".repeat(cell))) + line(columns.map((column) => row[column]));
    },
  };
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

function cut(text: string, width: number): string {
  const letters = [...text.replace(/\s+/g, " ")];
  return letters.length > width ? `${letters.slice(0, width - 1).join("")}…` : text.padEnd(width);
}
