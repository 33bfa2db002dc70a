import { AppIdentityError } from "../errors.js";

/** The beginning of a body, and whoever has the rest. */
export interface BodyStart {
  chunks: Uint8Array[];
  /** Present where there is more. */
  rest?: ReadableStreamDefaultReader<Uint8Array>;
}

/** As much of a body as has no more than `mostBytes`, and the chunk that went beyond. */
export async function readStart(body: ReadableStream<Uint8Array>, mostBytes: number): Promise<BodyStart> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  for (let bytes = 0; bytes <= mostBytes; ) {
    const { done, value } = await reader.read();
    if (done) return { chunks };
    chunks.push(value);
    bytes += value.byteLength;
  }
  return { chunks, rest: reader };
}

/**
 * The text of a body, as `response.text()` gives it, but no more than `mostBytes` of what it is when unpacked: some
 * hundred kilobytes of gzip may hold gigabytes.
 * @throws AppIdentityError `invalid_response`
 */
export async function readText(response: Response, mostBytes: number): Promise<string> {
  const { body } = response;
  // Not every fetch has web streams, and some stubs have no body at all.
  if (!isWebStream(body)) return response.text();
  const { chunks, rest } = await readStart(body, mostBytes);
  if (rest === undefined) return textOf(chunks);
  rest.cancel().catch(() => {});
  throw bodyTooLong(response, mostBytes);
}

/** What an error's body is read of. No service says more than this about what went wrong. */
const mostErrorBytes = 2 ** 20;

/** The beginning of an error's body. The rest isn't read. */
export async function readErrorText(response: Response): Promise<string> {
  const { body } = response;
  if (!isWebStream(body)) return (await response.text()).slice(0, mostErrorBytes);
  const { chunks, rest } = await readStart(body, mostErrorBytes);
  rest?.cancel().catch(() => {});
  return textOf(chunks, mostErrorBytes);
}

/** An answer that nobody has room for. Asking again brings it again. */
export function bodyTooLong({ status, headers }: Response, mostBytes: number): AppIdentityError {
  const requestId = headers.get("request-id");
  const message = `The answer (${status}) has more than ${mostBytes} bytes, which is the limit.`;
  return new AppIdentityError("invalid_response", message, {
    remedy: "Ask for less at a time, take it as a stream, or raise the client's maxBodyBytes.",
    statusCode: status,
    ...(requestId !== null && { requestId }),
  });
}

export function isWebStream(body: unknown): body is ReadableStream<Uint8Array> {
  return typeof (body as ReadableStream | null | undefined)?.getReader === "function";
}

export function textOf(chunks: Uint8Array[], mostBytes = Number.POSITIVE_INFINITY): string {
  const bytes = Buffer.concat(chunks);
  const text = bytes.subarray(0, mostBytes).toString();
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}
