import type { Emulator } from "../../../src/testing/index.js";
import { requestToken } from "../entra/token-request.js";

export interface Answer {
  status: number;
  headers: Headers;
  /** `undefined` where the answer isn't JSON. */
  json: Page;
  text: string;
  bytes: Buffer;
}

export interface Page {
  "@odata.context"?: string;
  "@odata.count"?: number;
  "@odata.nextLink"?: string;
  "@odata.deltaLink"?: string;
  value: Record<string, unknown>[];
  error?: { code: string; message: string; innerError: Record<string, string> };
}

export const eventual = { ConsistencyLevel: "eventual" };

/** Asks the emulator's Graph with plain `fetch` and a token of its own. Paths are below `/v1.0`. */
export function graphCaller(emulator: Emulator) {
  let authorization: string | undefined;

  async function send(pathOrLink: string, headers: Record<string, string>, init: RequestInit): Promise<Answer> {
    authorization ??= `Bearer ${(await requestToken(emulator)).body.access_token}`;
    const url = pathOrLink.startsWith("https:") ? pathOrLink : `https://graph.microsoft.com/v1.0${pathOrLink}`;
    const response = await emulator.fetch(url, {
      ...init,
      headers: { "accept-encoding": "identity", ...headers, authorization },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString();
    const isJson = response.headers.get("content-type")?.includes("json");
    const json = isJson ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, bytes, text, json };
  }

  const get = (pathOrLink: string, headers: Record<string, string> = {}) => send(pathOrLink, headers, {});

  return {
    get,
    /** Sends JSON, or text as it is. */
    post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return send(path, { "content-type": "application/json", ...headers }, { method: "POST", body: text });
    },
    /** Follows links to the end of a listing or round; `between` runs after each page. */
    async pages(path: string, headers: Record<string, string> = {}, between = () => {}): Promise<Page[]> {
      const pages: Page[] = [];
      for (let link: string | undefined = path; link; ) {
        const { status, json, text } = await get(link, headers);
        if (status !== 200) throw new Error(text);
        pages.push(json);
        link = json["@odata.nextLink"];
        between();
      }
      return pages;
    },
    /** After the clock was moved. */
    renewToken() {
      authorization = undefined;
    },
  };
}

export type GraphCaller = ReturnType<typeof graphCaller>;

/** A query string with its values encoded. */
export function query(options: Record<string, string | number | undefined>): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return `?${given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")}`;
}
