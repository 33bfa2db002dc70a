import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createTlsIdentity } from "../crypto/tls-identity.js";

/** Where an emulator listens. */
export interface Sockets {
  /** What clients are told. */
  origin: string;
  /** A plain socket on loopback, for `emulator.fetch`: fetch can't be told which certificate authority to trust. */
  carriedTo: string;
  /** Authority to trust, as PEM. */
  ca: string | undefined;
  close(): Promise<void>;
}

async function listen(listener: RequestListener, port: number, host: string, tls?: { cert: string; key: string }) {
  // Longer than the clients' pools keep an idle connection, so that none is closed just as it is used again.
  const keepAliveTimeout = 65_000;
  const server = tls
    ? createTlsServer({ cert: tls.cert, key: tls.key, keepAliveTimeout }, listener)
    : createServer({ keepAliveTimeout }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const name = reachable.includes(":") ? `[${reachable}]` : reachable;
  return {
    origin: `${tls ? "https" : "http"}://${name}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Opens the sockets: a plain one, or one for TLS and a plain one beside it that only this machine reaches. */
export async function openSockets(
  listener: RequestListener,
  host: string,
  port: number,
  tls: boolean | { hostnames: readonly string[] },
): Promise<Sockets> {
  if (!tls) {
    const { origin, close } = await listen(listener, port, host);
    return { origin, carriedTo: origin, ca: undefined, close };
  }
  const hostnames = tls === true ? [] : tls.hostnames;
  const identity = createTlsIdentity([...new Set(["localhost", "127.0.0.1", host, ...hostnames])]);
  const secure = await listen(listener, port, host, identity);
  const plain = await listen(listener, 0, "127.0.0.1");
  return {
    origin: secure.origin,
    carriedTo: plain.origin,
    ca: identity.ca,
    async close() {
      await Promise.all([secure.close(), plain.close()]);
    },
  };
}
