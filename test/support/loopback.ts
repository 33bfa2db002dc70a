import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  method: string;
  /** Host the program under test asked for. */
  host: string;
  /** Path and query. */
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export interface Loopback {
  /** Carries requests for any https host to the loopback server; what was asked is in `requests`. */
  fetch: typeof fetch;
  /** The server itself, for clients that take a plain http address. */
  origin: string;
  requests: SeenRequest[];
  close(): Promise<void>;
}

type Answer = (request: SeenRequest, response: ServerResponse, incoming: IncomingMessage) => unknown;

/** A real server on a real socket that answers as a test says: the wire, without a tenant behind it. */
export async function startLoopback(answer: Answer): Promise<Loopback> {
  const requests: SeenRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const seen: SeenRequest = {
      method: incoming.method ?? "",
      host: String(incoming.headers["x-test-host"]),
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    };
    requests.push(seen);
    await answer(seen, response, incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    requests,
    origin: `http://127.0.0.1:${port}`,
    fetch: (input, init) => {
      const asked = new Request(input, init);
      const url = new URL(asked.url);
      const host = url.host;
      url.protocol = "http:";
      url.hostname = "127.0.0.1";
      url.port = String(port);
      const headers = new Headers(asked.headers);
      headers.set("x-test-host", host);
      return fetch(url, {
        method: asked.method,
        headers,
        body: asked.body,
        signal: init?.signal ?? asked.signal,
        redirect: "manual",
        ...(asked.body && { duplex: "half" }),
      } as RequestInit);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}
