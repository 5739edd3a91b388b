import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { CharacterSplitter } from "../../text/character-tokenizer.js";
import { SplitTokenizer } from "../../text/tokenizers.js";
import { WordPunctScanner } from "../../text/word-scanner.js";

const normalization = {
  lowercase: Type.Boolean({
    default: true,
    description: "Lower-case tokens by Unicode's rules, the same in every locale.",
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
  create: (config) =>
    new SplitTokenizer(compile(config.split_regex), {
      lowercase: config.lowercase,
      nfc: config.normalize_nfc,
    }),
});

/** Splits at white space. */
export const WhitespaceTokenizer = component({
  kind: "tokenizer",
  name: "WhitespaceTokenizer",
  schema: Type.Object(normalization, {
    description: "Splits a text at white space only: for text whose tokens are separated already.",
  }),
  create: (config) => new SplitTokenizer(/\s+/gu, { lowercase: config.lowercase, nfc: config.normalize_nfc }),
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
    new WordPunctScanner(
      { punctuation: config.punctuation, splitHan: config.split_han },
      { lowercase: config.lowercase, nfc: config.normalize_nfc },
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
  create: (config) => new CharacterSplitter({ lowercase: config.lowercase, nfc: config.normalize_nfc }),
});

/** Python's regular expressions may escape any punctuation, JavaScript's Unicode mode only what has a meaning. */
const NEEDLESS_ESCAPE = /\\(\\|[!"#%&',:;<=>@_`~ ])/g;

function compile(source: string): RegExp {
  const plain = source.replace(NEEDLESS_ESCAPE, (all, escaped: string) => (escaped === "\\" ? all : escaped));
  return new RegExp(plain, "gu");
}
