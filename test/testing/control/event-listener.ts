import type { Emulator } from "../../../src/testing/index.js";

interface ServerEvent {
  event: string;
  id: number | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire
  data: any;
}

/** Reads events as EventSource does. */
export const listenTo =
  (emulator: () => Emulator) =>
  async (query = "", headers: Record<string, string> = {}) => {
    const aborted = new AbortController();
    const response = await fetch(`${emulator().console}api/requests/events${query}`, {
      headers,
      signal: aborted.signal,
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    async function next(event?: string): Promise<ServerEvent> {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end < 0) {
          const { value, done } = await reader.read();
          if (done) throw new Error("the stream has ended");
          text += value;
          continue;
        }
        const fields = Object.fromEntries(
          text
            .slice(0, end)
            .split("\n")
            .map((line) => /^(\w+): (.*)$/.exec(line)!.slice(1)),
        );
        text = text.slice(end + 2);
        if (event === undefined || fields.event === event) {
          return { event: fields.event, id: fields.id && Number(fields.id), data: JSON.parse(fields.data) };
        }
      }
    }
    return { response, next, close: () => aborted.abort() };
  };
