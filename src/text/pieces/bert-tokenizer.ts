/** @file The tokenizer of BERT from a vocab.txt. */
import type { PieceTokenizer } from "./piece-tokenizer.js";
import { pieceTokenizer } from "./tokenizer-json.js";
import { CONTINUATION, LONGEST_WORD, type PieceVocabulary } from "./wordpiece.js";
import type { BasicOptions } from "./wordpiece-characters.js";

/** The tokenizer of BERT: [CLS] text [SEP], or [CLS] text [SEP] text [SEP]. */
export const bertTokenizer = (vocabulary: PieceVocabulary, options: BasicOptions): PieceTokenizer =>
  pieceTokenizer(bertJson(vocabulary, options), { origin: "vocabulary", specialInTexts: false });

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
    padding: { strategy: "BatchLongest", pad_id: special.pad, pad_type_id: 0, pad_token: named(special.pad) },
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
