import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { cast, div, greater, maximum, mul, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { reduceMax, reduceSum } from "../../graph/ops/reduction.js";
import { unsqueeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { vocabularyOf } from "../data/tensorizers/vocabulary-holder.js";
import { HIDDEN } from "../masking.js";
import { featureTable } from "./feature-tables.js";

const schema = Type.Object(
  {
    embed_dim: Type.Integer({ minimum: 1, default: 100, description: "Size of a feature's vector." }),
    pooling: Type.Union([Type.Literal("mean"), Type.Literal("sum"), Type.Literal("max")], {
      default: "mean",
      description: "How the weighted vectors of a word's features become one; without features it is zeros.",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Probability that a vector's element is zeroed in training.",
    }),
  },
  { description: "A vector for each word from what dictionaries say of it (gazetteer features)." },
);

/** `vectors [batch, tokens, features, dim]`, `mask [batch, tokens, features]` -> `[batch, tokens, dim]`. */
function pooled(vectors: Tensor, mask: Tensor, pooling: "mean" | "sum" | "max"): Tensor {
  const count = unsqueeze(reduceSum(cast(mask, "float32"), [2]), [2]);
  if (pooling === "max") {
    const largest = reduceMax(where(unsqueeze(mask, [3]), vectors, HIDDEN), [2]);
    return where(greater(count, 0), largest, 0);
  }
  const sum = reduceSum(vectors, [2]);
  return pooling === "sum" ? sum : div(sum, maximum(count, 1));
}

/** `dict [batch, tokens, features] -> [batch, tokens, embed_dim]`: each feature's vector counts by its weight. */
export const DictEmbedding = component({
  kind: "embedding",
  name: "DictEmbedding",
  schema,
  build(scope, { embed_dim, pooling, dropout }, inputs) {
    const { tensorizer, tensors } = inputs.need("dict", "DictEmbedding");
    const { ids, weights, mask, token_mask } = tensors;
    if (ids === undefined || weights === undefined || mask === undefined || token_mask === undefined) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "inputs.dict",
        "DictEmbedding reads the features of words, which a GazetteerTensorizer gives",
      );
    }
    const size = vocabularyOf(tensorizer, "DictEmbedding").size;
    const table = scope.parameter("weight", [size, embed_dim], featureTable);
    const weighed = mul(weights, cast(mask, "float32"));
    const vectors = pooled(mul(gather(table, ids), unsqueeze(weighed, [3])), mask, pooling);
    return { vectors: scope.dropout(vectors, dropout), mask: token_mask };
  },
});
