/** @file Bytes as text, also where they are no UTF-8. */

/**
 * UTF-8 bytes as text. A byte that is part of no character (128 and above) is a lone low surrogate, U+DC00 + the byte, as in
 * Python's "surrogateescape" (PEP 383).
 */
export function textOfBytes(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decoded = (part: Uint8Array): string | undefined => {
    try {
      return decoder.decode(part);
    } catch {
      return undefined;
    }
  };
  const whole = decoded(bytes);
  if (whole !== undefined) return whole;
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const size = [1, 2, 3, 4].find((length) => decoded(bytes.subarray(at, at + length)) !== undefined);
    text +=
      size === undefined ? String.fromCharCode(0xdc00 + bytes[at]!) : decoded(bytes.subarray(at, at + size));
    at += size ?? 1;
  }
  return text;
}

const ESCAPED = /[\udc80-\udcff]/u;

/** The bytes of such a text. */
export function bytesOfText(text: string): Uint8Array {
  if (!ESCAPED.test(text)) return Buffer.from(text);
  const parts = Array.from(text, (character) =>
    ESCAPED.test(character) ? Uint8Array.of(character.charCodeAt(0) - 0xdc00) : Buffer.from(character),
  );
  return Buffer.concat(parts);
}
