/** Input that no figure can be computed from: wrong lengths, label indices out of range, NaN. */
export class MetricsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MetricsError";
  }
}

/** Throws unless `values` holds exactly `expected` values; `shape` says in words where that number comes from. */
export function requireLength(
  name: string,
  values: { readonly length: number },
  expected: number,
  shape: string,
): void {
  if (values.length !== expected) {
    throw new MetricsError(`${name} holds ${values.length} values, expected ${expected} (${shape})`);
  }
}

/** Throws unless every value of `indices` is a label index, that is an integer in `[0, labelCount)`. */
export function requireLabelIndices(name: string, indices: Int32Array, labelCount: number): void {
  const row = indices.findIndex((index) => index < 0 || index >= labelCount);
  if (row >= 0) {
    throw new MetricsError(
      `${name}[${row}] is ${indices[row]}, expected a label index from 0 to ${labelCount - 1}`,
    );
  }
}

/** Throws unless label names are distinct and there is at least one. */
export function requireLabels(labels: readonly string[]): void {
  if (labels.length === 0) throw new MetricsError("labels is empty, expected at least one label name");
  const seen = new Set<string>();
  for (const label of labels) {
    if (seen.has(label)) throw new MetricsError(`label "${label}" is listed twice, names must be distinct`);
    seen.add(label);
  }
}

/** Room that rounding of a float32 softmax or sigmoid may take outside [0, 1]. */
const PROBABILITY_SLACK = 1e-5;

/** Throws unless every value is a probability; `where` names the offending position. */
export function requireProbabilities(values: ArrayLike<number>, where: (position: number) => string): void {
  for (let position = 0; position < values.length; position++) {
    const p = values[position]!;
    if (p >= -PROBABILITY_SLACK && p <= 1 + PROBABILITY_SLACK) continue;
    throw new MetricsError(
      `${where(position)} is ${p}, expected a probability from 0 to 1 ` +
        "(NaN means that training diverged; values outside mean that logits were passed)",
    );
  }
}

/** Throws unless every value is 0 or 1. */
export function requireBits(name: string, values: Uint8Array): void {
  const position = values.findIndex((value) => value > 1);
  if (position >= 0) {
    throw new MetricsError(`${name}[${position}] is ${values[position]}, expected 0 or 1`);
  }
}
