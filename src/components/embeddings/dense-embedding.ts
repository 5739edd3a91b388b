import { Type } from "typebox";
import { cast, mul } from "../../graph/ops/elementwise.js";
import { unsqueeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { mlpLayers, mlpLayersSchema } from "./mlp-layers.js";

const schema = Type.Object(
  {
    projection_dim: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description:
        "Size of the vector that a linear layer makes of the numbers; null: the numbers themselves.",
    }),
    mlp_layer_dims: mlpLayersSchema(
      "Sizes of linear layers with ReLU on that, first to last: the last is the size of the vectors that come out.",
    ),
  },
  {
    description:
      "Numbers that stand beside the text: those of each word, or those of the row, repeated for each of its words.",
  },
);

/** `dense [batch, dim]` or `[batch, tokens, dim]` -> `[batch, tokens, dim, projection_dim or last of mlp_layer_dims]`, zero at padding. Reads `tokens`, too. */
export const DenseEmbedding = component({
  kind: "embedding",
  name: "DenseEmbedding",
  schema,
  build(scope, { projection_dim, mlp_layer_dims }, inputs) {
    const { values } = inputs.need("dense", "DenseEmbedding").tensors;
    const mask = inputs.need("tokens", "DenseEmbedding").tensors.mask!;
    if (values === undefined) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "inputs.dense",
        "DenseEmbedding reads numbers, which a FloatListTensorizer or a FloatListSeqTensorizer gives",
      );
    }
    const projected =
      projection_dim === null ? values : linearLayer(scope.child("projection"), values, projection_dim, true);
    const made = mlpLayers(scope, mlp_layer_dims, projected);
    const places = unsqueeze(cast(mask, "float32"), [2]);
    return { vectors: mul(made.rank === 3 ? made : unsqueeze(made, [1]), places), mask };
  },
});
