import { AppIdentityError } from "../../errors.js";
import { isOwnError } from "../../own-error.js";
import type { Position } from "./continuation-token.js";
import type { PageRequests } from "./page-requests.js";
import type { Reading } from "./reading.js";
import type { GraphPage } from "./request-page.js";

/** A page that was read, and where the walk stands then. */
export interface ReadPage {
  page: GraphPage;
  at: Position;
  /** The checked link behind it; `undefined` where nothing follows. */
  next: string | undefined;
}

const mostRestarts = 3;

/**
 * The way back where Graph has lost the place of a walk. As Microsoft documents it, the link that gave the last page is
 * asked once more for a fresh one; where that doesn't help, the walk begins again if it may.
 * @see https://learn.microsoft.com/graph/paging#error-handling
 */
export class Recovery {
  /** How often the walk began again. */
  restarts = 0;
  readonly #first: Position;
  readonly #requests: PageRequests;
  readonly #reading: Reading;
  /** The link that gave the last page. */
  #last: string | undefined;
  /** Whether that link was asked once more, and nothing has come of it yet. */
  #askedAgain = false;
  /** Where the place was lost, for as long as the way back has brought nothing new. */
  #lost: Position | undefined;

  constructor(firstLink: string, requests: PageRequests, reading: Reading) {
    this.#first = { link: firstLink, page: 1 };
    this.#requests = requests;
    this.#reading = reading;
  }

  /** A page was read, in order or on the way back, and brought something new or not. */
  arrived({ at }: ReadPage, isNew: boolean): void {
    if (at.link !== this.#last) this.#askedAgain = false;
    this.#last = at.link;
    if (isNew || !this.#reading.behind) this.#lost = undefined;
  }

  /**
   * Where the walk goes on, or the page that is read first. Throws where nothing helps: the error, or what went wrong on
   * the way back.
   */
  async from(error: unknown, at: Position): Promise<ReadPage | Position> {
    if (!isRefusal(error) || !this.#isPlace(at.link, error)) throw error;
    const again = this.#askedAgain || isForgotten(error) ? undefined : this.#last;
    const found = again === undefined ? undefined : await this.#askAgain(again, at);
    return found ?? this.#beginAgain(error, at);
  }

  /**
   * Whether a refusal may be meant for the place in the listing. Of a link that a page or a store gave it is, whatever its
   * words, since the rest of the request was good before.
   */
  #isPlace(link: string, { code }: AppIdentityError): boolean {
    return code === "page_token_expired" || (link !== this.#first.link && !/deltatoken=latest$/i.test(link));
  }

  async #askAgain(link: string, at: Position): Promise<ReadPage | undefined> {
    this.#askedAgain = true;
    const page = await this.#requests.ask(link).catch((second: unknown) => {
      if (!isRefusal(second)) throw second;
    });
    // That more followed was known: a page that is the last one now would end the listing early.
    if (page === undefined || !Object.hasOwn(page, "nextLink")) return undefined;
    this.#lost ??= at;
    if (!this.#reading.repeatLast()) return undefined;
    return { page, at: { link, page: at.page - 1 }, next: this.#requests.follow(page, link) };
  }

  #beginAgain(error: AppIdentityError, at: Position): Position {
    const first = this.#first;
    const canRestart = this.#reading.canRestart && at.link !== first.link && this.restarts < mostRestarts;
    if (!canRestart) {
      const wasStored = this.#last === undefined && this.restarts === 0 && at.link !== first.link;
      throw wasStored ? lostPlace(error) : error;
    }
    this.restarts += 1;
    this.#lost ??= at;
    this.#last = undefined;
    this.#askedAgain = false;
    this.#reading.restart();
    this.#requests.forget();
    return first;
  }

  /**
   * The place from which exactly the rest follows. Once the place was lost, that is where it was lost, until something
   * new has come, or the reset was announced; then there is none until all that was handed out before has come again.
   */
  resumable(at: Position): Position | undefined {
    return this.#lost ?? (this.#reading.behind ? undefined : at);
  }
}

/** Graph refuses what it was asked, in one of the ways in which it refuses a place that it no longer knows. */
function isRefusal(error: unknown): error is AppIdentityError {
  if (!isOwnError(error)) return false;
  const { code, statusCode } = error;
  return code === "page_token_expired" || statusCode === 400 || statusCode === 404 || statusCode === 410;
}

/** Graph says that it no longer knows this state at all, so that no other link into it helps. */
function isForgotten({ statusCode, graphCode = "" }: AppIdentityError): boolean {
  return statusCode === 410 || /^(syncState|resync)/i.test(graphCode);
}

/** A place that was stored, and that Graph doesn't take, whatever it says of it. */
function lostPlace(error: AppIdentityError): AppIdentityError {
  const { name: _name, code: _code, message, ...known } = error.toJSON();
  return new AppIdentityError("page_token_expired", message, {
    ...known,
    remedy: "Graph no longer takes this place in the listing: list from the start.",
    cause: error.cause,
  });
}
