import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
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
    const { tokens } = scope.part("representation", config.lstm, "lstm", (lstm, options, at) =>
      lstm.build(at, options, input),
    );
    if (tokens === null) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `${scope.path}.lstm`,
        `${Object.keys(config.lstm)[0]} gives a vector of the text only; pooling needs vectors of words`,
        "use BiLSTM or BiGRU here",
      );
    }
    return { doc: pooledText(scope, config, { vectors: tokens, mask: input.mask }), tokens };
  },
});
