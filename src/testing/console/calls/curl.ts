/** One call of the control API. */
export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/_emulator/`, encoded. */
  path: string;
  /** Sent as JSON, a text as it is. */
  body?: unknown;
  contentType?: string;
}

/** As a POSIX shell takes it for one word. */
export const shellWord = (text: string) =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

interface CurlRequest {
  method: string;
  url: string;
  /** Name of a shell's variable that holds a token. */
  bearer?: string | false;
  headers: Readonly<Record<string, string | undefined>>;
  body?: string | undefined;
}

/** The line with which a shell asks the same. */
export function curlLine({ method, url, bearer, headers, body }: CurlRequest): string {
  const words = ["curl", ...(method === "GET" ? [] : ["-X", method]), shellWord(url)];
  if (bearer) words.push("-H", `"Authorization: Bearer $${bearer}"`);
  for (const [name, value] of Object.entries(headers)) if (value) words.push("-H", shellWord(`${name}: ${value}`));
  if (body) words.push("--data-binary", shellWord(body));
  return words.join(" ");
}

/** @param base address of `/_emulator/` */
export function curlOf({ method, path, body, contentType = "application/json" }: Call, base: string, token = false) {
  const data = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const headers = { "content-type": data && contentType };
  return curlLine({ method, url: base + path, bearer: token && "CONTROL_TOKEN", headers, body: data });
}
