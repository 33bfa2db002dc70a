import { ReadableStream } from "node:stream/web";
import type { Clock } from "../../clock.js";
import { AppIdentityError } from "../../errors.js";
import { networkFailure } from "../../http/network-error.js";
import { type BodyStart, isWebStream, readText } from "../../http/read-body.js";
import { isOwnError } from "../../own-error.js";
import { abortFailure, timeoutFailure } from "../failures/interruption.js";
import type { Attempt } from "./attempt.js";

export interface BodyLimits {
  /** Of JSON and text. */
  maxBodyBytes: number;
  /** For each part, while somebody waits for it. */
  timeoutMs: number;
  clock: Clock;
  host: string;
}

/**
 * Hands an answer over with its body unread, and its limits. The body ends with the caller's signal, or when nothing
 * comes for too long; it fails as we do; as text or JSON it is bounded, as a stream, blob or buffer it isn't.
 */
export function handOver(response: Response, attempt: Attempt, limits: BodyLimits, begun?: BodyStart): Response {
  const { status, statusText, headers, url, body } = response;
  if (!isWebStream(body)) return response;
  const stream = watched(body, attempt, limits, begun);
  const handed = new Response(stream as unknown as globalThis.ReadableStream, { status, statusText, headers });
  const text = async () => {
    // As the runtime's own says, where a body is read twice.
    if (handed.bodyUsed) throw new TypeError("Body is unusable: Body has already been read");
    return readText(handed, limits.maxBodyBytes);
  };
  return Object.defineProperties(handed, {
    url: { value: url },
    text: { value: text },
    json: { value: async () => parse(await text(), response) },
  });
}

/** The same bytes, in a stream that knows when to end. */
function watched(body: globalThis.ReadableStream<Uint8Array>, attempt: Attempt, limits: BodyLimits, begun?: BodyStart) {
  const { timeoutMs, clock, host } = limits;
  const reader = begun?.rest ?? body.getReader();
  const chunks = begun?.chunks ?? [];
  let ended = () => {};
  const stream = new ReadableStream(
    {
      type: "bytes",
      async pull(controller) {
        const chunk = chunks.shift();
        if (chunk !== undefined) return controller.enqueue(chunk);
        try {
          const { done, value } = await beforeIdle(reader.read());
          if (!done) return controller.enqueue(value);
          ended();
          controller.close();
          controller.byobRequest?.respond(0);
        } catch (cause) {
          ended();
          reader.cancel().catch(() => {});
          const { aborted, reason } = attempt.signal;
          if (isOwnError(cause)) controller.error(cause);
          else controller.error(aborted ? abortFailure(reason) : networkFailure(cause, host));
        }
      },
      cancel(reason) {
        ended();
        return reader.cancel(reason);
      },
    },
    // Nothing is read ahead of whoever reads: only while somebody waits does the time count.
    { highWaterMark: 0 },
  );
  ended = attempt.handOver(stream);
  return stream;

  function beforeIdle<T>(read: Promise<T>): Promise<T> {
    if (timeoutMs === Number.POSITIVE_INFINITY) return read;
    return new Promise((resolve, reject) => {
      const stop = clock.alarm(timeoutMs, () => reject(timeoutFailure(host, timeoutMs)));
      read.then(resolve, reject).finally(stop);
    });
  }
}

function parse(text: string, { status }: Response): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppIdentityError("invalid_response", `The answer (${status}) isn't the JSON that was asked for.`, {
      remedy: "Ask for it as text or as a stream, by responseType().",
      statusCode: status,
      cause,
    });
  }
}
