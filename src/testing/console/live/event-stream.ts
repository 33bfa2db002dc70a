/** One event of a stream. */
export interface StreamEvent {
  type: string;
  id: string;
  data: string;
}

/**
 * Takes the text of an event stream apart, in whatever pieces it comes. By hand and not by an EventSource, which can't show a token.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function eventReader(take: (event: StreamEvent) => void): (piece: string) => void {
  let rest = "";
  let event = { type: "message", id: "", data: [] as string[] };

  function line(text: string): void {
    if (text === "") {
      if (event.data.length > 0) take({ ...event, data: event.data.join("\n") });
      event = { type: "message", id: event.id, data: [] };
      return;
    }
    const at = text.indexOf(":");
    const [name, value] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1).replace(/^ /, "")];
    if (name === "event") event.type = value;
    else if (name === "id") event.id = value;
    else if (name === "data") event.data.push(value);
  }

  return (piece) => {
    const lines = (rest + piece).split(/\r?\n/);
    rest = lines.pop() as string;
    for (const each of lines) line(each);
  };
}
