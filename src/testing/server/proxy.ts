import { type IncomingMessage, request as requestHttp, type ServerResponse } from "node:http";
import { request as requestHttps } from "node:https";
import { connect as connectTo, isIPv6, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream";
import { serviceOfHost } from "../wire/hosts.js";

export interface ProxyOptions {
  /** Without it, nothing is passed on, and only the emulator's own names are answered in absolute form. */
  enabled: boolean;
  /** Whether only this machine reaches the proxy: what may be asked of it by anybody passes nothing on. */
  loopbackOnly: boolean;
  /** Whether a host and port mean this emulator under a name of its own. */
  isOwn(host: string): boolean;
}

/** Where a request to a proxy is to go: answered here, passed on, or refused with a status and the reason. */
type Destination = "here" | "elsewhere" | { status: number; because: string };

export interface ForwardProxy {
  /** Answers CONNECT. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer, accept: (socket: Socket, head: Buffer) => void): void;
  /** Deals with a request in absolute form, and tells whether it is done. What is meant for the emulator is left to it. */
  forward(request: IncomingMessage, response: ServerResponse): boolean;
}

/** What concerns one connection and isn't handed on. */
const hopByHop = ["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "upgrade"]; // biome-ignore format: one list

/**
 * A proxy under which Microsoft's login, Graph and report hosts lead to the emulator, so that a program which obeys `HTTPS_PROXY` meets it
 * under the real names. Nothing asked of those hosts ever leaves this machine.
 */
export function createProxy({ enabled, loopbackOnly, isOwn }: ProxyOptions): ForwardProxy {
  function destinationOf(host: string, port: number, secure: boolean): Destination {
    if (isOwn(`${isIPv6(host) ? `[${host}]` : host}:${port}`)) return "here";
    if (!enabled) return { status: 405, because: "This embedded tenant is no proxy: start it with --proxy." };
    if (serviceOfHost(host) !== undefined) {
      if (secure && port === 443) return "here";
      return { status: 403, because: `${host} answers https on port 443, and nothing here asks the real one.` };
    }
    if (loopbackOnly) return "elsewhere";
    return { status: 403, because: "It listens beyond loopback, and passes nothing on to other hosts." };
  }

  return {
    connect(request, socket, head, accept) {
      socket.on("error", () => {});
      const target = targetOf(`https://${request.url}`);
      if (target === undefined) return refuse(socket, 400, "CONNECT names a host and a port.");
      const { host, port } = target;
      const destination = destinationOf(host, port, true);
      if (destination === "here") {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        accept(socket as Socket, head);
      } else if (destination === "elsewhere") tunnel(socket, head, host, port);
      else refuse(socket, destination.status, destination.because);
    },

    forward(request, response) {
      if (!/^https?:\/\//i.test(request.url ?? "")) return false;
      const target = targetOf(request.url as string);
      if (target === undefined) return false;
      const destination = destinationOf(target.host, target.port, target.url.protocol === "https:");
      if (destination === "here") return false;
      if (destination === "elsewhere") passOn(request, response, target.url);
      else response.writeHead(destination.status, { "content-type": "text/plain" }).end(`${destination.because}\n`);
      return true;
    },
  };
}

function targetOf(text: string): { url: URL; host: string; port: number } | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  return { url, host: url.hostname.replace(/^\[|\]$/g, ""), port };
}

function refuse(socket: Duplex, status: number, because: string): void {
  const body = `${because}\n`;
  const head = `HTTP/1.1 ${status} Refused\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  socket.end(`${head}\r\n\r\n${body}`);
}

function tunnel(socket: Duplex, head: Buffer, host: string, port: number): void {
  const onward = connectTo(port, host);
  const failed = (error: Error) => refuse(socket, 502, `${host}:${port} can't be reached: ${error.message}`);
  onward.once("error", failed).once("connect", () => {
    onward.off("error", failed);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    onward.write(head);
    // Whichever side goes takes the other with it, and says nothing.
    pipeline(socket, onward, socket, () => {});
  });
  socket.once("close", () => onward.destroy());
}

function passOn(incoming: IncomingMessage, response: ServerResponse, url: URL): void {
  const headers = { ...incoming.headers };
  for (const name of hopByHop) delete headers[name];
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const onward = request(url, { method: incoming.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => {});
  });
  onward.on("error", (error) => {
    if (!response.headersSent) response.writeHead(502, { "content-type": "text/plain" });
    response.end(`${url.host} can't be reached: ${error.message}\n`);
  });
  response.once("close", () => onward.destroy());
  pipeline(incoming, onward, () => {});
}
