/** A vector from the base64 of its little-endian float32 bytes; of several, one after the other. */
export function vectorFrom(text: string | readonly string[]): Float32Array {
  const parts = typeof text === "string" ? [text] : text;
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part, "base64")));
  const vector = new Float32Array(bytes.length / 4);
  for (let i = 0; i < vector.length; i++) vector[i] = bytes.readFloatLE(i * 4);
  return vector;
}
