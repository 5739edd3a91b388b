import { Type } from "typebox";
import { gather } from "../../graph/ops/lookup.js";
import { component } from "../../registry/component.js";
import { vocabularyOf } from "../data/tensorizers/vocabulary-holder.js";
import { zeroPadding } from "../masking.js";
import { featureTable } from "./feature-tables.js";

const schema = Type.Object(
  {
    embed_dim: Type.Integer({ minimum: 1, default: 5, description: "Size of a class's vector." }),
  },
  {
    description:
      "A vector for how each word is written: capitals, digits, punctuation (Collobert et al., 2011).",
  },
);

/** `caps [batch, tokens] -> [batch, tokens, embed_dim]`, zero at padding. */
export const CapitalizationEmbedding = component({
  kind: "embedding",
  name: "CapitalizationEmbedding",
  schema,
  build(scope, { embed_dim }, inputs) {
    const { tensorizer, tensors } = inputs.need("caps", "CapitalizationEmbedding");
    const size = vocabularyOf(tensorizer, "CapitalizationEmbedding").size;
    const table = scope.parameter("weight", [size, embed_dim], featureTable);
    const mask = tensors.mask!;
    return { vectors: zeroPadding(gather(table, tensors.ids!), mask), mask };
  },
});
