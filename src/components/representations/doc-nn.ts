import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { windowFeatures } from "./max-over-windows.js";

const schema = Type.Object(
  {
    kernel_sizes: Type.Array(Type.Integer({ minimum: 1 }), {
      minItems: 1,
      default: [3, 4],
      description: "Window sizes in tokens.",
    }),
    kernel_num: Type.Integer({ minimum: 1, default: 100, description: "Filters for each window size." }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.4,
      description: "Probability that a feature is zeroed in training.",
    }),
  },
  { description: "Convolution over time with max pooling (Kim, 2014)." },
);

/** n-gram features. `vectors [batch, tokens, dim]` -> doc `[batch, kernel_num * kernel_sizes.length]`. */
export const DocNNRepresentation = component({
  kind: "representation",
  name: "DocNNRepresentation",
  schema,
  build(scope, config, input) {
    const features = windowFeatures(scope, input, config.kernel_num, config.kernel_sizes);
    return { doc: scope.dropout(features, config.dropout), tokens: null };
  },
});
