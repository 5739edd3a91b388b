import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { gruLayers } from "../recurrent/gru.js";
import { recurrentOptions, recurrentRepresentation } from "./recurrent-options.js";

const schema = Type.Object(
  {
    gru_dim: Type.Integer({ minimum: 1, default: 32, description: "Size of each direction's state." }),
    ...recurrentOptions,
  },
  { description: "Gated recurrent units over the words, in both directions." },
);

/** `vectors [batch, tokens, dim]` -> tokens `[batch, tokens, directions * gru_dim]`, zero at padding. */
export const BiGRU = component({
  kind: "representation",
  name: "BiGRU",
  schema,
  build: (scope, config, input) => recurrentRepresentation(gruLayers, scope, config, config.gru_dim, input),
});
