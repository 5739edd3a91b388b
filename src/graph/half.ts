/** @file Numbers of 16 bits as float32, which holds every one of them exactly. */

const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/** An IEEE 754 half-precision number from its bits. */
export function halfToNumber(half: number): number {
  const [sign, exponent, fraction] = [half & 0x8000 ? -1 : 1, (half >> 10) & 31, half & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** A bfloat16 number from its bits: the upper half of a float32. */
export function bfloat16ToNumber(upper: number): number {
  bits[0] = upper << 16;
  return number[0]!;
}
