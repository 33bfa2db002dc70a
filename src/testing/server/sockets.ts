import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createSocketServer, isIPv6, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createTlsIdentity } from "../crypto/tls-identity.js";

/** Where an emulator listens. */
export interface Sockets {
  /** What clients are told. */
  origin: string;
  /** The same port without TLS, for `emulator.fetch`: fetch can't be told which certificate authority to trust. */
  plainOrigin: string;
  /** Authority to trust, as PEM. */
  ca: string | undefined;
  close(): Promise<void>;
}

export interface SocketsOptions {
  host: string;
  port: number;
  /** Whether clients are told the TLS side. */
  secure: boolean;
  /** Names for a certificate; without them nothing speaks TLS. */
  names: readonly string[] | undefined;
  listener: RequestListener;
  /** Answers CONNECT. `accept` takes a socket as if it had just been opened, with bytes that have been read already. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer, accept: (socket: Socket, head: Buffer) => void): void;
}

// Longer than the clients' pools keep an idle connection, so that none is closed just as it is used again.
const keepAliveTimeout = 65_000;
/** The first byte of a TLS connection: a record of the handshake. */
const handshake = 0x16;

/** Opens one port for TLS, plain HTTP and CONNECT: the first byte of a connection tells which. */
export async function openSockets(options: SocketsOptions): Promise<Sockets> {
  const { host, port, secure, names, listener, connect } = options;
  const identity = names && createTlsIdentity(names);
  const plain: Server = createServer({ keepAliveTimeout }, listener);
  const tls = identity && createTlsServer({ cert: identity.cert, key: identity.key, keepAliveTimeout }, listener);
  const open = new Set<Socket>();

  function accept(socket: Socket, head?: Buffer): void {
    if (head?.length) socket.unshift(head);
    whenFirstByteIsThere(socket, (byte) => {
      const server = byte === handshake ? tls : plain;
      if (server) server.emit("connection", socket);
      else socket.destroy();
    });
  }
  for (const server of [plain, tls]) {
    server?.on("connect", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      connect(request, socket, head, accept),
    );
  }
  const entrance = createSocketServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    // A client that goes is nothing to tell; what it had asked is closed with the socket.
    socket.on("error", () => {}).once("close", () => open.delete(socket));
    accept(socket);
  });
  await new Promise<void>((resolve, reject) => {
    entrance.once("error", reject);
    entrance.listen(port, host, resolve);
  });
  const reachable = { "0.0.0.0": "127.0.0.1", "::": "127.0.0.1" }[host] ?? host;
  const address = `${isIPv6(reachable) ? `[${reachable}]` : reachable}:${(entrance.address() as AddressInfo).port}`;
  return {
    origin: `${secure ? "https" : "http"}://${address}`,
    plainOrigin: `http://${address}`,
    ca: identity?.ca,
    async close() {
      const closed = new Promise((resolve) => entrance.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Looks at the first byte and leaves it where it is. A socket that ends before is ended. */
function whenFirstByteIsThere(socket: Socket, decide: (byte: number) => void): void {
  const look = () => {
    const first = socket.read(1) as Buffer | null;
    if (first === null) return;
    socket.off("readable", look).off("end", end);
    socket.unshift(first);
    decide(first[0] as number);
  };
  const end = () => socket.end();
  socket.on("readable", look).once("end", end);
  look();
}
