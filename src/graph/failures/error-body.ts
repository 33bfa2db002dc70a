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
  const innerError = fields(error && field(error, "innererror"));
  const code = words(error && field(error, "code")) ?? words(given) ?? words(field(top, "code"));
  const message =
    words(error && field(error, "message")) ??
    words(innerError && field(innerError, "message")) ??
    ["error_description", "detail", "title", "message", "value"].map((name) => words(field(top, name))).find(Boolean) ??
    words(json) ??
    (code === undefined ? readable(text) : undefined);
  const requestId = words(innerError?.["request-id"]) ?? headers.get("request-id") ?? undefined;
  return {
    ...(code && { code: cut(code, longestCode) }),
    ...(message && { message: cut(message, longestMessage) }),
    ...(requestId && { requestId: cut(requestId, longestCode) }),
    ...(error && isShallow(error) && { error }),
    ...(innerError && isShallow(innerError) && { innerError }),
  };
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
function field(of: Fields, name: string): unknown {
  if (Object.hasOwn(of, name)) return of[name];
  const spelling = Object.keys(of).find((key) => key.toLowerCase() === name);
  return spelling === undefined ? undefined : of[spelling];
}

/** A text, also where it comes with its language. */
function words(value: unknown): string | undefined {
  const text = fields(value) ? (value as Fields).value : value;
  return typeof text === "string" && text.trim() !== "" ? text : undefined;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
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
