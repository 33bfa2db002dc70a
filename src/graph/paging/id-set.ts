import { createHash } from "node:crypto";
import { isGuid } from "../../guid.js";

/** A 128-bit key. */
type Key = readonly [number, number, number, number];

const words = 4;
const maxLoad = 0.9;
const growth = 1.2;

/**
 * The ids that were handed out, at about 20 bytes each: ten million fit where a `Set` of strings takes a gigabyte. An
 * open addressing table, in which a guid is its own key and other ids are hashed.
 */
export class SeenIds {
  size = 0;
  #table = new Uint32Array(1024 * words);
  // A key of zeros marks a free slot, so the id of zeros is remembered apart.
  #zero = false;

  get bytes(): number {
    return this.#table.byteLength;
  }

  /** Whether the id is new. */
  add(id: string): boolean {
    const key = keyOf(id);
    const zero = key.every((word) => word === 0);
    if (zero ? this.#zero : !insert(this.#table, ...key)) return false;
    this.#zero ||= zero;
    this.size += 1;
    if (this.size * words > this.#table.length * maxLoad) this.#grow();
    return true;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(Math.ceil((old.length / words) * growth) * words);
    for (let at = 0; at < old.length; at += words) {
      const [a, b, c, d] = [old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!];
      if (a | b | c | d) insert(this.#table, a, b, c, d);
    }
  }
}

function insert(table: Uint32Array, a: number, b: number, c: number, d: number): boolean {
  let at = Math.floor((hash(a, b, c, d) / 2 ** 32) * (table.length / words)) * words;
  for (;;) {
    if (table[at] === a && table[at + 1] === b && table[at + 2] === c && table[at + 3] === d) return false;
    if (!(table[at]! | table[at + 1]! | table[at + 2]! | table[at + 3]!)) {
      table[at] = a;
      table[at + 1] = b;
      table[at + 2] = c;
      table[at + 3] = d;
      return true;
    }
    at += words;
    if (at === table.length) at = 0;
  }
}

function hash(a: number, b: number, c: number, d: number): number {
  let mixed = 0;
  for (const word of [a, b, c, d]) {
    mixed = Math.imul(mixed ^ word, 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  return mixed >>> 0;
}

function keyOf(id: string): Key {
  if (isGuid(id)) {
    const hex = id.replaceAll("-", "");
    const word = (at: number) => Number.parseInt(hex.slice(at, at + 8), 16);
    return [word(0), word(8), word(16), word(24)];
  }
  const digest = createHash("sha256").update(id).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)];
}
