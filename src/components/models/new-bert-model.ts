import { Type } from "typebox";
import { concat } from "../../graph/ops/shaping.js";
import { component, Slot } from "../../registry/component.js";
import { prepareEncoder, textVector, textVectorSlots } from "../encoders/text-vector.js";
import { classify, decisionOf } from "./classify.js";
import { classInput } from "./doc-model.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        tokens: Slot("tensorizer", {
          default: "BERTTensorizer",
          description: "One text or two as the pieces that the encoder knows.",
        }),
        dense: Slot("tensorizer", { default: null, description: "Numbers that stand beside the text." }),
        labels: classInput,
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...textVectorSlots(null),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.1,
      description: "Probability that an element of the text's vector is zeroed in training.",
    }),
    decoder: Slot("decoder", { default: "MLPDecoder", description: "The text's vector to logits." }),
    output_layer: Slot("output_layer", {
      default: "ClassificationOutputLayer",
      description: "Logits to loss and probabilities.",
    }),
  },
  {
    description:
      "Classifier of a text, or of two, on a pretrained encoder: encoder -> pooling -> decoder -> output layer.",
  },
);
/** Pieces (and dense features) -> scores `[batch, labels]`. */
export const NewBertModel = component({
  kind: "model",
  name: "NewBertModel",
  schema,
  inputs: ({ inputs }) => inputs,
  decision: decisionOf,
  prepare: prepareEncoder,
  build(scope, config, inputs, { labels }) {
    const vector = textVector(scope, config, inputs, "tokens", "NewBertModel");
    const dense = inputs.find("dense")?.tensors.values;
    const features = dense === undefined ? vector : concat([vector, dense], 1);
    const kept = scope.dropout(features, config.dropout);
    const { loss, scores } = classify(scope, config, kept, inputs.find("labels"), labels!);
    return { loss, outputs: { scores } };
  },
});
