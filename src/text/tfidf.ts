/** Weights of terms by how rare they are: tf-idf as scikit-learn computes it (smooth idf, rows of length 1). */

/** `ln((1 + rows) / (1 + rowsWithTerm)) + 1`: as if one more row held every term once. */
export function smoothIdf(rows: number, rowsWithTerm: number): number {
  return Math.log((1 + rows) / (1 + rowsWithTerm)) + 1;
}

/**
 * A weight for every occurrence of a term in a row, such that the weights of a term's occurrences add up to its tf-idf
 * in the row, and the squares of the terms' tf-idf add up to 1.
 * @param ids the row's terms by occurrence; `idf` by term
 * @param sublinear a term that occurs n times counts `1 + ln n` instead of n
 */
export function tfidfWeights(
  ids: ArrayLike<number>,
  idf: ArrayLike<number>,
  sublinear: boolean,
): Float32Array {
  const counts = new Map<number, number>();
  for (let i = 0; i < ids.length; i++) counts.set(ids[i]!, (counts.get(ids[i]!) ?? 0) + 1);
  let squares = 0;
  for (const [id, count] of counts) squares += ((sublinear ? 1 + Math.log(count) : count) * idf[id]!) ** 2;
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  const weights = new Float32Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    const count = counts.get(ids[i]!)!;
    weights[i] = (sublinear ? (1 + Math.log(count)) / count : 1) * idf[ids[i]!]! * scale;
  }
  return weights;
}
