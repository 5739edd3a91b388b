import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { lstmLayers } from "../recurrent/lstm.js";
import { recurrentOptions, recurrentRepresentation } from "./recurrent-options.js";

const schema = Type.Object(
  {
    lstm_dim: Type.Integer({ minimum: 1, default: 32, description: "Size of each direction's state." }),
    ...recurrentOptions,
  },
  { description: "Long short-term memory over the words, in both directions." },
);

/** `vectors [batch, tokens, dim]` -> tokens `[batch, tokens, directions * lstm_dim]`, zero at padding. */
export const BiLSTM = component({
  kind: "representation",
  name: "BiLSTM",
  schema,
  build: (scope, config, input) => recurrentRepresentation(lstmLayers, scope, config, config.lstm_dim, input),
});
