/** A set of positions out of billions: a bit for each, in pieces that exist where something is. */
export interface Positions {
  readonly count: number;
  /** Behind the last one. */
  readonly end: number;
  /** @returns whether it is new */
  add(position: number): boolean;
  has(position: number): boolean;
  /** The first one from a position on; `end` when there is none. */
  next(position: number): number;
}

const bits = 65_536;

/** Over sixty lines: short methods that share the pieces, and where they were last. */
export function createPositions(): Positions {
  const pieces = new Map<number, Uint8Array>();
  let sorted: number[] | undefined;
  let count = 0;
  let end = 0;

  /** The latest one, since neighbours come together. */
  let latest: { number: number; piece: Uint8Array } | undefined;

  const pieceOf = (position: number) => Math.floor(position / bits);

  function pieceFor(number: number): Uint8Array {
    if (latest?.number === number) return latest.piece;
    let piece = pieces.get(number);
    if (!piece) {
      piece = new Uint8Array(bits / 8);
      pieces.set(number, piece);
      sorted = undefined;
    }
    latest = { number, piece };
    return piece;
  }

  function nextIn(piece: Uint8Array, from: number): number | undefined {
    for (let bit = from; bit < bits; bit += 1) {
      const byte = piece[bit >> 3]!;
      // Eight places at a time where nobody is.
      if (byte === 0) bit |= 7;
      else if (byte & (1 << (bit & 7))) return bit;
    }
    return undefined;
  }

  return {
    get count() {
      return count;
    },
    get end() {
      return end;
    },
    add(position) {
      const piece = pieceFor(pieceOf(position));
      const bit = position % bits;
      if (piece[bit >> 3]! & (1 << (bit & 7))) return false;
      piece[bit >> 3]! |= 1 << (bit & 7);
      count += 1;
      end = Math.max(end, position + 1);
      return true;
    },
    has(position) {
      const bit = position % bits;
      return Boolean((pieces.get(pieceOf(position))?.[bit >> 3] ?? 0) & (1 << (bit & 7)));
    },
    next(position) {
      sorted ??= [...pieces.keys()].sort((a, b) => a - b);
      const number = pieceOf(position);
      const own = pieces.get(number);
      const found = own && nextIn(own, position % bits);
      if (found !== undefined) return number * bits + found;
      const later = sorted[firstAbove(sorted, number)];
      if (later === undefined) return end;
      return later * bits + nextIn(pieces.get(later)!, 0)!;
    },
  };
}

function firstAbove(sorted: readonly number[], number: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
