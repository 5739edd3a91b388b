/** @file The tokenizer of BERT from a vocab.txt. */
import { PieceTokenizer } from "./piece-tokenizer.js";
import { CONTINUATION, LONGEST_WORD, type PieceVocabulary, WordPiece } from "./wordpiece.js";
import type { BasicOptions } from "./wordpiece-characters.js";

const MASK = "[MASK]";

/** The tokenizer of BERT: [CLS] text [SEP], or [CLS] text [SEP] text [SEP]. */
export function bertTokenizer(vocabulary: PieceVocabulary, options: BasicOptions): PieceTokenizer {
  const { pieces, special } = vocabulary;
  const { start, separator } = special;
  const mask = pieces.indexOf(MASK);
  const single = [
    { piece: { id: start }, typeId: 0 },
    { piece: { text: 0 }, typeId: 0 },
    { piece: { id: separator }, typeId: 0 },
  ] as const;
  const second = [
    { piece: { text: 1 }, typeId: 1 },
    { piece: { id: separator }, typeId: 1 },
  ] as const;
  return new PieceTokenizer({
    cutter: new WordPiece(vocabulary, options),
    pieces,
    special: { ...special, mask: mask === -1 ? null : mask },
    template: { single, pair: [...single, ...second] },
    truncation: { most: null },
    json: () => bertJson(vocabulary, options),
  });
}

/** tokenizer.json of BERT's tokenizer. No piece is listed as added: texts that spell one are cut like others. */
function bertJson({ pieces, special }: PieceVocabulary, options: BasicOptions): unknown {
  const named = (id: number): string => pieces[id]!;
  const part = (id: number, type_id: number) => ({ SpecialToken: { id: named(id), type_id } });
  const text = (id: "A" | "B", type_id: number) => ({ Sequence: { id, type_id } });
  const single = [part(special.start, 0), text("A", 0), part(special.separator, 0)];
  const entry = (id: number) => [named(id), { id: named(id), ids: [id], tokens: [named(id)] }];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: options.splitChinese,
      strip_accents: options.stripAccents,
      lowercase: options.lowercase,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single,
      pair: [...single, text("B", 1), part(special.separator, 1)],
      special_tokens: Object.fromEntries([entry(special.start), entry(special.separator)]),
    },
    decoder: { type: "WordPiece", prefix: CONTINUATION, cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: named(special.unknown),
      continuing_subword_prefix: CONTINUATION,
      max_input_chars_per_word: LONGEST_WORD,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
    },
  };
}
