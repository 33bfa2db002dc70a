import { StateFault } from "./form.js";
import type { ObjectState } from "./state-file.js";

/** How a list of objects is written. */
export type RowsForm = "json" | "ndjson" | "csv";

const isObject = (value: unknown): value is ObjectState =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads objects: an array or Graph's `{ value }`, one JSON object a line, or CSV with Graph's names in its first line.
 * @param kindOf what a property holds, for CSV knows texts only
 * @throws StateFault that names the row, counted from 1
 */
export function readRows(source: string, form: RowsForm, kindOf: (name: string) => string | undefined): ObjectState[] {
  const text = source.replace(/^\uFEFF/, "");
  if (form === "csv") return fromCsv(text, kindOf);
  const rows = form === "ndjson" ? fromLines(text) : fromJson(text);
  for (const [index, row] of rows.entries()) {
    if (!isObject(row)) throw new StateFault(`row ${index + 1} must be an object.`);
  }
  return rows as ObjectState[];
}

function fromJson(text: string): unknown[] {
  const whole = parsed(text, "It");
  const rows = isObject(whole) ? whole.value : whole;
  if (Array.isArray(rows)) return rows;
  throw new StateFault('It must be an array of objects, or { "value": [ … ] } as Graph answers.');
}

function fromLines(text: string): unknown[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.map((line, index) => parsed(line, `row ${index + 1}`));
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StateFault(`${what} isn't JSON: ${(error as Error).message}`);
  }
}

/** Empty cells are left out. */
function fromCsv(text: string, kindOf: (name: string) => string | undefined): ObjectState[] {
  const [header = [], ...lines] = cells(text);
  const names = header.map((name) => name.trim());
  if (names.every((name) => name === "")) throw new StateFault("The first line must hold the names of the columns.");
  return lines.map((line, index) => {
    const place = `row ${index + 1}`;
    if (line.length > names.length)
      throw new StateFault(`${place} has ${line.length} cells for ${names.length} columns.`);
    const given = line.flatMap((cell, column): [string, unknown][] => {
      const name = names[column]!;
      return cell === "" || name === "" ? [] : [[name, valueIn(cell, kindOf(name), `${place}: ${name}`)]];
    });
    return Object.fromEntries(given);
  });
}

function valueIn(cell: string, kind: string | undefined, place: string): unknown {
  switch (kind) {
    case "boolean":
      if (/^(true|false)$/i.test(cell)) return cell.toLowerCase() === "true";
      throw new StateFault(`${place} must be true or false, not ${JSON.stringify(cell.slice(0, 60))}.`);
    case "number":
      if (Number.isFinite(Number(cell))) return Number(cell);
      throw new StateFault(`${place} must be a number, not ${JSON.stringify(cell.slice(0, 60))}.`);
    case "list":
      return cell.split(";").map((each) => each.trim());
    case "object":
      throw new StateFault(`${place} is an object, which a cell can't hold: give it as JSON.`);
    default:
      return cell;
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc4180 Separated by commas, or by semicolons as spreadsheets in Europe do. */
function cells(text: string): string[][] {
  const separator = /^[^\r\n,"]*;/.test(text) ? ";" : ",";
  const cell = new RegExp(
    `("(?:[^"]|"")*"|[^"${separator}\\r\\n][^${separator}\\r\\n]*|)(${separator}|\\r?\\n|$)`,
    "y",
  );
  const rows: string[][] = [];
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const start = cell.lastIndex;
    const found = cell.exec(text);
    if (!found)
      throw new StateFault(
        `row ${rows.length || 1} has a quotation mark that isn't closed, or stands in a cell: it begins ${JSON.stringify(text.slice(start, start + 40))}.`,
      );
    const [, value = "", end] = found;
    row.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === separator && cell.lastIndex < text.length) continue;
    if (end === separator) row.push("");
    // A line with nothing in it is none.
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}
