import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { slotAttentionSchema } from "../attention/slot-attention.js";
import { checkHiddenLayers, hiddenLayers, hiddenLayersSchema } from "../decoders/hidden-layers.js";
import { attendedWords, wordsOf } from "./parts.js";

const schema = Type.Object(
  {
    lstm: Slot("representation", {
      default: "BiLSTM",
      description: "Words in their context; any representation that gives vectors of words.",
    }),
    pooling: Slot("pooling", {
      default: "SelfAttention",
      description: "Vectors of words to the text's vector.",
    }),
    slot_attention: slotAttentionSchema(),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.4,
      description:
        "Probability that an element of the text's vector, or of a word's, is zeroed in training, before the hidden layers.",
    }),
    doc_mlp: hiddenLayersSchema("Hidden layers on the text's vector; none by default."),
    word_mlp: hiddenLayersSchema("Hidden layers on each word's vector; none by default."),
  },
  {
    description:
      "A bidirectional LSTM that serves both the text and its words: for a joint model of intent and slots (Liu and Lane, 2016).",
  },
);

/** `vectors [batch, tokens, dim]` -> doc `[batch, pooled]`, tokens `[batch, tokens, states]` (twice that with slot attention), zero at padding. */
export const BiLSTMDocSlotAttention = component({
  kind: "representation",
  name: "BiLSTMDocSlotAttention",
  schema,
  check: ({ doc_mlp, word_mlp }) => [
    ...checkHiddenLayers(doc_mlp, "doc_mlp."),
    ...checkHiddenLayers(word_mlp, "word_mlp."),
  ],
  build(scope, config, input) {
    const { mask } = input;
    const words = { vectors: wordsOf(scope, config.lstm, "lstm", input), mask };
    const pooled = scope.part("pooling", config.pooling, "pooling", (pooling, options, at) =>
      pooling.build(at, options, words),
    );
    const tokens = attendedWords(scope, words, config, "word_mlp", config.word_mlp);
    const doc = scope.within("doc_mlp", (at) =>
      hiddenLayers(at, config.doc_mlp, scope.dropout(pooled, config.dropout)),
    );
    return { doc, tokens };
  },
});
