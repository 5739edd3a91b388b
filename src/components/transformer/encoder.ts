/** @file Layers of a Transformer encoder. Inside, a batch is a matrix of rows `[batch * tokens, dim]`. */
import type { Tensor } from "../../graph/graph.js";
import { add } from "../../graph/ops/elementwise.js";
import { layerNorm } from "../../graph/ops/reduction.js";
import { constantInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { type ActivationName, activation } from "../activation.js";
import { multiHeadAttention } from "../attention/multi-head.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { sizedAxis } from "../sizes.js";

/** How the layers of an encoder are made. */
export interface EncoderOptions {
  readonly heads: number;
  /** Size of the hidden layer between the two products that follow the attention. */
  readonly feedForward: number;
  readonly activation: ActivationName;
  /** Whether the input of each half of a layer is normalised (Xiong et al., 2020), or the sum behind it (Vaswani et al., 2017). */
  readonly normalizeBefore: boolean;
  readonly epsilon: number;
  /** Dropout of what each half of a layer adds. */
  readonly dropout: number;
  /** Dropout of the attention's weights. */
  readonly attentionDropout: number;
  /** Dropout of the hidden layer. */
  readonly activationDropout: number;
}

/** What a batch's rows are: which row and place each stands for, and what attention may look at. */
export interface EncoderBatch {
  /** `[batch, tokens]`: sizes are read from its shape. */
  readonly places: Tensor;
  /** Added to every head's scores; broadcasts to `[batch, heads, tokens, tokens]`. See `paddingBias`. */
  readonly bias: Tensor;
}

/** Layer normalisation with the parameters `weight [dim]` and `bias [dim]`. */
function norm(scope: Scope, x: Tensor, epsilon: number): Tensor {
  const dim = sizedAxis(x, -1);
  return layerNorm(
    x,
    scope.parameter("weight", [dim], constantInit(1)),
    scope.parameter("bias", [dim]),
    epsilon,
  );
}

/**
 * One layer: self-attention, then a hidden layer for each token, each added to its input. `[batch * tokens, dim]` both.
 * Parameters: `attention.*`, `linear1.*`, `linear2.*`, `norm1.*`, `norm2.*` (PyTorch's `nn.TransformerEncoderLayer`, its
 * matrices transposed).
 */
function encoderLayer(scope: Scope, x: Tensor, batch: EncoderBatch, options: EncoderOptions): Tensor {
  const { normalizeBefore, epsilon, dropout } = options;
  const half = (input: Tensor, name: string, of: (x: Tensor) => Tensor): Tensor => {
    const normal = (y: Tensor): Tensor => norm(scope.child(name), y, epsilon);
    const added = scope.dropout(of(normalizeBefore ? normal(input) : input), dropout);
    return normalizeBefore ? add(input, added) : normal(add(input, added));
  };
  const attended = half(x, "norm1", (input) =>
    scope.within("attention", (at) =>
      multiHeadAttention(at, input, {
        ...batch,
        heads: options.heads,
        dropout: options.attentionDropout,
      }),
    ),
  );
  return half(attended, "norm2", (input) => {
    const hidden = activation(
      options.activation,
      linearLayer(scope.child("linear1"), input, options.feedForward, true),
    );
    const kept = scope.dropout(hidden, options.activationDropout);
    return linearLayer(scope.child("linear2"), kept, sizedAxis(x, 1), true);
  });
}

/**
 * Stacked layers `layer0`, `layer1`, ..., and behind layers that normalise before a last `norm`. `[batch * tokens, dim]` both.
 * What stands at padding has no influence on tokens, and is not zero afterwards.
 */
export function encoderLayers(
  scope: Scope,
  x: Tensor,
  batch: EncoderBatch,
  layers: number,
  options: EncoderOptions,
): Tensor {
  let states = x;
  for (let i = 0; i < layers; i++) {
    states = scope.within(`layer${i}`, (at) => encoderLayer(at, states, batch, options));
  }
  return options.normalizeBefore ? norm(scope.child("norm"), states, options.epsilon) : states;
}
