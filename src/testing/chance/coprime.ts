/**
 * The first step from `start` on that is coprime with `size`: going round `size` places in such steps meets each place once
 * before it meets one again, which is an order of its own for nothing.
 */
export function coprimeFrom(start: number, size: number): number {
  let step = start;
  while (greatestCommonDivisor(step, size) !== 1) step += 1;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
