/** @file Bytes written as characters that can be seen, as byte-level tokenizers do (GPT-2). */
import { type NormalizedText, NormalizedTextBuilder } from "../normalize.js";

/** The character of each byte: itself where it can be seen, else one from U+0100 on. */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  const seen = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(seen(byte) ? byte : next++));
})();

const bytesOf = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

/** The byte that a character stands for. */
export const byteOf = (character: string): number | undefined => bytesOf.get(character);

const encoder = new TextEncoder();

/** The UTF-8 bytes of a text as characters, each of which comes from a whole character. */
export function byteCharacters(text: NormalizedText): NormalizedText {
  const { text: from } = text;
  if (/^[ -~]*$/.test(from)) return text.withText(from.replaceAll(" ", BYTE_CHARACTERS[0x20]!));
  const builder = new NormalizedTextBuilder(text);
  for (let at = 0; at < from.length; ) {
    const character = String.fromCodePoint(from.codePointAt(at)!);
    let written = "";
    for (const byte of encoder.encode(character)) written += BYTE_CHARACTERS[byte]!;
    builder.push(written, at, at + character.length);
    at += character.length;
  }
  return builder.build();
}
