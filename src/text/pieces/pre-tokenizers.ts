/** @file Texts cut into words before a model cuts these into pieces: the pre-tokenizers of tokenizer.json. */
import { type NormalizedText, NormalizedTextBuilder } from "../normalize.js";
import { byteCharacters } from "./byte-characters.js";
import type { JsonPlace } from "./json-place.js";
import { regularExpression } from "./oniguruma.js";
import { SPLIT_BEHAVIORS, type SplitBehavior, splitBy } from "./splitting.js";
import { isPunctuation } from "./wordpiece-characters.js";

/** Cuts a part of a text. `word`: the part is a word that others cut from a text, so it had a space before it. */
export type PreTokenizer = (text: NormalizedText, word: boolean) => NormalizedText[];

/** Unicode's white space, which JavaScript's `\s` is not. */
const SPACE = "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACES = new RegExp(`[${SPACE}]`, "gu");
const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";
const WORDS = new RegExp(`[${WORD}]+|[^${WORD}${SPACE}]+`, "gu");
const NUMERIC = /\p{N}/gu;
const NUMERICS = /\p{N}+/gu;

/** GPT-2's words: a word, a number or other characters, each with the space before it; white space. */
const GPT2_WORDS = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${SPACE}\\p{L}\\p{N}]+|[${SPACE}]+(?![^${SPACE}])|[${SPACE}]+`,
  "gu",
);

/** Text put before another; it comes from the same place as the first character. */
export function prefixed(text: NormalizedText, prefix: string): NormalizedText {
  const first = text.text.codePointAt(0);
  if (first === undefined) return text;
  const size = first > 0xffff ? 2 : 1;
  const builder = new NormalizedTextBuilder(text);
  builder.push(prefix + text.text.slice(0, size), 0, size);
  if (text.text.length > size) builder.push(text.text.slice(size), size, text.text.length);
  return builder.build();
}

/** A text with punctuation characters as parts of their own (or as `behavior` says). */
function atPunctuation(text: NormalizedText, behavior: SplitBehavior): NormalizedText[] {
  let pattern = "";
  for (const character of new Set(text.text))
    if (isPunctuation(character.codePointAt(0)!)) pattern += `\\u{${character.codePointAt(0)!.toString(16)}}`;
  return pattern === "" ? [text] : splitBy(text, new RegExp(`[${pattern}]`, "gu"), behavior);
}

/** A pre-tokenizer, or null: texts are not cut. Throws `PTX_VOCABULARY` naming what is not supported. */
export function preTokenizer(place: JsonPlace): PreTokenizer | null {
  return place.given ? place.dispatch(KINDS, "pre-tokenizer") : null;
}

const KINDS: Readonly<Record<string, (place: JsonPlace) => PreTokenizer>> = {
  Sequence: (place) => {
    const parts = place
      .at("pretokenizers")
      .list()
      .map((one) => one.dispatch(KINDS, "pre-tokenizer"));
    return (text, word) =>
      parts.reduce<NormalizedText[]>((texts, part) => texts.flatMap((one) => part(one, word)), [text]);
  },
  BertPreTokenizer: () => (text) =>
    splitBy(text, SPACES, "Removed").flatMap((word) => atPunctuation(word, "Isolated")),
  Whitespace: () => (text) => splitBy(text, WORDS, "Removed", true),
  WhitespaceSplit: () => (text) => splitBy(text, SPACES, "Removed"),
  Punctuation: (place) => {
    const behavior = place.at("behavior").choice(SPLIT_BEHAVIORS, "Isolated");
    return (text) => atPunctuation(text, behavior);
  },
  Digits: (place) => {
    const each = place.at("individual_digits").boolean(false);
    return (text) => (each ? splitBy(text, NUMERIC, "Isolated") : splitBy(text, NUMERICS, "Isolated"));
  },
  CharDelimiterSplit: (place) => {
    const pattern = literally(place.at("delimiter").string());
    return (text) => splitBy(text, pattern, "Removed");
  },
  Split: (place) => {
    const pattern = patternOf(place.at("pattern"));
    const behavior = place.at("behavior").choice(SPLIT_BEHAVIORS);
    const invert = place.at("invert").boolean(false);
    return (text) => splitBy(text, pattern, behavior, invert);
  },
  ByteLevel: (place) => {
    const space = place.at("add_prefix_space").boolean(true);
    const cuts = place.at("use_regex").boolean(true);
    return (text, word) => {
      const whole = (space || word) && !text.text.startsWith(" ") ? prefixed(text, " ") : text;
      return (cuts ? splitBy(whole, GPT2_WORDS, "Isolated") : [whole]).map(byteCharacters);
    };
  },
  Metaspace: (place) => {
    const { replacement, scheme } = metaspace(place);
    const cuts = place.at("split").boolean(true);
    const pattern = literally(replacement);
    return (text) => {
      const marked = text.withText(text.text.replaceAll(" ", replacement));
      const first = scheme === "always" || (scheme === "first" && marked.originalStart(0) === 0);
      const whole = first && !marked.text.startsWith(replacement) ? prefixed(marked, replacement) : marked;
      return cuts ? splitBy(whole, pattern, "MergedWithNext") : [whole];
    };
  },
};

/** What stands for spaces, and where one is put before a text. Older files say so by `add_prefix_space`. */
export function metaspace(place: JsonPlace): {
  readonly replacement: string;
  readonly scheme: "always" | "first" | "never";
} {
  const replacement = place.at("replacement").string("\u2581");
  if (replacement.length !== 1)
    place.at("replacement").refuse(`here should be one character, but is ${JSON.stringify(replacement)}`);
  const otherwise = place.at("add_prefix_space").boolean(true) ? "always" : "never";
  return { replacement, scheme: place.at("prepend_scheme").choice(["always", "first", "never"], otherwise) };
}

/** A pattern that a file gives as `{"String": ...}` or `{"Regex": ...}`. */
export function patternOf(place: JsonPlace): RegExp {
  if (place.at("Regex").given) return regularExpression(place.at("Regex"));
  return literally(place.at("String").string());
}

const literally = (text: string): RegExp => new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "gu");
