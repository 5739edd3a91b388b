/** @file Pieces that are looked for in texts before these are cut: `added_tokens` of tokenizer.json. */
import { NormalizedText } from "../normalize.js";
import type { JsonPlace } from "./json-place.js";
import type { Normalizer } from "./normalizers.js";

/** A piece that stands in texts as it is. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** No part of what texts say: [SEP], <s>. Decoding may leave it out. */
  readonly special: boolean;
  /** Found only where no word goes on before or behind it. */
  readonly singleWord: boolean;
  /** Takes the white space before it, or behind it. */
  readonly leftSpace: boolean;
  readonly rightSpace: boolean;
  /** Looked for in normalized texts. */
  readonly normalized: boolean;
}

/** Reads `added_tokens`. */
export function addedTokens(place: JsonPlace): AddedToken[] {
  if (!place.given) return [];
  return place.list().map((token) => ({
    id: token.at("id").integer(),
    content: token.at("content").string(),
    special: token.at("special").boolean(false),
    singleWord: token.at("single_word").boolean(false),
    leftSpace: token.at("lstrip").boolean(false),
    rightSpace: token.at("rstrip").boolean(false),
    normalized: token.at("normalized").boolean(!token.at("special").boolean(false)),
  }));
}

/** A part of a text: a piece that was found there, or text to cut. */
export interface Part {
  readonly text: NormalizedText;
  readonly id: number | null;
}

const WORD_CHARACTER = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]";
const ENDS_IN_WORD = new RegExp(`${WORD_CHARACTER}$`, "u");
const BEGINS_WITH_WORD = new RegExp(`^${WORD_CHARACTER}`, "u");
const SPACES_BEFORE = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;
const SPACES_BEHIND = /^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*/;

/** Finds added tokens in texts: of those that begin at a place the longest. */
class Finder {
  readonly #pattern: RegExp | null;
  readonly #tokens: ReadonlyMap<string, AddedToken>;

  constructor(tokens: readonly (readonly [written: string, token: AddedToken])[]) {
    const written = tokens.filter(([text]) => text !== "");
    this.#tokens = new Map(written);
    const longestFirst = [...this.#tokens.keys()].sort((a, b) => b.length - a.length);
    const escaped = longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
    this.#pattern = escaped.length === 0 ? null : new RegExp(escaped.join("|"), "gu");
  }

  parts(text: NormalizedText): Part[] {
    if (this.#pattern === null) return [{ text, id: null }];
    const { text: from } = text;
    const parts: Part[] = [];
    let last = 0;
    for (const { index, 0: match } of from.matchAll(this.#pattern)) {
      const token = this.#tokens.get(match)!;
      let [start, end] = [index, index + match.length];
      if (start < last) continue;
      const inWord =
        ENDS_IN_WORD.test(from.slice(Math.max(0, start - 2), start)) ||
        BEGINS_WITH_WORD.test(from.slice(end));
      if (token.singleWord && inWord) continue;
      if (token.leftSpace) start -= SPACES_BEFORE.exec(from.slice(last, start))![0].length;
      if (token.rightSpace) end += SPACES_BEHIND.exec(from.slice(end))![0].length;
      if (start > last) parts.push({ text: text.slice(last, start), id: null });
      parts.push({ text: text.slice(start, end), id: token.id });
      last = end;
    }
    if (last < from.length) parts.push({ text: last === 0 ? text : text.slice(last, from.length), id: null });
    return parts;
  }
}

/** Takes added tokens out of texts, and normalizes what is between them. */
export class AddedTokens {
  readonly #raw: Finder;
  readonly #normalized: Finder;

  constructor(
    readonly tokens: readonly AddedToken[],
    readonly normalizer: Normalizer | null,
  ) {
    const written = ({ content }: AddedToken): string =>
      normalizer === null ? content : normalizer(new NormalizedText(content)).text;
    const [normalized, raw] = [true, false].map((which) =>
      tokens.filter((token) => token.normalized === which),
    );
    this.#raw = new Finder(raw!.map((token) => [token.content, token]));
    this.#normalized = new Finder(normalized!.map((token) => [written(token), token]));
  }

  parts(text: string): Part[] {
    return this.#raw.parts(new NormalizedText(text)).flatMap((part) => {
      if (part.id !== null) return [part];
      const text = this.normalizer === null ? part.text : this.normalizer(part.text);
      return text.text === "" ? [] : this.#normalized.parts(text);
    });
  }
}
