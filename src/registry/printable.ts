/** The longest text of a file that a message repeats whole. */
const LONGEST = 400;

/**
 * A text from a file that others made, safe to print in a line: control characters, such as those that steer a
 * terminal, are written as escapes, and what is very long is cut in its middle.
 */
export function printable(text: string, longest = LONGEST): string {
  const half = Math.floor((longest - 5) / 2);
  const short = text.length > longest ? `${text.slice(0, half)} ... ${text.slice(-half)}` : text;
  return short.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
