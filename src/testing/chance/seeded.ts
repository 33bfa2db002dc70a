import { createHash } from "node:crypto";

/** One well-stirred 32-bit number out of several: the emulator's only source of chance, so that a seed decides everything. */
export function mix(...parts: number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** A seeded source of numbers in [0, 1): the same seed, the same sequence. */
export function seededRandom(seed: number): () => number {
  let drawn = 0;
  return () => mix(seed, drawn++) / 2 ** 32;
}

const digest = (name: string) => createHash("sha256").update(name);

/** A version 4 GUID that is always the same for a name. */
export function seededGuid(name: string): string {
  const hex = digest(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A client secret in Entra's form (40 characters, the fourth to sixth a mark of its kind) that is always the same for a name. */
export function seededSecret(name: string): string {
  const text = digest(name).digest("base64url");
  return `${text.slice(0, 3)}8Q~${text.slice(3, 37)}`;
}
