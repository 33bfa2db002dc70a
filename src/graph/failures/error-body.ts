/** What an error answer says, however it says it. */
export interface ErrorBody {
  code?: string;
  message?: string;
  requestId?: string;
  /** Graph's error object as it came, where it came as one. */
  error?: Fields;
  /** Its inner error, in either spelling. */
  innerError?: Fields;
}

type Fields = Record<string, unknown>;

/** Where older services and other standards say it. */
const besideError = ["error_description", "detail", "title", "message", "value"];
const longestMessage = 2_000;
const longestCode = 200;
/** Of what nobody wrote for people: pages, and JSON of unknown make. */
const longestExcerpt = 200;
/** What is deeper than this was made to do harm: neither the SDK nor a log can write it down. */
const deepest = 50;

/**
 * Reads Graph's error JSON, that of its older kin (`odata.error`, `{ Message }`, `{ value }`, messages with a language),
 * problem+json, OAuth errors, text, HTML, and nothing at all. Of JSON in any other form, its beginning is what was said.
 */
export function readErrorBody(text: string, headers: Headers): ErrorBody {
  const json = parse(text);
  const top = fields(json) ?? {};
  const given = field(top, "error") ?? top["odata.error"];
  const error = fields(given);
  const innerError = fields(field(error, "innererror"));
  const code = words(field(error, "code")) ?? words(given) ?? words(field(top, "code"));
  const said =
    words(field(error, "message")) ??
    words(field(innerError, "message")) ??
    besideError.map((name) => words(field(top, name))).find(Boolean) ??
    words(json);
  // A code alone says enough; where there is none, anything does that can be read.
  const message = said ?? (code === undefined ? readable(text) : undefined);
  const requestId = words(innerError?.["request-id"]) ?? headers.get("request-id") ?? undefined;
  return withoutGaps({
    code: cut(code, longestCode),
    message: cut(message, longestMessage),
    requestId: cut(requestId, longestCode),
    error: isShallow(error) ? error : undefined,
    innerError: isShallow(innerError) ? innerError : undefined,
  });
}

function withoutGaps(body: { [Name in keyof ErrorBody]: ErrorBody[Name] | undefined }): ErrorBody {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== ""));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fields(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** A field in whichever case its service writes it. */
function field(of: Fields | undefined, name: string): unknown {
  if (of === undefined) return undefined;
  if (Object.hasOwn(of, name)) return of[name];
  const spelling = Object.keys(of).find((key) => key.toLowerCase() === name);
  return spelling === undefined ? undefined : of[spelling];
}

/** A text, also where it comes with its language. */
function words(value: unknown): string | undefined {
  const text = fields(value) ? (value as Fields).value : value;
  return typeof text === "string" && text.trim() !== "" ? text : undefined;
}

function cut<T extends string | undefined>(text: T, most: number): T | string {
  return text !== undefined && text.length > most ? `${text.slice(0, most)}…` : text;
}

/** The title of a page, else the beginning of what can be read of it. */
function readable(body: string): string {
  const text = body.slice(0, 10_000);
  const title = /<title[^>]*>([^<]*)</i.exec(text)?.[1];
  const said = (title ?? text.replace(/<[^>]*>/g, " ")).replace(/\s+/g, " ").trim();
  return cut(said, longestExcerpt);
}

/** Whether something can be written down by whoever gets it. */
function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return false;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return true;
}
