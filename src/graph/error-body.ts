/** What an error answer says, however it says it. */
export interface ErrorBody {
  code?: string;
  message?: string;
  requestId?: string;
  date?: string;
}

type Fields = Record<string, unknown>;

/** Reads Graph's error JSON (with `innerError` in either spelling), problem+json, OAuth errors, text, HTML, and nothing at all. */
export function readErrorBody(text: string, headers: Headers): ErrorBody {
  const json = parse(text);
  const error = fields(json?.error) ?? json ?? {};
  const inner = fields(error.innerError) ?? fields(error.innererror) ?? {};
  return drop({
    code: string(error.code) ?? string(json?.error),
    message:
      string(error.message) ??
      string(json?.error_description) ??
      string(error.detail) ??
      string(error.title) ??
      (json ? undefined : plain(text)),
    requestId: string(inner["request-id"]) ?? headers.get("request-id") ?? undefined,
    date: string(inner.date),
  });
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
function plain(text: string): string | undefined {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1];
  const readable = (title ?? text.replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, " ")).replace(/\s+/g, " ").trim();
  return string(readable.length > 200 ? `${readable.slice(0, 200)}…` : readable);
}

function drop(body: Record<keyof ErrorBody, string | undefined>): ErrorBody {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}
