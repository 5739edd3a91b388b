import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { wordsOf } from "./parts.js";
import { checkPooledText, pooledText, pooledTextOptions } from "./pooled-text.js";

const schema = Type.Object(
  {
    lstm: Slot("representation", {
      default: "BiLSTM",
      description: "Words in their context; any representation that gives vectors of words.",
    }),
    ...pooledTextOptions,
  },
  {
    description:
      "A bidirectional LSTM whose states are pooled into one vector, by self-attention or otherwise.",
  },
);

/** `vectors [batch, tokens, dim]` -> doc `[batch, pooled]`, tokens `[batch, tokens, states]`. */
export const BiLSTMDocAttention = component({
  kind: "representation",
  name: "BiLSTMDocAttention",
  schema,
  check: checkPooledText,
  build(scope, config, input) {
    const tokens = wordsOf(scope, config.lstm, "lstm", input);
    return { doc: pooledText(scope, config, { vectors: tokens, mask: input.mask }), tokens };
  },
});
