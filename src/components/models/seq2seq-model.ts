import { type Static, Type } from "typebox";
import { addDims, mulDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { add, less, mul, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { concat, expand, full, reshape, slice, unsqueeze } from "../../graph/ops/shaping.js";
import { uniformInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { UNK_ID } from "../../text/vocabulary.js";
import type { Loss, Predicted, TokenVectors } from "../contracts.js";
import type { InputTensors } from "../data/contracts.js";
import { BEGIN_OF_TARGET } from "../data/tensorizers/target-tokens-tensorizer.js";
import { rowLengths } from "../masking.js";
import type { SequenceDecoder } from "../seq2seq/contracts.js";
import { search } from "../seq2seq/search.js";
import { type Copied, TokenHead } from "../seq2seq/token-head.js";
import { embedded, embeddingSlot, prepareEmbedding, textInputs } from "./text-inputs.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        ...textInputs,
        target: Slot("tensorizer", {
          default: "TargetTokenTensorizer",
          description: "The sequences that are to be written.",
        }),
        copied: Slot("tensorizer", {
          default: null,
          description:
            "The source's tokens as what can be copied, a CopiedTokenTensorizer: a token is written from the vocabulary, or copied from where the decoder looks (pointer-generator: See et al., 2017); null: nothing is copied.",
        }),
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    embedding: embeddingSlot,
    encoder: Slot("representation", {
      default: "BiLSTM",
      description: "What reads the source: a representation that has a vector for each token.",
    }),
    target_embed_dim: Type.Integer({
      minimum: 1,
      default: 100,
      description: "Size of the vectors of tokens that have been written.",
    }),
    decoder: Slot("sequence_decoder", { default: "RNNDecoder", description: "What writes." }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.1,
      description:
        "Probability that an element is zeroed in training: of the source as the decoder sees it, of the vectors of written tokens, and of what the decoder gives.",
    }),
    label_smoothing: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Share of the target spread evenly over the vocabulary (Szegedy et al., 2016).",
    }),
    sequence_generator: Type.Object(
      {
        beam_size: Type.Integer({
          minimum: 1,
          default: 2,
          description: "How many beginnings are followed at a time; 1: the likeliest token is taken.",
        }),
        nbest: Type.Integer({
          minimum: 1,
          default: 2,
          description: "How many sequences of a source are given: the best that the beam holds at the end.",
        }),
        length_penalty: Type.Number({
          minimum: 0,
          default: 0.25,
          description:
            "alpha: sequences are compared by log p / ((5 + length) / 6) ** alpha, the end counted (Wu et al., 2016); 0: by their probabilities, which short ones gain from.",
        }),
        targetlen_b: Type.Integer({
          minimum: 0,
          default: 2,
          description: "A sequence has at most targetlen_b * (tokens of the source) + targetlen_c tokens.",
        }),
        targetlen_c: Type.Integer({ minimum: 1, default: 8, description: "See targetlen_b." }),
      },
      { default: {}, description: "How sequences are looked for." },
    ),
  },
  {
    description:
      "Encoder and decoder: reads a sequence of tokens and writes another one, by attention to the first (Bahdanau et al., 2015). Writing, by beam search, is part of the exported file.",
  },
);

