/** @file Where a tensorizer's word pieces come from: a vocab.txt, or a tokenizer of any kind. */
import { type Static, type TObject, Type } from "typebox";
import type { CheckProblem } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { InputFile } from "../../../registry/input-file.js";
import { bertTokenizer } from "../../../text/pieces/bert-tokenizer.js";
import type { PieceTokenizer } from "../../../text/pieces/piece-tokenizer.js";
import { readPieceTokenizer } from "../../../text/pieces/read-piece-tokenizer.js";
import { pieceTokenizer } from "../../../text/pieces/tokenizer-json.js";
import { PieceVocabulary, WordPiece } from "../../../text/pieces/wordpiece.js";
import { badState } from "./cells.js";

/** Config keys of the tensorizers that cut texts into pieces. */
export const pieceOptions = {
  tokenizer: InputFile({
    default: null,
    kind: "file or folder",
    description:
      "The model's tokenizer: tokenizer.json, a model of SentencePiece, or a folder with one of these, with vocab.txt, or with vocab.json and merges.txt. Texts that spell a special piece ([SEP], </s>) are cut like others.",
  }),
  vocab_file: InputFile({
    default: null,
    description:
      "In place of tokenizer, BERT's vocab.txt: a piece a line, its id the line's number from 0, [PAD], [UNK], [CLS] and [SEP] among them.",
  }),
  lowercase: Type.Boolean({
    default: true,
    description:
      "With vocab_file: lower-case texts, character by character, as models called uncased need it.",
  }),
  strip_accents: Type.Union([Type.Boolean(), Type.Null()], {
    default: null,
    description: "With vocab_file: decompose characters (Unicode NFD) and drop accents; null: as lowercase.",
  }),
  tokenize_chinese_chars: Type.Boolean({
    default: true,
    description: "With vocab_file: Chinese characters are words of their own.",
  }),
};

const optionsSchema = (): TObject<typeof pieceOptions> => Type.Object(pieceOptions);
/** The resolved value of `pieceOptions`. */
export type PieceOptions = Static<ReturnType<typeof optionsSchema>>;

/** Rules between the keys: one source of pieces at most, and no key that would do nothing. */
export function checkPieceOptions(options: PieceOptions): readonly CheckProblem[] {
  const { tokenizer, vocab_file, lowercase, strip_accents, tokenize_chinese_chars } = options;
  if (tokenizer === null) return [];
  if (vocab_file !== null)
    return [
      { path: "vocab_file", message: "the tokenizer has a vocabulary of its own: leave out one of them" },
    ];
  const idle = [
    ...(lowercase ? [] : ["lowercase"]),
    ...(strip_accents === null ? [] : ["strip_accents"]),
    ...(tokenize_chinese_chars ? [] : ["tokenize_chinese_chars"]),
  ];
  return idle.map((path) => ({
    path,
    message: `${path} belongs to vocab_file: the tokenizer's file says it itself`,
  }));
}

/** Reads, keeps and restores the tokenizer of a tensorizer. Throws `PTX_CONFIG_MISSING` where the config names none. */
export class PieceSource {
  #tokenizer: PieceTokenizer | undefined;

  constructor(
    readonly options: PieceOptions,
    /** Name of the input, for messages. */
    readonly name: string,
  ) {
    if (options.tokenizer !== null || options.vocab_file !== null) return;
    throw ptxError(
      "PTX_CONFIG_MISSING",
      `inputs.${name}.tokenizer`,
      "there are no pieces: name a tokenizer, or a vocab_file",
    );
  }

  /** Throws before `read` or `load`. */
  get tokenizer(): PieceTokenizer {
    if (this.#tokenizer !== undefined) return this.#tokenizer;
    throw new Error(`inputs.${this.name} is used before its vocabulary is read`);
  }

  /** Throws `PTX_VOCABULARY` or `PTX_FILE_MISSING` for files that make no tokenizer. */
  async read(): Promise<void> {
    const { tokenizer, vocab_file } = this.options;
    this.#tokenizer =
      vocab_file === null
        ? await readPieceTokenizer(tokenizer!, { specialInTexts: false })
        : this.#fromVocabulary(await PieceVocabulary.read(vocab_file));
  }

  /** What a run keeps of it, as JSON: no file is needed any more. */
  state(): unknown {
    const { tokenizer } = this;
    return this.options.vocab_file === null
      ? { tokenizer: tokenizer.toJSON() }
      : { pieces: tokenizer.pieces };
  }

  /** Restores `state()`, or a tokenizer that stands beside a model file. Throws `PTX_MODEL_FILE` for anything else. */
  load(state: unknown): void {
    const { pieces, tokenizer } = (state ?? {}) as { pieces?: unknown; tokenizer?: unknown };
    const origin = `inputs.${this.name}`;
    if (typeof tokenizer === "object" && tokenizer !== null)
      this.#tokenizer = pieceTokenizer(tokenizer, { origin, specialInTexts: false });
    else if (Array.isArray(pieces) && pieces.every((piece) => typeof piece === "string"))
      this.#tokenizer = this.#fromVocabulary(PieceVocabulary.of(pieces, () => origin));
    else throw badState(this.name, "the pieces of a vocabulary");
  }

  /** How texts are cut in a graph. Throws `PTX_EXPORT` where there are no operators for it. */
  get wordPiece(): WordPiece {
    const { cutter } = this.tokenizer;
    if (cutter instanceof WordPiece) return cutter;
    throw ptxError(
      "PTX_EXPORT",
      `inputs.${this.name}`,
      "this tokenizer is not BERT's: there are no operators that cut texts as it does",
    );
  }

  #fromVocabulary(vocabulary: PieceVocabulary): PieceTokenizer {
    const { lowercase, strip_accents, tokenize_chinese_chars } = this.options;
    return bertTokenizer(vocabulary, {
      lowercase,
      stripAccents: strip_accents,
      splitChinese: tokenize_chinese_chars,
    });
  }
}
