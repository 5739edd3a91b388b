import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { equal } from "../../graph/ops/elementwise.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import type { ModelInput, Predicted } from "../contracts.js";
import { drawMasked, ParallelWriter } from "../seq2seq/parallel-writer.js";
import type { Copied } from "../seq2seq/token-head.js";
import { prepareEmbedding, textInputs } from "./text-inputs.js";
import { readSource, targetSlot, writingOptions } from "./written-sequences.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        ...textInputs,
        target: targetSlot,
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...writingOptions,
    decoder: Slot("sequence_decoder", {
      default: "TransformerDecoder",
      description: "What writes: TransformerDecoder, whose places see each other.",
    }),
    length_hidden_dim: Type.Integer({
      minimum: 1,
      default: 128,
      description: "Size of the hidden layer between the source and the length of what is written.",
    }),
    length_loss_weight: Type.Number({
      exclusiveMinimum: 0,
      default: 1,
      description: "How much the surprisal of a length counts beside that of a masked token.",
    }),
    sequence_generator: Type.Object(
      {
        length_beam_size: Type.Integer({
          minimum: 1,
          default: 3,
          description: "How many lengths are tried, the likeliest.",
        }),
        nbest: Type.Integer({
          minimum: 1,
          default: 1,
          description: "How many sequences of a source are given, each of another length.",
        }),
        iterations: Type.Integer({
          minimum: 1,
          default: 4,
          description:
            "Passes: the first tells all tokens, each further one the tokens again that are the least sure, linearly fewer from pass to pass.",
        }),
        targetlen_cap: Type.Integer({
          minimum: 1,
          default: 30,
          description: "Tokens of the longest sequence.",
        }),
      },
      { default: {}, description: "How sequences are looked for." },
    ),
  },
  {
    description:
      "Reads a sequence of tokens, tells how long another one is, and writes all its tokens at once, those again that it is least sure of (mask-predict: Ghazvininejad et al., 2019). Writing is part of the exported file.",
  },
);

/**
 * PyText's NARSeq2SeqModel, its passes those of mask-predict. In training a random number of each target's tokens is masked, from one
 * to all; for the loss in eval and test all are.
 */
export const NARSeq2SeqModel = component({
  kind: "seq2seq_model",
  name: "NARSeq2SeqModel",
  schema,
  check({ sequence_generator: { length_beam_size: beam, nbest, targetlen_cap: most } }) {
    const at = "sequence_generator";
    return [
      ...(nbest > beam
        ? [
            {
              path: `${at}.nbest`,
              message: `${beam} lengths give no ${nbest} sequences: raise length_beam_size`,
            },
          ]
        : []),
      ...(beam > most
        ? [{ path: `${at}.length_beam_size`, message: `there are only ${most} lengths: raise targetlen_cap` }]
        : []),
    ];
  },
  inputs: ({ inputs }) => inputs,
  prepare: prepareEmbedding,
  lengthPenalty: () => null,
  treeRules: () => null,
  build(scope, config, inputs, { target: names }): Predicted {
    const { target_embed_dim: dim, dropout, label_smoothing: smoothing, sequence_generator } = config;
    const {
      length_beam_size: lengths,
      nbest: best,
      iterations: passes,
      targetlen_cap: most,
    } = sequence_generator;
    const writer = new ParallelWriter(scope, readSource(scope, config, inputs), {
      ...{ vocab: names!.length, dim, dropout, smoothing, most },
      ...{ lengthDim: config.length_hidden_dim, lengthWeight: config.length_loss_weight },
      decoder: (at, sources) =>
        at.part("sequence_decoder", config.decoder, "decoder", (decoder, options, inner) =>
          decoder.build(inner, options, sources, dim),
        ),
    });
    const target = inputs.find("target");
    const loss =
      target === undefined ? null : writer.loss(target.tensors as unknown as Copied, maskedIn(scope, target));
    if (scope.mode === "train") return { loss, outputs: {} };
    const { ids, scores } = writer.search({ lengths, best, passes });
    return { loss, outputs: { sequences: ids, sequence_scores: scores } };
  },
});

/** Which of a target's places are masked: drawn in training, else all. */
function maskedIn(scope: Scope, { tensorizer, tensors }: ModelInput): Tensor {
  const { ids } = tensors as unknown as Copied;
  if (scope.mode === "infer") return scope.graph.constant("bool", [1, 1], [1]);
  const drawn = scope.draw("masked", ids.shape, (random, into, batch) =>
    drawMasked(random, into, batch[tensorizer.fields[0]!.name]!),
  );
  return equal(drawn, 1);
}
