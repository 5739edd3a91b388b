/** Digits that tell every float32 from every other. */
const DIGITS = 9;

/** float32 numbers with as few digits as tell them apart, for JSON. */
export const shortNumbers = (values: ArrayLike<number>): number[] =>
  Array.from(values, (value) => Number(value.toPrecision(DIGITS)));
