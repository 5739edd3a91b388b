/** @file Words of languages that write none apart. */
import { createRequire } from "node:module";
import { ptxError } from "../registry/errors.js";
import { type NormalizeOptions, normalizeText } from "./normalize.js";
import type { Token, Tokenizer } from "./tokenizer.js";

/** Cuts a text into words and what is between them: together they are the text. */
export type WordCutter = (text: string) => Iterable<string>;

/** By the word lists that ICU has of a language. */
export function icuWords(locale: string): WordCutter {
  const segmenter = new Intl.Segmenter(locale, { granularity: "word" });
  return function* (text) {
    for (const { segment } of segmenter.segment(text)) yield segment;
  };
}

/** An optional peer, loaded when it is asked for. */
const JIEBA = "@node-rs/jieba";

/** What we call of it. */
interface Jieba {
  cut(text: string, unknownWords: boolean): string[];
}

/** By the dictionary of jieba. Throws `PTX_CONFIG_VALUE` where the package is not installed. */
export function jiebaWords(): WordCutter {
  const require = createRequire(import.meta.url);
  try {
    const { Jieba } = require(JIEBA) as { Jieba: { withDict(dict: Uint8Array): Jieba } };
    const { dict } = require(`${JIEBA}/dict.js`) as { dict: Uint8Array };
    const jieba = Jieba.withDict(dict);
    return (text) => jieba.cut(text, true);
  } catch (error) {
    const message = `the segmenter "jieba" needs the package ${JIEBA}: ${(error as Error).message.split("\n")[0]}`;
    throw ptxError("PTX_CONFIG_VALUE", "SegmenterTokenizer.segmenter", message, `npm install ${JIEBA}`);
  }
}

/** Tokens are words, punctuation and symbols; white space is dropped. */
export class WordSegmenter implements Tokenizer {
  readonly separator = "";

  constructor(
    readonly words: WordCutter,
    readonly options: NormalizeOptions,
  ) {}

  normalize(token: string): string {
    return normalizeText(token, this.options).text;
  }

  tokenize(text: string): Token[] {
    const normalized = normalizeText(text, this.options);
    const tokens: Token[] = [];
    let start = 0;
    for (const word of this.words(normalized.text)) {
      const end = start + word.length;
      if (word.trim() !== "")
        tokens.push({
          text: word,
          startUtf16: normalized.originalStart(start),
          endUtf16: normalized.originalEnd(end),
        });
      start = end;
    }
    return tokens;
  }
}
