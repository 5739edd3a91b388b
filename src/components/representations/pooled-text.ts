/** @file The end of the representations that pool words: pooling, dropout, hidden layers. */
import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import { type CheckProblem, Slot } from "../../registry/component.js";
import type { TokenVectors } from "../contracts.js";
import { checkHiddenLayers, hiddenLayers, hiddenLayersSchema } from "../decoders/hidden-layers.js";

/** Config keys of a pooled representation. */
export const pooledTextOptions = {
  pooling: Slot("pooling", { default: "SelfAttention", description: "Vectors of words to one vector." }),
  dropout: Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0.4,
    description: "Probability that an element of the text's vector is zeroed in training.",
  }),
  mlp: hiddenLayersSchema("Hidden layers after the pooling; none by default."),
};

const optionsSchema = () => Type.Object(pooledTextOptions);
type Config = Static<ReturnType<typeof optionsSchema>>;

/** The rule between the keys of `pooledTextOptions`. */
export const checkPooledText = ({ mlp }: Config): CheckProblem[] => checkHiddenLayers(mlp, "mlp.");

/** One vector of the text. `vectors [batch, tokens, dim]` -> `[batch, dim or last hidden size]`. */
export function pooledText(scope: Scope, config: Config, input: TokenVectors): Tensor {
  const pooled = scope.part("pooling", config.pooling, "pooling", (pooling, options, at) =>
    pooling.build(at, options, input),
  );
  return scope.within("mlp", (at) => hiddenLayers(at, config.mlp, scope.dropout(pooled, config.dropout)));
}
