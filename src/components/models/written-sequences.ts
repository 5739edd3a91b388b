/** @file What the models that write sequences have in common: their options, and how the source is read. */
import { type Static, Type } from "typebox";
import type { Scope } from "../../graph/scope.js";
import { Slot } from "../../registry/component.js";
import type { ModelInputs, TokenVectors } from "../contracts.js";
import { wordsOf } from "../representations/parts.js";
import { embedded, embeddingSlot } from "./text-inputs.js";

/** The slot of what is to be written. */
export const targetSlot = Slot("tensorizer", {
  default: "TargetTokenTensorizer",
  description: "The sequences that are to be written.",
});

/** Config keys of a model that writes, its decoder's aside. */
export const writingOptions = {
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
};

const optionsSchema = () => Type.Object(writingOptions);
type WritingConfig = Static<ReturnType<typeof optionsSchema>>;

/** What the encoder makes of the source. Throws `PTX_CONFIG_VALUE` for one that has no vectors of tokens. */
export function readSource(scope: Scope, config: WritingConfig, inputs: ModelInputs): TokenVectors {
  const words = embedded(scope, config.embedding, inputs);
  const tokens = wordsOf(scope, config.encoder, "encoder", words);
  return { vectors: scope.child("source").dropout(tokens, config.dropout), mask: words.mask };
}
