/** The known name that a misspelt one most likely means, if any comes close. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(name.length / 3));
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.candidate;
}

/** What helps whoever has written a name that isn't known. */
export function meant(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest ? `Did you mean "${nearest}"?` : `Known are ${known.join(", ") || "none"}.`;
}

function editDistance(a: string, b: string): number {
  // Whoever gives a text as long as this has misspelt nothing.
  if (Math.max(a.length, b.length) > 100) return Number.POSITIVE_INFINITY;
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...a].entries()) {
    const line = [row + 1];
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1]! + (b[column - 1] === letter ? 0 : 1);
      line.push(Math.min(above[column]! + 1, line[column - 1]! + 1, replaced));
    }
    above = line;
  }
  return above[b.length]!;
}
