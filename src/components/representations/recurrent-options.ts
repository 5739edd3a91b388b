/** @file What the recurrent representations share. */
import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import type { Represented, TokenVectors } from "../contracts.js";
import type { RecurrentOptions } from "../recurrent/layers.js";
import { sizedAxis } from "../sizes.js";

/** Config keys of a recurrent representation. */
export const recurrentOptions = {
  num_layers: Type.Integer({
    minimum: 1,
    default: 1,
    description: "Recurrent layers, each reading the states of the one below.",
  }),
  bidirectional: Type.Boolean({ default: true, description: "Also read each text from its end." }),
  dropout: Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0.4,
    description:
      "Probability that an element of a layer's input is zeroed in training, for all words of a row alike (Gal and Ghahramani, 2016).",
  }),
};

const optionsSchema = () => Type.Object(recurrentOptions);
type Config = Static<ReturnType<typeof optionsSchema>>;

/** Dropout, then the layers. */
export function recurrentRepresentation(
  layers: (scope: Scope, input: TokenVectors, options: RecurrentOptions) => Tensor,
  scope: Scope,
  config: Config,
  hidden: number,
  { vectors, mask, distinct }: TokenVectors,
): Represented {
  const { num_layers, bidirectional, dropout } = config;
  const input = scope.dropout(vectors, dropout, [vectors.dim(0), 1, sizedAxis(vectors, 2)]);
  const words = input === vectors ? { vectors, mask, distinct } : { vectors: input, mask };
  const tokens = layers(scope, words, { hidden, layers: num_layers, bidirectional, dropout });
  return { doc: null, tokens };
}
