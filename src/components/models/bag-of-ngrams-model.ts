import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, div, greater, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { uniformInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import type { ModelInput } from "../contracts.js";
import { vocabularyOf } from "../data/tensorizers/vocabulary-holder.js";
import { weightedSum } from "../poolings/weighted-sum.js";
import { classify, decide, decisionOf } from "./classify.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        ngrams: Slot("tensorizer", {
          default: "NGramTensorizer",
          description: "The text as n-grams with weights (counts, TF-IDF).",
        }),
        labels: Slot("tensorizer", { default: "LabelTensorizer", description: "What is to be predicted." }),
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    embed_dim: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: 100,
      description:
        "Size of an n-gram's vector, whose weighted mean is decoded (Joulin et al., 2017); null: a linear model, every n-gram adds its weight times its own row of logits.",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Probability that an n-gram is left out in training.",
    }),
    decoder: Slot("decoder", {
      default: null,
      description: "The text's vector to logits; null: one linear layer.",
    }),
    output_layer: Slot("output_layer", {
      default: "ClassificationOutputLayer",
      description: "Logits to loss and probabilities.",
    }),
  },
  { description: "Text classifier over a bag of n-grams: a strong baseline that trains in seconds." },
);

type Config = Static<typeof schema>;

/** N-gram ids `[batch, ngrams]` and their weights, zero where there is none. */
function weightsOf(
  scope: Scope,
  { dropout }: Config,
  { tensors }: ModelInput,
): { ids: Tensor; weights: Tensor } {
  return { ids: tensors.ids!, weights: scope.dropout(where(tensors.mask!, tensors.weights!, 0), dropout) };
}

/** `x / total`, and zeros for texts without n-grams. `x [batch, dim]`, `total [batch, 1]`. */
function meanBy(x: Tensor, total: Tensor): Tensor {
  return div(x, where(greater(total, 0), total, 1));
}

/** ngrams -> scores `[batch, labels]`. The table's gradient is sparse: a step costs what the batch's n-grams touch. */
export const BagOfNGramsModel = component({
  kind: "model",
  name: "BagOfNGramsModel",
  schema,
  inputs: ({ inputs }) => inputs,
  decision: decisionOf,
  check: ({ embed_dim, decoder }) =>
    embed_dim === null && decoder !== null
      ? [
          {
            path: "decoder",
            message:
              "embed_dim is null (a linear model), which has no vector to decode; set embed_dim or remove decoder",
          },
        ]
      : [],
  build(scope, config, inputs, { labels }) {
    const target = inputs.find("labels");
    const input = inputs.need("ngrams", "BagOfNGramsModel");
    const size = vocabularyOf(input.tensorizer, "BagOfNGramsModel").size;
    const { ids, weights } = weightsOf(scope, config, input);
    const { embed_dim: dim, decoder, output_layer } = config;
    if (dim === null) {
      const linear = (logits: number): Tensor =>
        add(
          weightedSum(weights, gather(scope.parameter("weight", [size, logits]), ids)),
          scope.parameter("bias", [logits]),
        );
      const { loss, scores } = decide(scope, output_layer, linear, target, labels!);
      return { loss, outputs: { scores } };
    }
    const table = scope.parameter("weight", [size, dim], uniformInit(1 / dim));
    const text = meanBy(weightedSum(weights, gather(table, ids)), reduceSum(weights, [1], true));
    const { loss, scores } = classify(scope, { decoder, output_layer }, text, target, labels!);
    return { loss, outputs: { scores } };
  },
});
