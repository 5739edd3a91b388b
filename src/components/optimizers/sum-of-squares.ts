/** The sum of the squares of elements `start` to `end` - 1, in float64. */
export function sumOfSquares(data: Float32Array, start: number, end: number): number {
  // Four sums side by side: one alone would have to wait for each addition before the next.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = end - ((end - start) % 4);
  for (let i = start; i < whole; i += 4) {
    a += data[i]! * data[i]!;
    b += data[i + 1]! * data[i + 1]!;
    c += data[i + 2]! * data[i + 2]!;
    d += data[i + 3]! * data[i + 3]!;
  }
  for (let i = whole; i < end; i++) a += data[i]! * data[i]!;
  return a + b + (c + d);
}
