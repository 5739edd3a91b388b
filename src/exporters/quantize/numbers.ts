/** @file Weights in fewer bits: numbers in, numbers out. */

/** The largest whole number of a form that has as many below zero. */
export const LARGEST = { int8: 127, int4: 7 } as const;

/**
 * The largest whole number of 8 bits that is multiplied by one. Processors without VNNI add two products with bytes of up
 * to 255 in 16 bits, and cut off what is beyond them: 2 * 255 * 64 is not.
 */
export const LARGEST_FACTOR = 64;

/** Whole numbers, and what each row or column of them is multiplied by. */
export interface Scaled {
  readonly data: Int8Array;
  /** One for each row or column: a weight is off by half of it at most. */
  readonly scales: Float32Array;
}

/**
 * The nearest multiples of a scale of each row's or column's own, which its largest weight decides. Zero stays zero.
 * @param values `[rows, columns]`
 */
export function scaled(
  values: Float32Array,
  columns: number,
  by: "rows" | "columns",
  largest: number,
): Scaled {
  const rows = values.length / columns;
  const peaks = new Float32Array(by === "rows" ? rows : columns);
  for (let row = 0, i = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, i++) {
      const channel = by === "rows" ? row : column;
      const size = Math.abs(values[i]!);
      if (size > peaks[channel]!) peaks[channel] = size;
    }
  const scales = peaks.map((peak) => (peak === 0 ? 1 : peak / largest));
  const data = new Int8Array(values.length);
  for (let row = 0, i = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, i++) {
      const nearest = Math.round(values[i]! / scales[by === "rows" ? row : column]!);
      data[i] = Math.max(-largest, Math.min(largest, nearest));
    }
  return { data, scales };
}

/** What stands for 0 in four bits: they have no sign. */
const INT4_ZERO = 8;

/**
 * Whole numbers from -8 to 7, two a byte: of each row the first in the low bits; a row of an odd length ends with a 0 more.
 * `[rows, columns]` -> `[rows, ceil(columns / 2)]`.
 */
export function packInt4(data: Int8Array, columns: number): Uint8Array {
  const rows = data.length / columns;
  const width = Math.ceil(columns / 2);
  const packed = new Uint8Array(rows * width);
  for (let i = 0; i < packed.length; i++) {
    const [row, column] = [Math.floor(i / width), 2 * (i % width)];
    const low = data[row * columns + column]!;
    const high = column + 1 < columns ? data[row * columns + column + 1]! : 0;
    packed[i] = (low + INT4_ZERO) | ((high + INT4_ZERO) << 4);
  }
  return packed;
}

/** What each byte of `packInt4` stands for: `[256, 2]`. */
export const INT4_PAIRS: Float32Array = Float32Array.from(
  { length: 512 },
  (_, i) => (((i >> 1) >> (i % 2 === 0 ? 0 : 4)) & 15) - INT4_ZERO,
);

/** The largest number that half precision holds. */
export const LARGEST_HALF = 65504;

/** The nearest half-precision numbers (of two equally near ones the even), as their bits. None may be beyond `LARGEST_HALF`. */
export function toHalf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (word) => {
    const sign = (word >>> 16) & 0x8000;
    const exponent = ((word >>> 23) & 0xff) - 127;
    if (exponent < -25) return sign;
    // What is below 2^-14 has a fixed exponent: it loses a bit of its fraction for each power below.
    const shift = 13 + Math.max(0, -14 - exponent);
    const fraction = (word & 0x7fffff) | 0x800000;
    const kept = fraction >>> shift;
    const rest = fraction & ((1 << shift) - 1);
    const half = 1 << (shift - 1);
    const rounded = kept + (rest > half || (rest === half && kept % 2 === 1) ? 1 : 0);
    // A fraction that is rounded up to 2 carries into the exponent, which stands above it.
    return sign | (exponent < -14 ? rounded : rounded + ((exponent + 14) << 10));
  });
}
