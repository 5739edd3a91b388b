/** @file Bytes as text, also where they are no UTF-8. */

/** What stands for bytes that are no UTF-8 when they are decoded. */
const REPLACEMENT = "\ufffd";

/**
 * UTF-8 bytes as text. A byte that is part of no character (128 and above) is a lone low surrogate, U+DC00 + the byte, as in
 * Python's "surrogateescape" (PEP 383).
 */
export function textOfBytes(bytes: Uint8Array): string {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = all.toString();
  if (!whole.includes(REPLACEMENT)) return whole;
  let text = "";
  for (let at = 0; at < all.length; ) {
    const part = all.subarray(at, at + lengthFrom(all[at]!));
    const character = part.toString();
    const fits = !character.includes(REPLACEMENT) || part.equals(Buffer.from(REPLACEMENT));
    text += fits ? character : String.fromCharCode(0xdc00 + all[at]!);
    at += fits ? part.length : 1;
  }
  return text;
}

/** How many bytes a character has that begins with this one. */
const lengthFrom = (first: number): number => (first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);

const ESCAPED = /[\udc80-\udcff]/u;

/** The bytes of such a text. */
export function bytesOfText(text: string): Uint8Array {
  if (!ESCAPED.test(text)) return Buffer.from(text);
  const parts = Array.from(text, (character) =>
    ESCAPED.test(character) ? Uint8Array.of(character.charCodeAt(0) - 0xdc00) : Buffer.from(character),
  );
  return Buffer.concat(parts);
}