/** PyText's Seq2SeqModel. The loss is the mean surprisal of a token of the target, its end among them, in nats. */
export const Seq2SeqModel = component({
  kind: "seq2seq_model",
  name: "Seq2SeqModel",
  schema,
  check: ({ sequence_generator: { beam_size, nbest } }) =>
    nbest <= beam_size
      ? []
      : [
          {
            path: "sequence_generator.nbest",
            message: `a beam of ${beam_size} gives no ${nbest} sequences: raise beam_size`,
          },
        ],
  inputs: ({ inputs }) => inputs,
  prepare: prepareEmbedding,
  lengthPenalty: ({ sequence_generator }) => sequence_generator.length_penalty,
  build(scope, config, inputs, { target: names }): Predicted {
    const words = embedded(scope, config.embedding, inputs);
    const source = read(scope, config, words);
    const copied = inputs.find("copied")?.tensors as Copied | undefined;
    const vocab = names!.length;
    const dim = config.target_embed_dim;
    const embedding = scope
      .child("target_embedding")
      .parameter("weight", [vocab, dim], uniformInit(TARGET_RANGE));
    const decoderOver = (sources: TokenVectors): SequenceDecoder =>
      scope.part("sequence_decoder", config.decoder, "decoder", (decoder, options, at) =>
        decoder.build(at, options, sources, dim),
      );
    const headOver = (sources: Copied | undefined): TokenHead =>
      new TokenHead(scope.child("head"), vocab, sources ?? null);
    const target = inputs.find("target")?.tensors;
    const loss =
      target === undefined
        ? null
        : taughtLoss(scope, config, target, embedding, decoderOver(source), headOver(copied));
    if (scope.mode === "train") return { loss, outputs: {} };
    const {
      beam_size: beam,
      nbest: best,
      length_penalty: lengthPenalty,
      ...lengths
    } = config.sequence_generator;
    const repeated = (x: Tensor): Tensor => eachRepeated(x, beam);
    const over = { vectors: repeated(source.vectors), mask: repeated(source.mask) };
    const head = headOver(copied && { ids: repeated(copied.ids), mask: repeated(copied.mask) });
    const { targetlen_b: perToken, targetlen_c: more } = lengths;
    // The end takes a step, too.
    const { ids, scores } = search(
      { decoder: decoderOver(over), head, embedding, grammar: null },
      {
        ...{ batch: source.mask.dim(0), beam, best, lengthPenalty },
        steps: addDims(mulDims(source.mask.dim(1), perToken), more + 1),
        limits: add(mul(rowLengths(source.mask), perToken), more + 1),
      },
    );
    return { loss, outputs: { sequences: ids, sequence_scores: scores } };
  },
});

/** First values of the vectors of written tokens, at most. */
const TARGET_RANGE = 0.25;

type Config = Static<typeof schema>;

/** What the encoder makes of the source. Throws `PTX_CONFIG_VALUE` for one that has no vectors of tokens. */
function read(scope: Scope, config: Config, words: TokenVectors): TokenVectors {
  const { tokens } = scope.part("representation", config.encoder, "encoder", (encoder, options, at) =>
    encoder.build(at, options, words),
  );
  if (tokens === null)
    throw ptxError(
      "PTX_CONFIG_VALUE",
      "model.encoder",
      "the decoder looks at the tokens of the source, and this representation has one vector for all of them",
      "use BiLSTM or TransformerRepresentation",
    );
  return { vectors: scope.child("source").dropout(tokens, config.dropout), mask: words.mask };
}

/** The loss where the right tokens stand before each step. `target`: `ids [batch, steps]` and `mask`. */
function taughtLoss(
  scope: Scope,
  { dropout, label_smoothing }: Config,
  { ids, mask }: InputTensors,
  embedding: Tensor,
  decoder: SequenceDecoder,
  head: TokenHead,
): Loss {
  const [batch, steps] = [ids!.dim(0), ids!.dim(1)];
  const first = full(ids!.graph, "int32", [batch, 1], BEGIN_OF_TARGET);
  const before = slice(concat([first, ids!], 1), 1, 0, steps);
  // A copied token that the vocabulary lacks is read as the unknown one.
  const known = where(less(before, head.vocab), before, UNK_ID);
  const vectors = scope.child("written").dropout(gather(embedding, known), dropout);
  const { states, attention } = scope.within("decoder", () => decoder.taught(vectors));
  const given = { states: scope.child("decoded").dropout(states, dropout), attention };
  return head.loss(given, vectors, ids!, mask!, label_smoothing);
}

/** Each row `count` times, one behind the other. `[batch, ...] -> [batch * count, ...]`. */
function eachRepeated(x: Tensor, count: number): Tensor {
  if (count === 1) return x;
  const [batch, ...rest] = x.shape;
  return reshape(expand(unsqueeze(x, [1]), [batch!, count, ...rest]), [mulDims(batch!, count), ...rest]);
}
