import { Type } from "typebox";
import { component } from "../../registry/component.js";
import {
  CharacterCutter,
  characterClass,
  EACH_CHARACTER,
  runsBetween,
  wordsAndPunctuation,
} from "../../text/character-cutter.js";
import type { NormalizeOptions } from "../../text/normalize.js";
import type { Tokenizer as Cutter } from "../../text/tokenizer.js";
import { SplitTokenizer } from "../../text/tokenizers.js";
import { icuWords, jiebaWords, WordSegmenter } from "../../text/word-segmenter.js";

const normalization = {
  lowercase: Type.Boolean({
    default: true,
    description: "Lower-case tokens by Unicode's rules for single characters, the same in every locale.",
  }),
  normalize_nfc: Type.Boolean({
    default: false,
    description: "Compose characters first (Unicode NFC), so that é is one character however it was typed.",
  }),
};

/** Splits at a regular expression; PyText's default tokenizer. */
export const Tokenizer = component({
  kind: "tokenizer",
  name: "Tokenizer",
  schema: Type.Object(
    {
      split_regex: Type.String({
        minLength: 1,
        default: "\\s+",
        description:
          "Regular expression (JavaScript, Unicode mode) for what stands between tokens. It sees the normalised text.",
      }),
      ...normalization,
    },
    { description: "Splits a text at a regular expression, by default at white space." },
  ),
  check: ({ split_regex }) => {
    try {
      compile(split_regex);
      return [];
    } catch (error) {
      return [{ path: "split_regex", message: (error as Error).message }];
    }
  },
  create: (config) => splitAt(config.split_regex, normalizationOf(config)),
});

/** Splits at white space. */
export const WhitespaceTokenizer = component({
  kind: "tokenizer",
  name: "WhitespaceTokenizer",
  schema: Type.Object(normalization, {
    description: "Splits a text at white space only: for text whose tokens are separated already.",
  }),
  create: (config) => new CharacterCutter(runsBetween("\\s"), normalizationOf(config)),
});

/** Separates words from punctuation. */
export const WordPunctTokenizer = component({
  kind: "tokenizer",
  name: "WordPunctTokenizer",
  schema: Type.Object(
    {
      punctuation: Type.Union([Type.Literal("runs"), Type.Literal("each")], {
        default: "runs",
        description: 'Whether "!!!" is one token ("runs") or three ("each").',
      }),
      split_han: Type.Boolean({
        default: true,
        description: "Chinese characters become tokens of their own.",
      }),
      ...normalization,
    },
    { description: "Separates words (letters, digits, _) from punctuation: for raw text such as e-mail." },
  ),
  create: (config) =>
    new CharacterCutter(
      wordsAndPunctuation({ punctuation: config.punctuation, splitHan: config.split_han }),
      normalizationOf(config),
    ),
});

/** Every character is a token. */
export const CharacterTokenizer = component({
  kind: "tokenizer",
  name: "CharacterTokenizer",
  schema: Type.Object(normalization, {
    description:
      "Every character (Unicode code point) is a token, white space too: for language models of characters.",
  }),
  create: (config) => new CharacterCutter(EACH_CHARACTER, normalizationOf(config)),
});

function normalizationOf(config: {
  readonly lowercase: boolean;
  readonly normalize_nfc: boolean;
}): NormalizeOptions {
  return { lowercase: config.lowercase, nfc: config.normalize_nfc };
}

/** An expression that is about single characters is followed by rules, which a graph can follow, too. */
function splitAt(expression: string, options: NormalizeOptions): Cutter {
  const separator = characterClass(needlessEscapesGone(expression));
  return separator === undefined
    ? new SplitTokenizer(compile(expression), options)
    : new CharacterCutter(runsBetween(separator), options);
}

/** Python's regular expressions may escape any punctuation, JavaScript's Unicode mode only what has a meaning. */
const NEEDLESS_ESCAPE = /\\(\\|[!"#%&',:;<=>@_`~ ])/g;

const needlessEscapesGone = (source: string): string =>
  source.replace(NEEDLESS_ESCAPE, (all, escaped: string) => (escaped === "\\" ? all : escaped));

const compile = (source: string): RegExp => new RegExp(needlessEscapesGone(source), "gu");

/** Words of languages that write none apart, by the word lists of ICU or of jieba. */
export const SegmenterTokenizer = component({
  kind: "tokenizer",
  name: "SegmenterTokenizer",
  schema: Type.Object(
    {
      segmenter: Type.Union([Type.Literal("icu"), Type.Literal("jieba")], {
        default: "icu",
        description:
          "icu: the word lists of this Node (Chinese, Japanese, Thai, Khmer, Lao, Burmese). jieba: Chinese, by the package @node-rs/jieba, which is installed apart and cuts better.",
      }),
      locale: Type.String({
        default: "zh",
        description: "The texts' language for icu, such as zh, ja or th. The machine's own does not matter.",
      }),
      ...normalization,
    },
    {
      description:
        "Words of texts without spaces between them: Chinese, Japanese, Thai. White space is dropped. Exported files take tokens.",
    },
  ),
  check: ({ segmenter, locale }) => {
    if (segmenter === "jieba")
      return locale === "zh" ? [] : [{ path: "locale", message: "jieba cuts Chinese (zh) only" }];
    const known = isLanguageTag(locale) && Intl.Segmenter.supportedLocalesOf([locale]).length > 0;
    return known ? [] : [{ path: "locale", message: `this Node has no words of the language "${locale}"` }];
  },
  create: (config) =>
    new WordSegmenter(
      config.segmenter === "jieba" ? jiebaWords() : icuWords(config.locale),
      normalizationOf(config),
    ),
});

function isLanguageTag(locale: string): boolean {
  try {
    return Intl.getCanonicalLocales(locale).length > 0;
  } catch {
    return false;
  }
}
