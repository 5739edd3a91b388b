import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { textOf, wordsOf } from "./parts.js";

const schema = Type.Object(
  {
    doc_representation: Slot("representation", {
      default: "DocNNRepresentation",
      description: "The text's vector; any representation that gives one.",
    }),
    word_representation: Slot("representation", {
      default: "BSeqCNNRepresentation",
      description: "The words' vectors; any representation that gives them.",
    }),
  },
  {
    description:
      "Two representations of the same words, one for the text and one for its words: a joint model without recurrence.",
  },
);

/** `vectors [batch, tokens, dim]` -> doc `[batch, of doc_representation]`, tokens `[batch, tokens, of word_representation]`, zero at padding. */
export const JointCNNRepresentation = component({
  kind: "representation",
  name: "JointCNNRepresentation",
  schema,
  build: (scope, config, input) => ({
    doc: textOf(scope, config.doc_representation, "doc_representation", input),
    tokens: wordsOf(scope, config.word_representation, "word_representation", input),
  }),
});
