/** @file A tokenizer learnt from texts: BERT's kind (word pieces), or RoBERTa's (byte-level pairs). */
import { NormalizedText } from "../normalize.js";
import { BYTE_CHARACTERS } from "./byte-characters.js";
import { JsonPlace } from "./json-place.js";
import { type LearntMerges, learnMerges } from "./learn-merges.js";
import { normalizer } from "./normalizers.js";
import { preTokenizer } from "./pre-tokenizers.js";
import { CONTINUATION, LONGEST_WORD } from "./wordpiece.js";

export const TRAINED_MODELS = ["wordpiece", "bpe"] as const;

/** What is learnt. */
export interface TrainOptions {
  readonly model: (typeof TRAINED_MODELS)[number];
  readonly vocabSize: number;
  readonly minFrequency: number;
  readonly lowercase: boolean;
  readonly progress?: (pieces: number) => void;
}

/** A learnt tokenizer as the value of a tokenizer.json, and its pieces in id order. */
export interface TrainedTokenizer {
  readonly json: unknown;
  readonly pieces: readonly string[];
}

/** A kind of tokenizer: all that is not learnt. */
interface Form {
  readonly special: readonly string[];
  readonly alphabet: readonly string[];
  readonly continuation: string;
  readonly parts: (lowercase: boolean, id: (piece: string) => number) => Readonly<Record<string, unknown>>;
  readonly model: (learnt: LearntMerges, vocab: Readonly<Record<string, number>>) => unknown;
}

const added = (id: number, content: string) => ({
  ...{ id, content, single_word: false, lstrip: content === "<mask>", rstrip: false },
  ...{ normalized: false, special: true },
});

const FORMS: Readonly<Record<TrainOptions["model"], Form>> = {
  wordpiece: {
    special: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
    alphabet: [],
    continuation: CONTINUATION,
    parts: (lowercase, id) => {
      const part = (piece: string, type_id: number) => ({ SpecialToken: { id: piece, type_id } });
      const text = (which: "A" | "B", type_id: number) => ({ Sequence: { id: which, type_id } });
      const single = [part("[CLS]", 0), text("A", 0), part("[SEP]", 0)];
      const entry = (piece: string) => ({ id: piece, ids: [id(piece)], tokens: [piece] });
      return {
        padding: { strategy: "BatchLongest", pad_id: id("[PAD]"), pad_type_id: 0, pad_token: "[PAD]" },
        normalizer: {
          ...{ type: "BertNormalizer", clean_text: true, handle_chinese_chars: true },
          ...{ strip_accents: null, lowercase },
        },
        pre_tokenizer: { type: "BertPreTokenizer" },
        post_processor: {
          ...{ type: "TemplateProcessing", single, pair: [...single, text("B", 1), part("[SEP]", 1)] },
          special_tokens: { "[CLS]": entry("[CLS]"), "[SEP]": entry("[SEP]") },
        },
        decoder: { type: "WordPiece", prefix: CONTINUATION, cleanup: true },
      };
    },
    model: (_, vocab) => ({
      ...{ type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: CONTINUATION },
      ...{ max_input_chars_per_word: LONGEST_WORD, vocab },
    }),
  },
  bpe: {
    special: ["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
    alphabet: BYTE_CHARACTERS,
    continuation: "",
    parts: (lowercase, id) => {
      const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
      return {
        padding: { strategy: "BatchLongest", pad_id: id("<pad>"), pad_type_id: 0, pad_token: "<pad>" },
        normalizer: lowercase ? { type: "Lowercase" } : null,
        pre_tokenizer: byteLevel,
        post_processor: {
          ...{ type: "RobertaProcessing", sep: ["</s>", id("</s>")], cls: ["<s>", id("<s>")] },
          ...{ trim_offsets: true, add_prefix_space: false },
        },
        decoder: byteLevel,
      };
    },
    model: ({ merges }, vocab) => ({
      ...{ type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: null },
      ...{ end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, vocab, merges },
    }),
  },
};

/** Counts the words of texts, and learns a tokenizer from them. */
export class TokenizerTrainer {
  readonly #words = new Map<string, number>();
  readonly #cut: (text: string) => readonly NormalizedText[];

  constructor(readonly options: TrainOptions) {
    const parts = FORMS[options.model].parts(options.lowercase, () => 0);
    const place = new JsonPlace(parts, "");
    const [clean, cut] = [normalizer(place.at("normalizer")), preTokenizer(place.at("pre_tokenizer"))!];
    this.#cut = (text) => {
      const whole = new NormalizedText(text);
      return cut(clean === null ? whole : clean(whole), false);
    };
  }

  /** How many different words there are. */
  get words(): number {
    return this.#words.size;
  }

  add(text: string): void {
    for (const { text: word } of this.#cut(text)) this.#words.set(word, (this.#words.get(word) ?? 0) + 1);
  }

  train(): TrainedTokenizer {
    const { model, lowercase, ...rest } = this.options;
    const { special, alphabet, continuation, parts, model: modelOf } = FORMS[model];
    const learnt = learnMerges(this.#words, { ...rest, special, alphabet, continuation });
    const { pieces } = learnt;
    const json = {
      version: "1.0",
      truncation: null,
      added_tokens: special.map((piece, id) => added(id, piece)),
      ...parts(lowercase, (piece) => pieces.indexOf(piece)),
      model: modelOf(learnt, Object.fromEntries(pieces.map((piece, id) => [piece, id]))),
    };
    return { json, pieces };
  }
}
