// "Did you mean": the known word that a mistyped one is nearest to.

/** The nearest of the words by edits (case aside), if it is near enough to be meant: a third of its letters at the most. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    // So many letters must be put in or taken out at least.
    if (Math.abs(candidate.length - word.length) >= fewest) continue;
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

/** A mistyped word as an error names it: quoted, with the word that may be meant. */
export function quoteWithHint(word: string, known: Iterable<string>): string {
  const meant = nearest(word, known);
  return meant === undefined ? `"${word}"` : `"${word}" (did you mean ${meant}?)`;
}

/** Letters to put in, take out, change, or swap with their neighbour (optimal string alignment). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  let before = row;
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1, swapped ? before[j - 2]! + 1 : change));
    }
    before = row;
    row = next;
  }
  return row[to.length]!;
}
