/** What stands in a secret's place. */
export const redacted = "[redacted]";

/** A run of so many of a secret's characters is taken for the secret; values that are shorter stay, or ordinary words would go. */
const shortest = 16;
/** Every run of 16 holds a piece of 8 that begins at a multiple of 8. */
const step = shortest / 2;
/** Texts in texts in texts: each may have escapes of its own. */
const layers = 4;

/** The secrets that one request knows, to take them out of what others say about it. Cheap to make: nothing is done before a text is looked at. */
export class KnownSecrets {
  readonly #values: readonly (string | undefined)[];
  #pieces: Map<string, Place[]> | undefined;

  constructor(values: readonly (string | undefined)[]) {
    this.#values = values;
  }

  /**
   * The text without the secrets, whole or in part (it may have been cut anywhere), as they are or in base64 or hex, and however the text
   * around them was encoded: for an address, in JSON, in HTML.
   */
  coverIn(text: string): string {
    if (text.length < shortest) return text;
    this.#pieces ??= piecesOf(this.#values);
    if (this.#pieces.size === 0) return text;
    const hidden: Range[] = [];
    let reading: Reading | undefined = { text, starts: undefined };
    for (let layer = 0; reading !== undefined && layer < layers; layer++) {
      const { starts } = reading;
      for (const [start, end] of runsIn(reading.text, this.#pieces)) {
        hidden.push([starts?.[start] ?? start, starts?.[end] ?? end]);
      }
      reading = unescaped(reading);
    }
    return cover(text, hidden);
  }
}

type Range = readonly [start: number, end: number];

/** Where a piece of a secret stands in one of its forms. */
interface Place {
  readonly form: string;
  readonly at: number;
}

function piecesOf(values: readonly (string | undefined)[]): Map<string, Place[]> {
  const pieces = new Map<string, Place[]>();
  for (const value of values) {
    // The lines that all keys have in common are no secret.
    const secret = value?.replace(/-----(BEGIN|END) [A-Z ]+-----/g, "").trim();
    if (secret === undefined || secret.length < shortest) continue;
    for (const form of formsOf(secret)) {
      for (let at = 0; at + step <= form.length; at += step) {
        const piece = form.slice(at, at + step);
        const places = pieces.get(piece);
        if (places) places.push({ form, at });
        else pieces.set(piece, [{ form, at }]);
      }
    }
  }
  return pieces;
}

/** As it is, in hex, and in base64 behind no, one or two other bytes; the characters at its ends depend on what stands there. */
function formsOf(secret: string): string[] {
  const hex = Buffer.from(secret).toString("hex");
  const base64 = ["", "-", "--"].map((before) => {
    const encoded = Buffer.from(before + secret).toString("base64");
    return encoded.slice(before === "" ? 0 : 4).replace(/.?=+$/, "");
  });
  const base64url = base64.map((encoded) => encoded.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([secret, hex, hex.toUpperCase(), ...base64, ...base64url])];
}

function* runsIn(text: string, pieces: ReadonlyMap<string, readonly Place[]>): Generator<Range> {
  for (let at = 0; at + step <= text.length; at++) {
    let end = at;
    for (const place of pieces.get(text.slice(at, at + step)) ?? []) {
      const run = runAround(text, at, place);
      if (run[1] - run[0] < shortest) continue;
      yield run;
      end = Math.max(end, run[1]);
    }
    // Whatever begins inside a run is covered, but for what goes on behind its end.
    at = Math.max(at, end - step);
  }
}

function runAround(text: string, at: number, { form, at: place }: Place): Range {
  let before = 0;
  while (before < at && before < place && text[at - before - 1] === form[place - before - 1]) before++;
  let length = step;
  while (at + length < text.length && text[at + length] === form[place + length]) length++;
  return [at - before, at + length];
}

function cover(text: string, hidden: readonly Range[]): string {
  let safe = "";
  let done = 0;
  for (const [start, end] of [...hidden].sort(([a], [b]) => a - b)) {
    if (start >= done) safe += text.slice(done, start) + (start === done && safe.endsWith(redacted) ? "" : redacted);
    done = Math.max(done, end);
  }
  return safe + text.slice(done);
}

interface Reading {
  readonly text: string;
  /** Where each of its characters begins in the text that was given, and where that ends; absent for that text itself. */
  readonly starts: readonly number[] | undefined;
}

const escapes =
  /%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,4});|&#(\d{1,5});|&(amp|quot);|\\(.)/gi;
const meanings: Record<string, string> = { n: "\n", r: "\r", t: "\t", amp: "&", quot: '"' };

/** The one character that an escape stands for. */
function meaningOf([, percent, unicode, hex, entity, decimal, name, escaped]: RegExpMatchArray): string {
  const digits = percent ?? unicode ?? hex ?? entity;
  const code = digits === undefined ? Number(decimal) : Number.parseInt(digits, 16);
  if (!Number.isNaN(code)) return String.fromCharCode(code);
  const word = name ?? escaped ?? "";
  return meanings[word.toLowerCase()] ?? escaped ?? "";
}

/** The text with its escapes read, if it has any. */
function unescaped({ text, starts }: Reading): Reading | undefined {
  const origins: number[] = [];
  let read = "";
  let done = 0;
  const copy = (end: number): void => {
    read += text.slice(done, end);
    for (; done < end; done++) origins.push(starts?.[done] ?? done);
  };
  for (const match of text.matchAll(escapes)) {
    const [all] = match;
    copy(match.index);
    origins.push(starts?.[done] ?? done);
    read += meaningOf(match);
    done += all.length;
  }
  if (done === 0) return undefined;
  copy(text.length);
  origins.push(starts?.[text.length] ?? text.length);
  return { text: read, starts: origins };
}
