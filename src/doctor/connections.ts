import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { TLSSocket } from "node:tls";
import { type Chain, chainOf } from "./certificates.js";

/** What undici, the runtime's fetch, tells of a connection, and of the head of an answer. */
interface Connected {
  connectParams?: { host?: string };
  socket?: Partial<TLSSocket>;
}
interface Headers {
  response?: { headers?: readonly Uint8Array[] };
}

/**
 * Watches what the runtime's fetch meets while it works, so that nobody has to be asked anything more. Another fetch tells nothing.
 * @see https://undici.nodejs.org/#/docs/api/DiagnosticsChannel
 */
export class Connections {
  /** By host, with its port unless that is 443. */
  readonly chains = new Map<string, Chain>();
  /** This machine's clock minus that of the last answer. */
  skewMs: number | undefined;

  readonly #connected = (message: unknown) => {
    const { connectParams, socket } = message as Connected;
    // Nothing is presented where a session goes on.
    const leaf = socket?.getPeerCertificate?.(true);
    const host = connectParams?.host?.replace(/:443$/, "");
    if (host && leaf?.raw) this.chains.set(host, chainOf(leaf));
  };

  readonly #answered = (message: unknown) => {
    const headers = (message as Headers).response?.headers ?? [];
    const at = headers.findIndex(
      (name, index) => index % 2 === 0 && String(Buffer.from(name)).toLowerCase() === "date",
    );
    // The header counts whole seconds.
    const skew = at < 0 ? Number.NaN : Date.now() - (Date.parse(Buffer.from(headers[at + 1]!).toString()) + 500);
    if (!Number.isNaN(skew)) this.skewMs = skew;
  };

  watch(): void {
    subscribe("undici:client:connected", this.#connected);
    subscribe("undici:request:headers", this.#answered);
  }

  leave(): void {
    unsubscribe("undici:client:connected", this.#connected);
    unsubscribe("undici:request:headers", this.#answered);
  }
}
