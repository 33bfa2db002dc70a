import type { Client } from "@microsoft/microsoft-graph-client";
import { abortFailure } from "../failures/interruption.js";
import type { AttemptPolicy, ClientTraits } from "../requests/attempt-policy.js";
import { nameless } from "../requests/path-template.js";
import { RequestTally } from "../requests/request-tally.js";
import { Operation } from "../telemetry/operation.js";
import { type LinkScope, trustedLink } from "./links.js";
import { PageHistory } from "./page-history.js";
import { type GraphPage, requestPage } from "./request-page.js";

/** Where the pages of a walk come from. */
export interface PageSource {
  client: Client;
  traits: ClientTraits;
  /** Sent with every page, as links don't carry them. */
  headers: Record<string, string>;
  scope: LinkScope;
  prefetch: boolean;
  limit?: number | undefined;
}

const mostRequestIds = 100;

/** Asks for the pages of a walk and vets the links that they bring. */
export class PageRequests {
  /** Whether the consumer waits for the page that is being read. */
  awaited = false;
  readonly tally = new RequestTally();
  /** Those of the last hundred pages. */
  readonly ids: string[] = [];
  readonly #source: PageSource;
  readonly #policy: AttemptPolicy;
  readonly #history = new PageHistory();
  readonly #signal: AbortSignal;
  readonly #operation: Operation | undefined;
  /** The link of the page being read, until the next was asked for early: once, however often this one is repeated. */
  #reading: string | undefined;
  /** The request for the page behind that, where it was sent already. */
  #early: { link: string; answer: Promise<GraphPage> } | undefined;

  /** Its pages are told of as parts of `operation`. */
  constructor(source: PageSource, signal: AbortSignal, operation?: Operation) {
    this.#source = source;
    this.#signal = signal;
    this.#operation = operation;
    this.#policy = {
      ...source.traits,
      signal,
      idempotent: true,
      onAnswer: (response) => this.tally.answered(response),
      onRetry: (wait) => this.tally.waits(wait),
    };
  }

  /** The page behind a link. */
  async ask(link: string): Promise<GraphPage> {
    const early = this.#early;
    this.#early = undefined;
    this.#reading = link;
    if (early?.link === link) return early.answer;
    if (this.#history.pauseMs > 0) await this.#pause();
    return this.#send(link);
  }

  /**
   * The checked link to the next page, as the page behind `link` has it.
   * @throws AppIdentityError `untrusted_link`, `link_loop`, `invalid_response`
   */
  follow(page: GraphPage, link: string): string | undefined {
    const isLast = !Object.hasOwn(page, "nextLink");
    this.#history.add(link, page.digest, isLast);
    if (isLast) return undefined;
    const next = trustedLink(page.nextLink, link, this.#source.scope);
    this.#history.refuseKnown(next);
    return next;
  }

  /** Lets a walk that begins again follow the same links. */
  forget(): void {
    this.#history.clear();
  }

  async #pause(): Promise<void> {
    const signal = this.#signal;
    await this.#source.traits.clock.wait(this.#history.pauseMs, signal).catch((error: unknown) => {
      throw signal.aborted ? abortFailure(signal.reason) : error;
    });
  }

  async #send(link: string): Promise<GraphPage> {
    const { client, headers } = this.#source;
    const ask = () => requestPage(client, link, headers, this.#policy, (next) => this.#sendEarly(next, link));
    // Of the walk, also where it is sent while the page before it is read.
    const page = await Operation.within(this.#operation, () => {
      const operation = Operation.begin("page", this.#policy.clock, () => nameless(link));
      return Operation.whole(operation, ask, (page) => (page ? { items: page.value.length } : {}));
    });
    if (page.requestId !== undefined) this.ids.push(page.requestId);
    if (this.ids.length > mostRequestIds) this.ids.shift();
    return page;
  }

  /**
   * Asks for the page behind the one that is being read before that is parsed, so that Graph works meanwhile. Only for a
   * consumer who waits: who has a page in hand gets no more than one ahead. Nothing is decided here: should the page turn
   * out to be none, or to lead elsewhere, this never was.
   */
  #sendEarly(nextLink: string, link: string): boolean {
    const { prefetch, limit, scope } = this.#source;
    if (!this.awaited || link !== this.#reading || !prefetch || limit !== undefined) return false;
    if (this.#history.pauseMs > 0) return false;
    try {
      const next = trustedLink(nextLink, link, scope);
      if (next === link) return false;
      this.#history.refuseKnown(next);
      const early = { link: next, answer: this.#send(next) };
      this.#reading = undefined;
      this.#early = early;
      // What failed this early is asked for again when it is due.
      early.answer.catch(() => {
        if (this.#early === early) this.#early = undefined;
      });
      return true;
    } catch {
      // Told when the page is read and the link is followed in earnest.
      return false;
    }
  }
}
