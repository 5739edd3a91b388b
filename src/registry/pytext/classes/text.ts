/** @file PyText's tensorizers and tokenizers. */
import { isObject, type JsonObject } from "../../json.js";
import type { PyTextClass, Rule } from "../rule.js";
import {
  apart,
  gone,
  inputMark,
  list,
  mapped,
  object,
  only,
  same,
  slot,
  special,
  when,
  written,
} from "../rules.js";
import { specified, without } from "../translate.js";

/** Marks at the ends of texts, which none have here. */
export const marks = (what: string): Record<string, Rule> => ({
  add_bos_token: only(false, `${what} have no marks at their ends`),
  add_eos_token: only(false, `${what} have no marks at their ends`),
  use_eos_token_for_bos: only(false, `${what} have no marks at their ends`),
});

const vocabulary = {
  vocab: object("vocab", "VocabConfig"),
  vocab_file_delimiter: only(" ", "a word of a vocabulary file ends with a space or tab"),
};

const tokens = {
  ...inputMark,
  ...marks("texts"),
  ...vocabulary,
  column: same("column", "text"),
  tokenizer: slot("tokenizer", "Tokenizer"),
  max_seq_len: same("max_seq_len", null),
};

const onUnknown = mapped("on_unknown", false, (value) => when(value, "missed", "fail"));

const labels = {
  ...inputMark,
  column: same("column", "label"),
  allow_unknown: onUnknown,
  pad_in_vocab: gone("padding is no label"),
  label_vocab: mapped("labels", null, (value) => value),
  label_vocab_file: mapped("label_file", null, (value) => value),
  add_labels: only(null, "name all labels in label_vocab"),
};

/** Classes of characters as Python's regular expressions have them, for JavaScript. */
const pythonClasses: Readonly<Record<string, string>> = {
  w: "[\\p{L}\\p{N}_]",
  W: "[^\\p{L}\\p{N}_]",
  d: "\\p{Nd}",
  D: "\\P{Nd}",
};

function expression(value: unknown): unknown {
  if (typeof value !== "string" || value.includes("[")) return value;
  return value.replaceAll(/\\([\s\S])/g, (all, letter: string) => pythonClasses[letter] ?? all);
}

const splitRegex: Rule = special("\\s+", "apart", (value, at) => {
  const here = expression(value);
  if (here !== value)
    at.report.note(
      `split_regex ${JSON.stringify(value)} is now ${JSON.stringify(here)}: \\w and \\d mean ASCII alone in JavaScript`,
    );
  return [["split_regex", here]];
});

const tokenizer = {
  split_regex: splitRegex,
  lowercase: same("lowercase", true),
  use_byte_offsets: gone("what places count is a key of the slots: offset_unit"),
};

/** Whether the tokenizer written for the slots counts bytes. */
function offsetUnit(given: JsonObject): string {
  const { params } = specified(given.tokenizer ?? {}, "Tokenizer");
  return isObject(params) && params.use_byte_offsets === true ? "utf8_bytes" : "code_points";
}

const slots: PyTextClass = {
  name: "SlotLabelTensorizer",
  to: "SlotLabelTensorizer",
  always: { format: "slots", model_scheme: "none", on_misaligned: "overlap" },
  keys: {
    ...inputMark,
    slot_column: mapped("column", "slots", (value) => value),
    text_column: same("text_column", "text"),
    tokenizer: slot("tokenizer", "Tokenizer"),
    allow_unknown: onUnknown,
  },
  finish: (made, given) => ({ ...made, offset_unit: offsetUnit(given) }),
};

/** The keys of everything that reads pieces. */
export const wordPieceKeys = {
  ...inputMark,
  tokenizer: slot("tokenizer", "WordPieceTokenizer"),
  base_tokenizer: only(null, "one tokenizer cuts the text"),
};

/** WordPiece's own vocabulary is the one that ids are of; PyText names it twice. */
export function ofWordPieces(made: JsonObject): JsonObject {
  const [inner] = isObject(made.tokenizer) ? Object.values(made.tokenizer) : [];
  const pieces = isObject(inner) ? inner : {};
  return {
    ...without(made, "tokenizer"),
    ...pieces,
    ...(made.vocab_file !== undefined && { vocab_file: made.vocab_file }),
  };
}

const refusedTensorizer = (name: string, why: string): PyTextClass => ({ name, refused: why, keys: {} });

