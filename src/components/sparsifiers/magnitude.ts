/** @file Which numbers are the largest. */

/** How many of `count` numbers stay when the share `sparsity` of them goes; never none. */
export const keptOf = (count: number, sparsity: number): number =>
  Math.max(1, count - Math.floor(count * sparsity + 1e-9));

/** The `kept`-th largest of some numbers, which are put into another order. */
export function largest(numbers: Float32Array, kept: number): number {
  const target = numbers.length - kept;
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    const pivot = numbers[(low + high) >> 1]!;
    let [left, right] = [low, high];
    while (left <= right) {
      while (numbers[left]! < pivot) left++;
      while (numbers[right]! > pivot) right--;
      if (left > right) break;
      const held = numbers[left]!;
      numbers[left++] = numbers[right]!;
      numbers[right--] = held;
    }
    if (target <= right) high = right;
    else if (target >= left) low = left;
    else break;
  }
  return numbers[target]!;
}

/** The absolute values of several arrays in one, those whose mask is 0 left out. */
export function magnitudes(
  arrays: readonly Float32Array[],
  masks: readonly (Float32Array | undefined)[],
): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let count = 0;
  for (const [i, array] of arrays.entries()) {
    const mask = masks[i];
    for (let at = 0; at < array.length; at++)
      if (mask === undefined || mask[at] !== 0) all[count++] = Math.abs(array[at]!);
  }
  return all.subarray(0, count);
}

/** 1 where a number is at least `least` in size and `mask` is not 0. Numbers of equal size stay or go together. */
export function maskFrom(data: Float32Array, least: number, mask?: Float32Array): Float32Array {
  return data.map((value, i) => (Math.abs(value) >= least && mask?.[i] !== 0 ? 1 : 0));
}
