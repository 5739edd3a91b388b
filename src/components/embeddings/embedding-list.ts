import { Type } from "typebox";
import { concat } from "../../graph/ops/shaping.js";
import { component, Slot } from "../../registry/component.js";

const schema = Type.Object(
  {
    embeddings: Type.Array(Slot("embedding", { description: "One of the embeddings." }), {
      minItems: 1,
      default: ["WordEmbedding", "CharacterEmbedding"],
      description:
        "Their vectors are joined in this order; their inputs must have the same tokens in each row.",
    }),
  },
  { description: "Several embeddings of the same words, side by side." },
);

/** `[batch, tokens, sum of dims]`. The parts are called `0`, `1`, ... in parameter names. */
export const EmbeddingList = component({
  kind: "embedding",
  name: "EmbeddingList",
  schema,
  async prepare({ embeddings }, context, tensorizers) {
    for (const slot of embeddings) {
      const { component: part, config } = context.part("embedding", slot);
      await part.prepare?.(config, context, tensorizers);
    }
  },
  build(scope, { embeddings }, inputs) {
    const parts = embeddings.map((slot, i) =>
      scope.part("embedding", slot, String(i), (part, config, at) => part.build(at, config, inputs)),
    );
    const vectors = concat(
      parts.map((part) => part.vectors),
      -1,
    );
    return { vectors, mask: parts[0]!.mask };
  },
});
