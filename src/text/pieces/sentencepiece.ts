/** @file SentencePiece's model files (.model) as the values of tokenizer.json files that cut alike. */
import { Reader } from "protobufjs/minimal.js";
import { ptxError } from "../../registry/errors.js";
import { eachField, type FieldReader, readMessage } from "../../registry/protobuf.js";

/** SentencePiece's kinds of pieces. */
const [UNKNOWN, CONTROL, USER_DEFINED, UNUSED] = [2, 3, 4, 5];
const [UNIGRAM, BPE] = [1, 2];

interface SentencePiece {
  readonly piece: string;
  readonly score: number;
  readonly type: number;
}

/** What of a model file matters for cutting. */
interface SentencePieceModel {
  readonly pieces: readonly SentencePiece[];
  readonly modelType: number;
  readonly byteFallback: boolean;
  readonly charsmap: Uint8Array;
  readonly addDummyPrefix: boolean;
  readonly removeExtraWhitespaces: boolean;
  readonly escapeWhitespaces: boolean;
}

function readModel(bytes: Uint8Array): SentencePieceModel {
  const reader = Reader.create(bytes);
  const pieces: SentencePiece[] = [];
  const model = {
    ...{ pieces, modelType: UNIGRAM, byteFallback: false, charsmap: new Uint8Array() as Uint8Array },
    ...{ addDummyPrefix: true, removeExtraWhitespaces: true, escapeWhitespaces: true },
  };
  const message = (field: FieldReader): true => readMessage(reader, field);
  const piece = (): true => {
    const one = { piece: "", score: 0, type: 1 };
    message((number) => {
      if (number === 1) one.piece = reader.string();
      else if (number === 2) one.score = reader.float();
      else if (number === 3) one.type = reader.int32();
      else return false;
      return true;
    });
    pieces.push(one);
    return true;
  };
  const trainer = (number: number): boolean => {
    if (number === 3) model.modelType = reader.int32();
    else if (number === 35) model.byteFallback = reader.bool();
    else return false;
    return true;
  };
  const normalizer = (number: number): boolean => {
    if (number === 2) model.charsmap = reader.bytes();
    else if (number === 3) model.addDummyPrefix = reader.bool();
    else if (number === 4) model.removeExtraWhitespaces = reader.bool();
    else if (number === 5) model.escapeWhitespaces = reader.bool();
    else return false;
    return true;
  };
  eachField(reader, bytes.length, (number) => {
    if (number === 1) return piece();
    if (number === 2) return message(trainer);
    return number === 3 && message(normalizer);
  });
  return model;
}

/**
 * Reads a model of kind unigram or BPE. Nothing stands around texts: the file does not say what does. Throws
 * `PTX_VOCABULARY` for what is no such file.
 */
export function sentencePieceJson(bytes: Uint8Array, file: string): unknown {
  let model: SentencePieceModel;
  try {
    model = readModel(bytes);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw ptxError("PTX_VOCABULARY", file, `this is no model of SentencePiece: ${error.message}`);
  }
  const { pieces, modelType, charsmap } = model;
  if (pieces.length === 0)
    throw ptxError("PTX_VOCABULARY", file, "this is no model of SentencePiece: it has no pieces");
  if (modelType !== UNIGRAM && modelType !== BPE)
    throw ptxError(
      "PTX_VOCABULARY",
      file,
      "models of SentencePiece that cut into words or characters are not supported",
    );
  if (!model.escapeWhitespaces)
    throw ptxError(
      "PTX_VOCABULARY",
      file,
      "models of SentencePiece that do not escape spaces are not supported",
    );
  const unknown = pieces.findIndex(({ type }) => type === UNKNOWN);
  const pad = pieces.findIndex(({ piece }) => piece === "<pad>");
  const space = {
    type: "Metaspace",
    replacement: "\u2581",
    prepend_scheme: model.addDummyPrefix ? "always" : "never",
    split: modelType === UNIGRAM,
  };
  return {
    version: "1.0",
    truncation: null,
    padding: pad < 0 ? null : { strategy: "BatchLongest", pad_id: pad, pad_type_id: 0, pad_token: "<pad>" },
    added_tokens: pieces.flatMap(({ piece, type }, id) =>
      type === UNKNOWN || type === CONTROL || type === USER_DEFINED
        ? [
            {
              id,
              content: piece,
              single_word: false,
              lstrip: false,
              rstrip: false,
              normalized: false,
              special: type !== USER_DEFINED,
            },
          ]
        : [],
    ),
    normalizer: {
      type: "Sequence",
      normalizers: [
        ...(charsmap.length === 0
          ? []
          : [{ type: "Precompiled", precompiled_charsmap: Buffer.from(charsmap).toString("base64") }]),
        ...(model.removeExtraWhitespaces
          ? [
              { type: "Strip", strip_left: true, strip_right: true },
              { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
            ]
          : []),
      ],
    },
    pre_tokenizer: space,
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [...(model.byteFallback ? [{ type: "ByteFallback" }] : []), { ...space }],
    },
    model:
      modelType === UNIGRAM
        ? {
            type: "Unigram",
            unk_id: unknown,
            vocab: pieces.map(({ piece, score }) => [piece, score]),
            byte_fallback: model.byteFallback,
          }
        : bpeModel(model, unknown),
  };
}

/** Pieces of a BPE model with the merges that make them: of the ways to put a piece together, by the pieces' order. */
function bpeModel({ pieces, byteFallback }: SentencePieceModel, unknown: number): unknown {
  const ids = new Map(pieces.map(({ piece }, id) => [piece, id]));
  const usable = (piece: string): number | undefined => {
    const id = ids.get(piece);
    return id === undefined || pieces[id]!.type === UNUSED ? undefined : id;
  };
  const merges: {
    readonly score: number;
    readonly parts: readonly [string, string];
    readonly order: readonly [number, number];
  }[] = [];
  for (const { piece, score, type } of pieces) {
    if (type !== 1) continue;
    const characters = [...piece];
    const own = characters.slice(1).flatMap((_, i) => {
      const parts = [characters.slice(0, i + 1).join(""), characters.slice(i + 1).join("")] as const;
      const [first, second] = parts.map(usable);
      return first === undefined || second === undefined
        ? []
        : [{ score, parts, order: [first, second] as const }];
    });
    merges.push(...own.sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]));
  }
  merges.sort((a, b) => b.score - a.score);
  return {
    type: "BPE",
    dropout: null,
    unk_token: pieces[unknown]?.piece ?? null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: byteFallback,
    ignore_merges: false,
    vocab: Object.fromEntries(pieces.map(({ piece }, id) => [piece, id])),
    merges: merges.map(({ parts }) => parts),
  };
}
