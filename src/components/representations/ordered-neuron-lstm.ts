import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { orderedNeuronLayers } from "../recurrent/ordered-neuron-lstm.js";

const schema = Type.Object(
  {
    lstm_dim: Type.Integer({ minimum: 1, default: 32, description: "Size of the state." }),
    num_layers: Type.Integer({
      minimum: 1,
      default: 1,
      description: "Recurrent layers, each reading the states of the one below.",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.4,
      description:
        "Probability that an element of a layer's input is zeroed in training, for all words of a row alike.",
    }),
  },
  {
    description:
      "Long short-term memory from left to right whose cells are ordered: the later ones keep what they hold for longer, as a tree's upper nodes span more words (Shen et al., 2019).",
  },
);

/** `vectors [batch, tokens, dim]` -> tokens `[batch, tokens, lstm_dim]`, zero at padding. */
export const OrderedNeuronLSTM = component({
  kind: "representation",
  name: "OrderedNeuronLSTM",
  schema,
  build: (scope, { lstm_dim, num_layers, dropout }, input) => ({
    doc: null,
    tokens: orderedNeuronLayers(scope, input, { hidden: lstm_dim, layers: num_layers, dropout }),
  }),
});
