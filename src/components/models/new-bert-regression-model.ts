import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { prepareEncoder, textVector, textVectorSlots } from "../encoders/text-vector.js";
import { numberInput } from "./number-input.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        tokens: Slot("tensorizer", {
          default: "BERTTensorizer",
          description: "Two texts together, as the pieces that the encoder knows.",
        }),
        labels: numberInput,
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...textVectorSlots(null),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.1,
      description: "Probability that an element of the vector is zeroed in training.",
    }),
    decoder: Slot("decoder", { default: "MLPDecoder", description: "The vector to one number." }),
    output_layer: Slot("regression_output_layer", {
      default: "RegressionOutputLayer",
      description: "That number to loss and prediction.",
    }),
  },
  {
    description:
      "A number for two texts that a pretrained encoder reads together (cross-encoder): encoder -> pooling -> decoder -> output layer.",
  },
);

/** Pieces -> `scores [batch]`. */
export const NewBertRegressionModel = component({
  kind: "regression_model",
  name: "NewBertRegressionModel",
  schema,
  inputs: ({ inputs }) => inputs,
  prepare: prepareEncoder,
  range({ output_layer }, context) {
    const { component: part, config } = context.part("regression_output_layer", output_layer);
    return part.range(config);
  },
  build(scope, config, inputs) {
    const vector = textVector(scope, config, inputs, "tokens", "NewBertRegressionModel");
    const kept = scope.dropout(vector, config.dropout);
    const logits = scope.part("decoder", config.decoder, "decoder", (decoder, options, at) =>
      decoder.build(at, options, kept, 1),
    );
    const { loss, scores } = scope.part(
      "regression_output_layer",
      config.output_layer,
      "output_layer",
      (output, options, at) => output.build(at, options, logits, inputs.find("labels")),
    );
    return { loss, outputs: { scores } };
  },
});
