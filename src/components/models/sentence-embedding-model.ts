import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot, type SlotValue } from "../../registry/component.js";
import type { Context } from "../../registry/context.js";
import type { EmbeddedText, ModelInput, ModelInputs, SentenceLossInputs } from "../contracts.js";
import { piecesOf } from "../encoders/encode.js";
import { prepareEncoder, textVector, textVectorSlots } from "../encoders/text-vector.js";
import { numberTarget } from "../output-layers/target.js";
import { cosine, dot, unitLength } from "../similarity.js";
import { sentenceLoss } from "./sentence-loss.js";

const NAME = "SentenceEmbeddingModel";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        tokens: Slot("tensorizer", {
          default: "BERTTensorizer",
          description:
            "A text as the pieces that the encoder knows: what the trained model reads (the anchor).",
        }),
        positive: Type.String({
          default: "positive",
          minLength: 1,
          description:
            "The column of the text that belongs to the anchor, or that scores compare it with; in training only, read as tokens is.",
        }),
        negative: Type.Union([Type.Null(), Type.String({ minLength: 1 })], {
          default: null,
          description: "The column of a text that does not belong to the anchor; null: there is none.",
        }),
        labels: Slot("tensorizer", {
          default: null,
          description: "How alike both texts are, NumericLabelTensorizer; null: the data does not say.",
        }),
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...textVectorSlots("MeanPool"),
    projection: Slot("decoder", {
      default: null,
      description: "The pooled vector to one of the size projection_dim; null: it stays as it is.",
    }),
    projection_dim: Type.Union([Type.Null(), Type.Integer({ minimum: 1 })], {
      default: null,
      description: "The size of the vectors that the projection gives.",
    }),
    normalize: Type.Boolean({
      default: true,
      description: "Whether vectors are brought to the length 1.",
    }),
    loss: Slot("sentence_embedding_loss", {
      default: "MultipleNegativesRankingLoss",
      description: "What training makes small.",
    }),
  },
  {
    description:
      "A text's vector, near those of texts that mean the same: encoder -> pooling -> projection -> length 1. One encoder reads all texts of a row, each alone.",
  },
);

interface Config {
  readonly loss: SlotValue<"sentence_embedding_loss">;
}

const lossOf = ({ loss }: Config, context: Context) => context.part("sentence_embedding_loss", loss);

/** Pieces -> `embedding [batch, dim]`; with targets see the kind's contract. */
export const SentenceEmbeddingModel = component({
  kind: "sentence_embedding_model",
  name: NAME,
  schema,
  check({ projection, projection_dim }) {
    if ((projection === null) === (projection_dim === null)) return [];
    const [given, other] =
      projection === null ? ["projection_dim", "projection"] : ["projection", "projection_dim"];
    return [{ path: given, message: `${given} goes with ${other}: give both, or leave both out` }];
  },
  inputs: ({ inputs: { tokens, labels } }) => ({ tokens, labels }),
  companions: ({ inputs: { positive, negative } }) => ({
    positive: { of: "tokens", column: positive },
    ...(negative !== null && { negative: { of: "tokens", column: negative } }),
  }),
  prepare: prepareEncoder,
  range(config, context) {
    const { component: loss, config: options } = lossOf(config, context);
    return loss.range?.(options) ?? null;
  },
  form: ({ pooling, projection, normalize }) => ({ pooling, projected: projection !== null, normalize }),
  build(scope, config, inputs) {
    const embedded = (name: string): EmbeddedText => {
      const { ids, mask } = piecesOf(inputs, name, NAME);
      return { ids, mask, vector: vectorOf(scope, config, inputs, name) };
    };
    const [positiveInput, negativeInput, target] = ["positive", "negative", "labels"].map((name) =>
      inputs.find(name),
    ) as [ModelInput?, ModelInput?, ModelInput?];
    const anchor = embedded("tokens");
    const outputs = { embedding: anchor.vector };
    if (positiveInput === undefined) return { loss: null, outputs };
    const positive = embedded("positive");
    const given: SentenceLossInputs = {
      ...{ anchor, positive },
      negative: negativeInput === undefined ? null : embedded("negative"),
      scores: target === undefined ? null : numberTarget(target, NAME),
    };
    const at = (key: string): string => `model.${NAME}.inputs.${key}`;
    const loss = sentenceLoss(scope, config.loss, given, { negative: at("negative"), scores: at("labels") });
    const [a, b] = [anchor.vector, positive.vector];
    const near = { cosine: cosine(a, b), dot: dot(a, b) };
    // A training pass keeps no vectors of its rows: they would fill memory and checkpoints.
    if (scope.mode === "train") return { loss, outputs: near };
    return { loss, outputs: { ...outputs, positive_embedding: b, ...near } };
  },
});

/** Built for several inputs at one place, it is one model with one set of parameters. */
function vectorOf(
  scope: Scope,
  config: Parameters<typeof textVector>[1] & {
    readonly projection: SlotValue<"decoder"> | null;
    readonly projection_dim: number | null;
    readonly normalize: boolean;
  },
  inputs: ModelInputs,
  name: string,
): Tensor {
  const pooled = textVector(scope, config, inputs, name, NAME);
  const projected =
    config.projection === null
      ? pooled
      : scope.part("decoder", config.projection, "projection", (decoder, options, at) =>
          decoder.build(at, options, pooled, config.projection_dim!),
        );
  return config.normalize ? unitLength(projected) : projected;
}
