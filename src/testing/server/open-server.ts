import { certificateNames } from "../wire/hosts.js";
import { createListener, type ListenerOptions } from "./listener.js";
import { createProxy } from "./proxy.js";
import { openSockets, type Sockets } from "./sockets.js";

export interface ServerOptions extends Omit<ListenerOptions, "proxy" | "isOwn" | "control" | "consentOrigin"> {
  host: string;
  port: number;
  tls: boolean | { hostnames: readonly string[] };
  proxy: boolean;
  /** Whether only this machine reaches `host`. */
  loopbackOnly: boolean;
  /** Makes what answers beside the services, where there is such a thing. */
  control(isOwn: (host: string) => boolean): ListenerOptions["control"];
}

/** Opens the emulator's one port, with everything that answers there. */
export async function openServer({
  host,
  port,
  tls,
  proxy,
  loopbackOnly,
  control,
  ...rest
}: ServerOptions): Promise<Sockets> {
  const hostnames = typeof tls === "object" ? tls.hostnames : [];
  const ownNames = [...new Set(["localhost", "127.0.0.1", "::1", host, ...hostnames])];
  const own = new Set<string>();
  const isOwn = (address: string) => own.has(address.toLowerCase());
  let plainOrigin = "";
  const forwarder = createProxy({ enabled: proxy, loopbackOnly, isOwn });
  const sockets = await openSockets({
    host,
    port,
    secure: tls !== false,
    names: tls || proxy ? [...ownNames, ...(proxy ? certificateNames : [])] : undefined,
    listener: createListener({
      ...rest,
      proxy: forwarder,
      isOwn,
      control: control(isOwn),
      consentOrigin: () => plainOrigin,
    }),
    connect: forwarder.connect,
  });
  plainOrigin = sockets.plainOrigin;
  const { port: opened } = new URL(sockets.plainOrigin);
  for (const name of ownNames) own.add(`${name.includes(":") ? `[${name}]` : name}:${opened || 80}`);
  return sockets;
}
