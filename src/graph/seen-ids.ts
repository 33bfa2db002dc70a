import { createHash } from "node:crypto";

const words = 4;
const maxLoad = 0.9;
const growth = 1.2;

/**
 * The ids handed out so far, at about 20 bytes each, so that ten million fit where a `Set` of strings would need a gigabyte. An open
 * addressing table of 128-bit keys: a guid is its own key, other ids are hashed.
 */
export class SeenIds {
  size = 0;
  #slots = 1024;
  #table = new Uint32Array(this.#slots * words);
  // A key of zeros marks a free slot, so the id of zeros is kept aside.
  #zero = false;

  get bytes(): number {
    return this.#table.byteLength;
  }

  /** Whether the id is new. */
  add(id: string): boolean {
    const key = keyOf(id);
    if (key.every((word) => word === 0)) {
      if (this.#zero) return false;
      this.#zero = true;
      this.size += 1;
      return true;
    }
    if (!insert(this.#table, this.#slots, key)) return false;
    this.size += 1;
    if (this.size > this.#slots * maxLoad) this.#grow();
    return true;
  }

  #grow(): void {
    const slots = Math.ceil(this.#slots * growth);
    const table = new Uint32Array(slots * words);
    for (let at = 0; at < this.#table.length; at += words) {
      const key = this.#table.subarray(at, at + words);
      if (key.some((word) => word !== 0)) insert(table, slots, key);
    }
    this.#slots = slots;
    this.#table = table;
  }
}

function insert(table: Uint32Array, slots: number, key: Uint32Array): boolean {
  let slot = slotOf(key, slots);
  for (;;) {
    const at = slot * words;
    if (table[at] === key[0] && table[at + 1] === key[1] && table[at + 2] === key[2] && table[at + 3] === key[3]) {
      return false;
    }
    if (!(table[at]! | table[at + 1]! | table[at + 2]! | table[at + 3]!)) {
      table.set(key, at);
      return true;
    }
    slot = slot + 1 === slots ? 0 : slot + 1;
  }
}

function slotOf(key: Uint32Array, slots: number): number {
  let hash = 0;
  for (const word of key) {
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return Math.floor(((hash >>> 0) / 2 ** 32) * slots);
}

function keyOf(id: string): Uint32Array {
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id)) {
    const hex = id.replaceAll("-", "");
    return Uint32Array.of(...[0, 8, 16, 24].map((at) => Number.parseInt(hex.slice(at, at + 8), 16)));
  }
  return new Uint32Array(new Uint8Array(createHash("sha256").update(id).digest()).buffer, 0, words);
}
