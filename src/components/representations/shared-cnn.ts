import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { wordsOf } from "./parts.js";

const schema = Type.Object(
  {
    word_representation: Slot("representation", {
      default: "DeepCNNRepresentation",
      description: "The words' vectors; any representation that gives them.",
    }),
    pooling: Slot("pooling", {
      default: "MaxPool",
      description: "These vectors to the text's vector.",
    }),
  },
  {
    description: "One representation of the words that the text's vector is pooled from: for a joint model.",
  },
);

/** `vectors [batch, tokens, dim]` -> doc `[batch, pooled]`, tokens `[batch, tokens, of word_representation]`, zero at padding. */
export const SharedCNNRepresentation = component({
  kind: "representation",
  name: "SharedCNNRepresentation",
  schema,
  build(scope, config, input) {
    const tokens = wordsOf(scope, config.word_representation, "word_representation", input);
    const doc = scope.part("pooling", config.pooling, "pooling", (pooling, options, at) =>
      pooling.build(at, options, { vectors: tokens, mask: input.mask }),
    );
    return { doc, tokens };
  },
});
