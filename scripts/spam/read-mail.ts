import PostalMime, { type Email } from "postal-mime";
import { visibleText } from "./visible-text.js";

/** The two parts of a message that the data set uses. */
export interface Mail {
  readonly subject: string;
  /** Plain text with its line breaks; taken from the HTML part when there is no text part. */
  readonly body: string;
}

/**
 * Parses one raw RFC 5322 message: MIME parts, transfer encodings and charsets decoded.
 * A `text/plain` body is preferred. An HTML body becomes its visible text, also when the message
 * calls it plain text, as much spam does. Attachments and all headers but `Subject` are left out.
 *
 * Undeclared 8-bit text is read as UTF-8 first and, where that leaves replacement characters, as Windows-1252,
 * which is what mail readers assume; the reading with fewer replacement characters wins.
 */
export async function readMail(raw: Uint8Array): Promise<Mail> {
  const strict = toMail(await PostalMime.parse(raw));
  if (damage(strict.subject + strict.body) === 0) return strict;
  const lenient = toMail(await PostalMime.parse(Buffer.from(raw).toString("latin1")));
  return {
    subject: lessDamaged(strict.subject, lenient.subject),
    body: lessDamaged(strict.body, lenient.body),
  };
}

function toMail({ subject = "", text = "", html = "" }: Email): Mail {
  const body = text.trim() === "" ? visibleText(html) : isHtml(text) ? visibleText(text) : text;
  return { subject: repair(subject), body: repair(body) };
}

function isHtml(text: string): boolean {
  return /^\s*<(!doctype|\/?[a-z][a-z0-9-]*[\s>])/i.test(text);
}

function lessDamaged(first: string, second: string): string {
  return damage(second) < damage(first) ? second : first;
}

function damage(text: string): number {
  return text.split("\ufffd").length - 1;
}

/** The characters of Windows-1252's bytes 0x80 to 0x9F; the five bytes that it leaves undefined stay control characters. */
const windowsPunctuation = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/**
 * Makes the text independent of the release of Node, whose decoders differ: some read Windows-1252 as Latin-1
 * (Node 20 does), so quotes and dashes arrive as control characters, and bytes without a meaning in a Chinese
 * charset arrive as private-use or as replacement characters.
 */
function repair(text: string): string {
  return text
    .replace(/[\u0080-\u009f]/g, (control) => windowsPunctuation[control.charCodeAt(0) - 0x80]!)
    .replace(/[\ue000-\uf8ff]/g, "\ufffd");
}
