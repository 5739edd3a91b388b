import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { augmentedLayers } from "../recurrent/augmented-lstm.js";

const schema = Type.Object(
  {
    lstm_dim: Type.Integer({ minimum: 1, default: 32, description: "Size of each direction's state." }),
    use_highway: Type.Boolean({
      default: true,
      description: "Whether a gate lets a linear image of the input around the cell; false: a plain LSTM.",
    }),
    bidirectional: Type.Boolean({ default: false, description: "Also read each text from its end." }),
    num_layers: Type.Integer({
      minimum: 1,
      default: 1,
      description: "Recurrent layers, each reading the states of the one below.",
    }),
    use_bias: Type.Boolean({ default: false, description: "Whether that image has a bias." }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description:
        "Probability that an element of the states is zeroed in training, for all words of a row alike and in what the cell reads of its own state too.",
    }),
  },
  { description: "Long short-term memory over the words, with highway connections around its cells." },
);

/** `vectors [batch, tokens, dim]` -> tokens `[batch, tokens, directions * lstm_dim]`, zero at padding. */
export const AugmentedLSTM = component({
  kind: "representation",
  name: "AugmentedLSTM",
  schema,
  check: ({ use_bias, use_highway }) =>
    use_bias && !use_highway
      ? [{ path: "use_bias", message: "the bias is of what goes around the cell: it needs use_highway" }]
      : [],
  build: (scope, config, input) => ({
    doc: null,
    tokens: augmentedLayers(scope, input, {
      hidden: config.lstm_dim,
      layers: config.num_layers,
      bidirectional: config.bidirectional,
      highway: config.use_highway,
      bias: config.use_bias,
      dropout: config.dropout,
    }),
  }),
});