/** Tensorizers, vocabularies and tokenizers. */
export const textClasses: readonly PyTextClass[] = [
  {
    name: "VocabConfig",
    keys: {
      build_from_data: same("build_from_data", true),
      size_from_data: same("size_from_data", 0),
      min_counts: apart("min_counts", 0),
      vocab_files: list("vocab_files", "VocabFileConfig"),
      additional_tokens: only(null, "put the words into a file of vocab_files"),
    },
  },
  {
    name: "VocabFileConfig",
    keys: {
      filepath: apart("filepath", ""),
      skip_header_line: same("skip_header_line", false),
      lowercase_tokens: same("lowercase_tokens", false),
      size_limit: same("size_limit", 0),
    },
  },
  {
    name: "TokenTensorizer",
    to: "TokenTensorizer",
    keys: { ...tokens, vocab_use_mask: only(false, "words are not masked") },
  },
  { name: "ScriptBasedTokenTensorizer", to: "TokenTensorizer", keys: tokens },
  {
    name: "CharacterTokenTensorizer",
    to: "CharacterTokenTensorizer",
    keys: {
      ...tokens,
      vocab: only({}, "the characters of the training rows are taken"),
      vocab_use_mask: only(false, "words are not masked"),
      max_char_length: same("max_char_length", 20),
    },
  },
  {
    name: "ByteTensorizer",
    to: "ByteTensorizer",
    keys: {
      ...inputMark,
      ...marks("texts"),
      column: same("column", "text"),
      lower: same("lower", true),
      max_seq_len: same("max_seq_len", null),
    },
  },
  {
    name: "ByteTokenTensorizer",
    to: "ByteTokenTensorizer",
    keys: {
      ...inputMark,
      ...marks("texts"),
      column: same("column", "text"),
      tokenizer: slot("tokenizer", "Tokenizer"),
      max_seq_len: same("max_seq_len", null),
      max_byte_len: written("max_byte_len", 15),
      offset_for_non_padding: gone("padding never reaches a result"),
    },
  },
  {
    name: "SeqTokenTensorizer",
    to: "SeqTokenTensorizer",
    keys: {
      ...inputMark,
      ...marks("texts"),
      column: same("column", "text_seq"),
      tokenizer: slot("tokenizer", "Tokenizer"),
      max_seq_len: same("max_seq_len", null),
      add_bol_token: only(false, "sessions have no marks at their ends"),
      add_eol_token: only(false, "sessions have no marks at their ends"),
      use_eol_token_for_bol: only(false, "sessions have no marks at their ends"),
      max_turn: special(50, "written", (value, at) => {
        at.report.note(
          `SeqTokenTensorizer: of a longer session the last ${JSON.stringify(value)} texts are read; PyText reads the first`,
        );
        return [["max_utterances", value]];
      }),
    },
  },
  { name: "LabelTensorizer", to: "LabelTensorizer", keys: labels },
  {
    name: "LabelListTensorizer",
    to: "LabelListTensorizer",
    keys: { ...labels, pad_missing: gone("a row without labels has none") },
  },
  {
    name: "NumericLabelTensorizer",
    to: "NumericLabelTensorizer",
    keys: {
      ...inputMark,
      column: same("column", "label"),
      rescale_range: only(null, "numbers are learnt as they stand; squash_to_range is the output layer's"),
    },
  },
  {
    name: "FloatListTensorizer",
    to: "FloatListTensorizer",
    keys: {
      ...inputMark,
      column: apart("column", null),
      error_check: gone("sizes are always checked"),
      dim: mapped("dim", null, (value) => (value === 0 ? null : value)),
      normalize: same("normalize", false),
    },
  },
  {
    name: "FloatListSeqTensorizer",
    to: "FloatListSeqTensorizer",
    keys: {
      ...inputMark,
      column: apart("column", null),
      error_check: gone("sizes are always checked"),
      dim: same("dim", null),
      pad_token: gone("padding never reaches a result"),
      pad_shape: gone("padding never reaches a result"),
    },
  },
  {
    name: "GazetteerTensorizer",
    to: "GazetteerTensorizer",
    keys: {
      ...inputMark,
      text_column: mapped("column", "text", (value) => value),
      dict_column: written("dict_column", "dict"),
      tokenizer: slot("tokenizer", "Tokenizer"),
    },
  },
  slots,
  { ...slots, name: "SlotLabelTensorizerExpansible" },
  refusedTensorizer(
    "SoftLabelTensorizer",
    "ours reads a teacher's logits as a JSON object with a number for each label (pytext-ts get-logits writes it), PyText's reads lists beside a list of labels",
  ),
  refusedTensorizer(
    "MaskedTokenTensorizer",
    "PyText's masks targets of sequence to sequence, ours hides pieces for MaskedLMTask",
  ),
  {
    name: "BERTTensorizer",
    to: "BERTTensorizer",
    keys: {
      ...wordPieceKeys,
      columns: same("columns", ["text"]),
      vocab_file: apart("vocab_file", null),
      max_seq_len: same("max_seq_len", 256),
    },
    finish: ofWordPieces,
  },
  {
    name: "WordPieceTokenizer",
    to: "WordPieceTokenizer",
    keys: {
      basic_tokenizer: object("", "BERTInitialTokenizer"),
      wordpiece_vocab_path: mapped("vocab_file", null, (value) => value),
    },
  },
  {
    name: "BERTInitialTokenizer",
    keys: {
      lowercase: same("lowercase", true),
      split_regex: gone("BERT's rules cut the text"),
      use_byte_offsets: gone("places are counted where they are read"),
    },
  },
  { name: "Tokenizer", to: "Tokenizer", keys: tokenizer },
];
