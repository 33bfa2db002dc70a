import type { Clock } from "../../clock.js";
import { withDeadline } from "../../http/deadline.js";
import { KnownSecrets } from "../../http/known-secrets.js";
import { type Logger, log } from "../../logger.js";

/** For one word with the store: while callers wait for it, and where nobody does, or only for another process. */
const answerMs = { hasty: 200, patient: 2_000 };
/** A store that failed is left alone for this long: the next token must not pay for it again. */
const circuitMs = 10_000;
const longestReason = 200;

/** A way to a token store that can't fail: at worst it costs a warning and a moment. */
export class StoreAccess {
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  #brokenUntil: number | undefined;

  constructor(clock: Clock, logger: Logger | undefined) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Whether the store failed a short while ago. */
  get broken(): boolean {
    return this.#brokenUntil !== undefined && this.#clock.monotonic() < this.#brokenUntil;
  }

  /** What the store answers, unless it is broken or breaks now. */
  async try<T>(
    action: string,
    work: (late: AbortSignal) => Promise<T> | undefined,
    haste: keyof typeof answerMs = "hasty",
    secret?: string,
  ): Promise<T | undefined> {
    if (this.broken) return undefined;
    const timeoutMs = answerMs[haste];
    const late = () => new Error(`no answer within ${timeoutMs} ms`);
    try {
      const result = await withDeadline({ clock: this.#clock, timeoutMs, late }, async (signal) => work(signal));
      if (this.#brokenUntil !== undefined) log(this.#logger, "info", "The token store answers again.");
      this.#brokenUntil = undefined;
      return result;
    } catch (error) {
      if (this.#brokenUntil === undefined) {
        log(this.#logger, "warn", `The token store failed (${action}: ${reasonOf(error, secret)}); doing without it.`);
      }
      this.#brokenUntil = this.#clock.monotonic() + circuitMs;
      return undefined;
    }
  }
}

/**
 * What a store's error says, as far as it can stand in a log. Clients of databases repeat the address they were given, and commands with
 * their arguments: what has an @ in it goes, what follows a word for a secret, and what is long and mixed as keys and tokens are.
 */
export function reasonOf(error: unknown, secret?: string): string {
  const { message, name, code } = (typeof error === "object" && error ? error : {}) as Record<string, unknown>;
  const said = typeof message === "string" ? message : typeof error === "string" ? error : "";
  // No more than can be shown is looked at.
  const text = new KnownSecrets([secret])
    .coverIn(said.slice(0, 10 * longestReason))
    .replace(/\S*:\/\/\S*/g, (address) => (/[@%]/.test(address) ? "…" : address))
    .replace(/\S*@\S*/g, "…")
    .replace(/\b(pass(word|wd|phrase)?|pwd|auth|secret|credentials?|token|api-?key|set|hello)\b\W.*$/is, "$1 …")
    .replace(/[\w~+/=%-]{24,}/g, (run) => (/\d/.test(run) ? "…" : run))
    .replace(/\s+/g, " ")
    .trim();
  const short = text.length > longestReason ? `${text.slice(0, longestReason)}…` : text;
  return (
    short ||
    [code, name].find((word) => typeof word === "string" && /^\w{1,40}$/.test(word))?.toString() ||
    "no reason given"
  );
}
