import { type Call, curlOf } from "./curl.js";

/** Why a call wasn't done. */
export class CallFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Where the page and the calls are. */
export const base = new URL(".", document.baseURI).href;

const tokenName = "control-token";
export const keepToken = (token: string) => sessionStorage.setItem(tokenName, token);
export const hasToken = () => sessionStorage.getItem(tokenName) !== null;

/** With the token, where one was asked for. */
export function authorization(): Record<string, string> {
  const token = sessionStorage.getItem(tokenName);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** @throws CallFailure what the emulator said; status 0 where it can't be reached */
export async function call<T>({ method, path, body, contentType = "application/json" }: Call): Promise<T> {
  const text = await ask(method, path, body, contentType);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

export const get = <T>(path: string) => call<T>({ method: "GET", path });

export const curl = (what: Call) => curlOf(what, base, hasToken());

/** What is answered, as it stands. */
export async function ask(method: string, path: string, body?: unknown, contentType?: string): Promise<string> {
  const headers = { ...authorization(), ...(body === undefined ? {} : { "content-type": contentType as string }) };
  const sent = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(base + path, { method, headers, body: sent }).catch((cause: Error) => {
    throw new CallFailure(0, "unreachable", `The emulator doesn't answer: ${cause.message}`);
  });
  const text = await response.text();
  if (!response.ok) throw failureOf(response.status, text);
  return text;
}

export function failureOf(status: number, text: string): CallFailure {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    return new CallFailure(status, error.code, error.message);
  } catch {
    return new CallFailure(status, String(status), text.slice(0, 300) || `Answered ${status}.`);
  }
}
