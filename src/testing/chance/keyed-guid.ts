import { mix } from "./seeded.js";

/** GUIDs made of an index and a seed that can be read back, so that ten million objects are found by id without a table. */
export interface KeyedGuids {
  guid(index: number): string;
  /** The index a GUID was made of; `undefined` for any other text. */
  indexOf(guid: string): number | undefined;
}

const rounds = [1, 2, 3, 4];
const byteHex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const hex = (word: number) =>
  byteHex[word >>> 24]! + byteHex[(word >>> 16) & 255] + byteHex[(word >>> 8) & 255] + byteHex[word & 255];

/** The first eight digits are the index through a Feistel network, which runs backwards as well; the others are its hash. */
export function createKeyedGuids(seed: number): KeyedGuids {
  function stir(word: number, keys: readonly number[]): number {
    let left = word >>> 16;
    let right = word & 0xffff;
    for (const key of keys) [left, right] = [right, left ^ (mix(seed, key, right) & 0xffff)];
    return ((right << 16) | left) >>> 0;
  }
  const backwards = rounds.toReversed();

  function guid(index: number): string {
    const a = hex(mix(seed, index, 11));
    const b = hex(mix(seed, index, 12));
    const c = hex(mix(seed, index, 13));
    const variant = "89ab"[Number.parseInt(b[0]!, 16) & 3];
    return `${hex(stir(index, rounds))}-${a.slice(0, 4)}-4${a.slice(4, 7)}-${variant}${b.slice(1, 4)}-${b.slice(4)}${c}`;
  }

  return {
    guid,
    indexOf(text) {
      if (text.length !== 36) return undefined;
      const index = stir(Number.parseInt(text.slice(0, 8), 16), backwards);
      return guid(index) === text.toLowerCase() ? index : undefined;
    },
  };
}
