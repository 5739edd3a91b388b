import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { slotAttentionSchema } from "../attention/slot-attention.js";
import { checkHiddenLayers, hiddenLayersSchema } from "../decoders/hidden-layers.js";
import { attendedWords, wordsOf } from "./parts.js";

const schema = Type.Object(
  {
    lstm: Slot("representation", {
      default: "BiLSTM",
      description: "Words in their context; any representation that gives vectors of words.",
    }),
    slot_attention: slotAttentionSchema(),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.4,
      description:
        "Probability that an element of a word's vector is zeroed in training, before the hidden layers.",
    }),
    mlp: hiddenLayersSchema("Hidden layers on each word's vector; none by default."),
  },
  { description: "A bidirectional LSTM with attention among the words: for tagging (Liu and Lane, 2016)." },
);

/** `vectors [batch, tokens, dim]` -> tokens `[batch, tokens, states]` (twice that with slot attention), zero at padding. */
export const BiLSTMSlotAttention = component({
  kind: "representation",
  name: "BiLSTMSlotAttention",
  schema,
  check: ({ mlp }) => checkHiddenLayers(mlp, "mlp."),
  build(scope, config, input) {
    const words = { vectors: wordsOf(scope, config.lstm, "lstm", input), mask: input.mask };
    const tokens = attendedWords(scope, words, config, "mlp", config.mlp);
    return { doc: null, tokens };
  },
});
