/** Thrown anywhere in the Graph side; `graph.ts` turns it into an answer with an error body. */
export class GraphRefusal extends Error {
  /**
   * @param headers go with the answer
   * @param innerError fields of `innerError` beside the ids and the date
   * @param lacks permissions of which one would do
   */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Record<string, string> = {},
    readonly innerError: Record<string, string> = {},
    readonly lacks?: readonly string[],
  ) {
    super(message);
    this.name = "GraphRefusal";
  }
}

/** What isn't found by its name: a segment of the path, or a property of a type. */
export class UnknownName extends GraphRefusal {
  constructor(
    message: string,
    readonly property = "",
    readonly entity?: string,
  ) {
    super(400, "BadRequest", message);
  }
}

export function badRequest(message: string): GraphRefusal {
  return new GraphRefusal(400, "BadRequest", message);
}

export function unsupportedQuery(message: string): GraphRefusal {
  return new GraphRefusal(400, "Request_UnsupportedQuery", message);
}
