import { type Static, Type } from "typebox";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { Predicted } from "../contracts.js";
import type { Copied } from "../seq2seq/token-head.js";
import { Writer, type WriterOptions } from "../seq2seq/writer.js";
import { prepareEmbedding, textInputs } from "./text-inputs.js";
import { readSource, targetSlot, writingOptions } from "./written-sequences.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        ...textInputs,
        target: targetSlot,
        copied: Slot("tensorizer", {
          default: null,
          description:
            "The source's tokens as what can be copied, a CopiedTokenTensorizer: a token is written from the vocabulary, or copied from where the decoder looks (pointer-generator: See et al., 2017); null: nothing is copied.",
        }),
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...writingOptions,
    decoder: Slot("sequence_decoder", { default: "RNNDecoder", description: "What writes." }),
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
    grammar: Slot("sequence_grammar", {
      default: null,
      description: "Which sequences may be written, such as TreeGrammar; null: any.",
    }),
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
  check({ sequence_generator: { beam_size, nbest }, grammar, inputs }) {
    const copies = {
      path: "grammar",
      message: "a grammar is about what is copied: give inputs.copied a tensorizer",
    };
    const width = {
      path: "sequence_generator.nbest",
      message: `a beam of ${beam_size} gives no ${nbest} sequences: raise beam_size`,
    };
    return [
      ...(nbest > beam_size ? [width] : []),
      ...(grammar !== null && inputs.copied === null ? [copies] : []),
    ];
  },
  inputs: ({ inputs }) => inputs,
  prepare: prepareEmbedding,
  lengthPenalty: ({ sequence_generator }) => sequence_generator.length_penalty,
  treeRules({ grammar }, context) {
    if (grammar === null) return null;
    const { component: chosen, config } = context.part("sequence_grammar", grammar);
    return chosen.rules(config);
  },
  build(scope, config, inputs, { target: names }): Predicted {
    const source = readSource(scope, config, inputs);
    const { target_embed_dim: dim, dropout, label_smoothing: smoothing, sequence_generator } = config;
    const copied = inputs.find("copied")?.tensors as Copied | undefined;
    const writer = new Writer(scope, source, copied ?? null, {
      ...{ vocab: names!.length, dim, dropout, smoothing },
      decoder: (at, sources) =>
        at.part("sequence_decoder", config.decoder, "decoder", (decoder, options, inner) =>
          decoder.build(inner, options, sources, dim),
        ),
      grammar: grammarOf(scope, config, names!),
    });
    const target = inputs.find("target")?.tensors as Copied | undefined;
    const loss = target === undefined ? null : writer.loss(target);
    if (scope.mode === "train") return { loss, outputs: {} };
    const { beam_size: beam, nbest: best, length_penalty: lengthPenalty } = sequence_generator;
    const { targetlen_b: perToken, targetlen_c: more } = sequence_generator;
    const { ids, scores } = writer.search({ beam, best, lengthPenalty, perToken, more });
    return { loss, outputs: { sequences: ids, sequence_scores: scores } };
  },
});

type Config = Static<typeof schema>;

/** What makes a grammar over the vocabulary. Throws `PTX_CONFIG_VALUE` where its sequences may be longer than those that are written. */
function grammarOf(
  { context }: Scope,
  { grammar, sequence_generator: { targetlen_b, targetlen_c } }: Config,
  names: readonly string[],
): WriterOptions["grammar"] {
  if (grammar === null) return null;
  const { component: chosen, config } = context.part("sequence_grammar", grammar);
  const { perToken, more } = chosen.longest(config);
  if (perToken > targetlen_b || more > targetlen_c)
    throw ptxError(
      "PTX_CONFIG_VALUE",
      "model.sequence_generator",
      `sequences of this grammar have up to ${perToken} * (tokens of the source) + ${more} tokens, and no more than ${targetlen_b} * (tokens of the source) + ${targetlen_c} are written`,
      `set targetlen_b to ${perToken} and targetlen_c to ${more}, or more`,
    );
  return (sources) => chosen.build(config, names, sources);
}
