/** @file Which numbers are the largest. */

/** How many of `count` numbers stay when the share `sparsity` of them goes; never none. */
export const keptOf = (count: number, sparsity: number): number =>
  Math.max(1, count - Math.floor(count * sparsity + 1e-9));

/** How many bits of a magnitude each pass of the search looks at, the highest first: 31 in all. */
const PASSES = [11, 10, 10];

/**
 * The `kept`-th largest magnitude of several arrays together; numbers whose mask is 0 are not looked at.
 * The bits of numbers that are not negative are in the order of the numbers, so counting them by their highest bits, and so
 * on downwards, finds it in three passes.
 */
export function kthMagnitude(
  arrays: readonly Float32Array[],
  masks: readonly (Float32Array | undefined)[],
  kept: number,
): number {
  let [prefix, left, shift] = [0, kept, 31];
  for (const width of PASSES) {
    shift -= width;
    const counts = new Uint32Array(1 << width);
    for (const [i, array] of arrays.entries()) {
      const bits = new Uint32Array(array.buffer, array.byteOffset, array.length);
      const mask = masks[i];
      for (let at = 0; at < bits.length; at++) {
        const high = (bits[at]! & 0x7fffffff) >>> shift;
        if (high >>> width === prefix && (mask === undefined || mask[at] !== 0))
          counts[high & ((1 << width) - 1)]!++;
      }
    }
    let bucket = counts.length - 1;
    while (counts[bucket]! < left) left -= counts[bucket--]!;
    prefix = (prefix << width) | bucket;
  }
  return new Float32Array(Uint32Array.of(prefix).buffer)[0]!;
}

/** How many numbers a mask leaves of an array. */
export function leftBy(array: Float32Array, mask: Float32Array | undefined): number {
  if (mask === undefined) return array.length;
  let count = 0;
  for (let i = 0; i < mask.length; i++) count += mask[i]!;
  return count;
}

/** 1 where a number is at least `least` in size and `mask` is not 0. Numbers of equal size stay or go together. */
export function maskFrom(data: Float32Array, least: number, mask?: Float32Array): Float32Array {
  const kept = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value >= least || -value >= least) kept[i] = mask === undefined ? 1 : mask[i]!;
  }
  return kept;
}
