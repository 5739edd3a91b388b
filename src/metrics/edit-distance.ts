/** @file How many tokens must be put in, taken out or exchanged (Levenshtein, 1966), and the error rates made of that. */

/** The fewest insertions, deletions and substitutions that make one list of tokens the other. */
export function editDistance(a: readonly string[], b: readonly string[]): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, token] of a.entries()) {
    const row = [i + 1];
    for (const [j, other] of b.entries()) {
      const exchanged = above[j]! + (token === other ? 0 : 1);
      row.push(Math.min(exchanged, above[j + 1]! + 1, row[j]! + 1));
    }
    above = row;
  }
  return above[b.length]!;
}

/** A sequence that should have been written, and the one that was. */
export interface TokenPair {
  readonly gold: readonly string[];
  readonly predicted: readonly string[];
}

/**
 * All edits over all tokens of gold: word, character or phoneme error rate, by what the tokens are. Above 1 where more was
 * written wrongly than there was to write; null without tokens.
 */
export function tokenErrorRate(rows: readonly TokenPair[]): number | null {
  const tokens = rows.reduce((sum, { gold }) => sum + gold.length, 0);
  if (tokens === 0) return null;
  return rows.reduce((sum, { gold, predicted }) => sum + editDistance(predicted, gold), 0) / tokens;
}
