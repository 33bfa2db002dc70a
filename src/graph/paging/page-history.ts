import { createHash } from "node:crypto";
import { AppIdentityError } from "../../errors.js";

const mostRepeated = 3;
const mostEmpty = 1_000;
/** So many empty pages come at full speed: filters make them. */
const freelyEmpty = 100;

/**
 * Remembers which links gave a page and what was on it, so that a walk that goes round in circles is noticed: when a link
 * comes again, when three pages running hold nothing but what whole pages held before, or when nothing comes at all. About
 * 200 bytes a page.
 */
export class PageHistory {
  readonly #links = new Set<string>();
  readonly #contents = new Set<string>();
  /** Pages running whose content came before. */
  #repeated = 0;
  /** Pages running without any content. */
  #empty = 0;

  /**
   * @param content digest of what is on the page, unless that is nothing
   * @throws AppIdentityError `link_loop` if this page and those before it bring nothing any more
   */
  add(link: string, content: string | undefined, isLast: boolean): void {
    this.#links.add(digestOf(link));
    if (content === undefined) {
      this.#empty += 1;
    } else {
      this.#empty = 0;
      this.#repeated = this.#contents.has(content) ? this.#repeated + 1 : 0;
      this.#contents.add(content);
    }
    if (isLast) return;
    if (this.#repeated >= mostRepeated) throw loop(`${mostRepeated} pages running hold what pages before held`);
    if (this.#empty >= mostEmpty) throw loop(`${mostEmpty} pages running are empty, each with a link to the next`);
  }

  /** Milliseconds to wait before the next page: the more, the longer nothing has come. */
  get pauseMs(): number {
    return Math.max(0, this.#empty - freelyEmpty) * 2;
  }

  clear(): void {
    this.#links.clear();
    this.#contents.clear();
    this.#repeated = 0;
  }

  /** @throws AppIdentityError `link_loop` if this link gave a page before */
  refuseKnown(link: string): void {
    if (this.#links.has(digestOf(link))) throw loop("a page's next link leads back to a page already read");
  }
}

function loop(what: string): AppIdentityError {
  return new AppIdentityError("link_loop", `The listing goes round in circles: ${what}.`, {
    remedy: "Try again later. If it stays, report the request id to Microsoft, and do without the filter meanwhile.",
  });
}

/** A text as a short key. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
