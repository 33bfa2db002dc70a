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

/** Reads Graph's error JSON, problem+json, OAuth errors, text, HTML, and nothing at all. */
export function readErrorBody(text: string, headers: Headers): ErrorBody {
  const json = parse(text);
  const error = fields(json?.error);
  const innerError = fields(error?.innerError) ?? fields(error?.innererror);
  const code = string(error?.code) ?? string(json?.error);
  const message =
    string(error?.message) ??
    string(json?.error_description) ??
    string(json?.detail) ??
    string(json?.title) ??
    string(json?.message) ??
    (json === undefined ? readable(text) : undefined);
  const requestId = string(innerError?.["request-id"]) ?? headers.get("request-id") ?? undefined;
  return {
    ...(code && { code }),
    ...(message && { message }),
    ...(requestId && { requestId }),
    ...(error && { error }),
    ...(innerError && { innerError }),
  };
}

function parse(text: string): Fields | undefined {
  try {
    return fields(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function fields(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null ? (value as Fields) : undefined;
}

function string(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The title of a page, else the beginning of what can be read of it. */
function readable(body: string): string {
  const text = body.slice(0, 10_000);
  const title = /<title[^>]*>([^<]*)</i.exec(text)?.[1];
  const words = (title ?? text.replace(/<[^>]*>/g, " ")).replace(/\s+/g, " ").trim();
  return words.length > 200 ? `${words.slice(0, 200)}…` : words;
}
