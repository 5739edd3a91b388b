/** @file Layers that embeddings can have on top, `mlp_layer_dims` of PyText's. */
import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import { hiddenLayers } from "../decoders/hidden-layers.js";

/** The schema of the layers' sizes. */
export const mlpLayersSchema = (description: string) =>
  Type.Array(Type.Integer({ minimum: 1 }), { default: [], description });

/** Linear layers with ReLU. `[..., dim] -> [..., last of sizes]`; none give `x` back. Parameters: `mlp.layer0.*`, ... */
export function mlpLayers(scope: Scope, sizes: number[], x: Tensor): Tensor {
  const layers = {
    hidden_dims: sizes,
    activation: "relu",
    layer_norm: false,
    dropout: 0,
    bias: true,
  } as const;
  return scope.within("mlp", (at) => hiddenLayers(at, layers, x));
}
