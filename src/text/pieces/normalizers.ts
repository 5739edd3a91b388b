/** @file What is done to the characters of a text before it is cut: the normalizers of tokenizer.json. */
import { type NormalizedText, NormalizedTextBuilder, unicodeForm } from "../normalize.js";
import { byteCharacters } from "./byte-characters.js";
import { Charsmap } from "./charsmap.js";
import type { JsonPlace } from "./json-place.js";
import { patternOf, prefixed } from "./pre-tokenizers.js";
import { isChinese, isDropped, isMark, isSpace, Ranges } from "./wordpiece-characters.js";

export type Normalizer = (text: NormalizedText) => NormalizedText;

/** A text whose characters are replaced one by one; null: left out. */
function mapped(text: NormalizedText, by: (character: string) => string): NormalizedText {
  const builder = new NormalizedTextBuilder(text);
  let changed = false;
  for (let at = 0; at < text.text.length; ) {
    const character = String.fromCodePoint(text.text.codePointAt(at)!);
    const replaced = by(character);
    changed ||= replaced !== character;
    builder.push(replaced, at, at + character.length);
    at += character.length;
  }
  return changed ? builder.build() : text;
}

/** A text with something else in place of each match of a pattern. An empty match is left alone. */
function replaced(text: NormalizedText, pattern: RegExp, by: string): NormalizedText {
  const builder = new NormalizedTextBuilder(text);
  let last = 0;
  for (const { index, 0: match } of text.text.matchAll(pattern)) {
    if (match === "") continue;
    if (index > last) builder.push(text.text.slice(last, index), last, index);
    last = index + match.length;
    builder.push(by, index, last);
  }
  if (last === 0) return text;
  if (last < text.text.length) builder.push(text.text.slice(last), last, text.text.length);
  return builder.build();
}

const ASCII = /^\p{ASCII}*$/u;

/** Lower-cased character by character, so that no sigma looks around. */
const lowerCased: Normalizer = (text) => {
  if (ASCII.test(text.text)) return text.withText(text.text.toLowerCase());
  return mapped(text, (character) => character.toLowerCase());
};

const stripAccents: Normalizer = (text) =>
  ASCII.test(text.text) ? text : mapped(text, (one) => (/\p{M}/u.test(one) ? "" : one));

/** Text::trim of Unicode's white space. */
const LEADING = /^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const TRAILING = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/;

const NMT_DROPPED = new Ranges("1-8 b e-1f 7f 8f 9f");
const NMT_SPACES = new Ranges("9-a c-d 1680 200b-200f 2028-2029 2581 feff fffd");

/** A normalizer, or null: characters stay. Throws `PTX_VOCABULARY` naming what is not supported. */
export function normalizer(place: JsonPlace): Normalizer | null {
  return place.given ? place.dispatch(KINDS, "normalizer") : null;
}

const form = (name: "NFC" | "NFD" | "NFKC" | "NFKD") => (): Normalizer => (text) => unicodeForm(text, name);

const KINDS: Readonly<Record<string, (place: JsonPlace) => Normalizer>> = {
  Sequence: (place) => {
    const parts = place
      .at("normalizers")
      .list()
      .map((one) => one.dispatch(KINDS, "normalizer"));
    return (text) => parts.reduce((rest, part) => part(rest), text);
  },
  BertNormalizer: (place) => {
    const lowercase = place.at("lowercase").boolean(true);
    const accents = place.at("strip_accents").boolean(lowercase);
    const clean = place.at("clean_text").boolean(true);
    const chinese = place.at("handle_chinese_chars").boolean(true);
    const tidy = (character: string): string => {
      const code = character.codePointAt(0)!;
      if (clean && isSpace(code)) return " ";
      if (clean && isDropped(code)) return "";
      return chinese && isChinese(code) ? ` ${character} ` : character;
    };
    return (text) => {
      let rest = mapped(text, tidy);
      if (accents) rest = stripPlaceless(unicodeForm(rest, "NFD"));
      return lowercase ? lowerCased(rest) : rest;
    };
  },
  NFC: form("NFC"),
  NFD: form("NFD"),
  NFKC: form("NFKC"),
  NFKD: form("NFKD"),
  Lowercase: () => lowerCased,
  StripAccents: () => stripAccents,
  Strip: (place) => {
    const left = place.at("strip_left").boolean(true);
    const right = place.at("strip_right").boolean(true);
    return (text) => {
      const start = left ? (LEADING.exec(text.text)?.[0].length ?? 0) : 0;
      const end = text.text.length - (right ? (TRAILING.exec(text.text)?.[0].length ?? 0) : 0);
      return text.slice(start, Math.max(start, end));
    };
  },
  Replace: (place) => {
    const pattern = patternOf(place.at("pattern"));
    const content = place.at("content").string();
    return (text) => replaced(text, pattern, content);
  },
  Prepend: (place) => {
    const prefix = place.at("prepend").string();
    return (text) => prefixed(text, prefix);
  },
  Nmt: () => (text) =>
    mapped(text, (one) => {
      const code = one.codePointAt(0)!;
      return NMT_DROPPED.has(code) ? "" : NMT_SPACES.has(code) ? " " : one;
    }),
  Precompiled: (place) => {
    const charsmap = Charsmap.read(place.at("precompiled_charsmap"));
    return (text) => charsmap.apply(text);
  },
  ByteLevel: () => byteCharacters,
};

/** Without marks that take no place (Mn). */
const stripPlaceless: Normalizer = (text) =>
  ASCII.test(text.text) ? text : mapped(text, (one) => (isMark(one.codePointAt(0)!) ? "" : one));
