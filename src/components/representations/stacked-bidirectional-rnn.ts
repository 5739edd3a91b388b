import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { concat } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import { gruLayers } from "../recurrent/gru.js";
import { lstmLayers } from "../recurrent/lstm.js";
import { sizedAxis } from "../sizes.js";

const schema = Type.Object(
  {
    hidden_size: Type.Integer({ minimum: 1, default: 32, description: "Size of each direction's state." }),
    num_layers: Type.Integer({
      minimum: 1,
      default: 1,
      description: "Recurrent layers, each reading the states of the one below.",
    }),
    bidirectional: Type.Boolean({ default: true, description: "Also read each text from its end." }),
    rnn_type: Type.Union([Type.Literal("lstm"), Type.Literal("gru")], {
      default: "lstm",
      description: "What the layers are made of.",
    }),
    concat_layers: Type.Boolean({
      default: true,
      description: "Give the states of all layers side by side; false: of the last one only.",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description:
        "Probability that an element of a layer's input is zeroed in training, for all words of a row alike.",
    }),
  },
  { description: "Stacked recurrent layers whose states are all seen from above (Chen et al., 2017)." },
);

/** `vectors [batch, tokens, dim]` -> tokens `[batch, tokens, layers * directions * hidden_size]`, zero at padding. The layers are called `rnn0`, `rnn1`, ... in parameter names. */
export const StackedBidirectionalRNN = component({
  kind: "representation",
  name: "StackedBidirectionalRNN",
  schema,
  build(scope, config, input) {
    const { hidden_size, num_layers, bidirectional, rnn_type, concat_layers, dropout } = config;
    const layers = { lstm: lstmLayers, gru: gruLayers }[rnn_type];
    const one = { hidden: hidden_size, layers: 1, bidirectional, dropout: 0 };
    const states: Tensor[] = [];
    for (let i = 0; i < num_layers; i++) {
      const below = i === 0 ? input : { vectors: states[i - 1]!, mask: input.mask };
      const { vectors, mask } = below;
      const kept = scope.dropout(vectors, dropout, [vectors.dim(0), 1, sizedAxis(vectors, 2)]);
      const words = kept === vectors ? below : { vectors: kept, mask };
      states.push(scope.within(`rnn${i}`, (at) => layers(at, words, one)));
    }
    return { doc: null, tokens: concat_layers ? concat(states, 2) : states.at(-1)! };
  },
});
