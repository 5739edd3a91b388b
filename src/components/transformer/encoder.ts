/** @file Layers of a Transformer encoder. Inside, a batch is a matrix of rows `[batch * tokens, dim]`. */
import type { Tensor } from "../../graph/graph.js";
import { add } from "../../graph/ops/elementwise.js";
import { layerNorm } from "../../graph/ops/reduction.js";
import { constantInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { type ActivationName, activation } from "../activation.js";
import { type Attended, type MultiHeadOptions, multiHeadAttention } from "../attention/multi-head.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { sizedAxis } from "../sizes.js";
import { PackedRows } from "./packed-rows.js";

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
  /** Whether all layers have the same parameters (Lan et al., 2020). */
  readonly shared?: boolean;
  /** Whether the backward pass computes each layer once more from what it reads, so that its inside is not kept. */
  readonly recomputed?: boolean;
}

/** What an encoder's layers give. */
export interface EncodedRows {
  /** Each layer's, `[batch * tokens, dim]`; the last with the norm behind all layers, where there is one. */
  readonly states: readonly Tensor[];
  /** Each layer's attention, `[batch, heads, tokens, tokens]`. */
  readonly attentions: readonly Tensor[];
}

/** What a batch's rows are: which row and place each stands for, and what attention may look at. */
export interface EncoderBatch {
  /** bool `[batch, tokens]`: false at padding. */
  readonly mask: Tensor;
  /** Added to every head's scores; broadcasts to `[batch, heads, tokens, tokens]`. See `paddingBias`. */
  readonly bias: Tensor;
}

/** What every layer is told of a batch: `packed` where its rows are tokens alone. */
type LayerBatch = Pick<MultiHeadOptions, "places" | "bias" | "packed">;

/** Layer normalisation with the parameters `weight [dim]` and `bias [dim]`. */
export function norm(scope: Scope, x: Tensor, epsilon: number): Tensor {
  const dim = sizedAxis(x, -1);
  return layerNorm(
    x,
    scope.parameter("weight", [dim], constantInit(1)),
    scope.parameter("bias", [dim]),
    epsilon,
  );
}

/** How the halves of a layer are put together. */
export type HalfOptions = Pick<EncoderOptions, "normalizeBefore" | "epsilon" | "dropout">;

/** What a part of a layer makes of its input, added to that; normalised at the place `name`, before or behind. */
export function addedHalf(
  scope: Scope,
  input: Tensor,
  name: string,
  { normalizeBefore, epsilon, dropout }: HalfOptions,
  of: (x: Tensor) => Tensor,
): Tensor {
  const normal = (y: Tensor): Tensor => norm(scope.child(name), y, epsilon);
  const added = scope.dropout(of(normalizeBefore ? normal(input) : input), dropout);
  return normalizeBefore ? add(input, added) : normal(add(input, added));
}

/** The hidden layer of a Transformer's layer. `[rows, dim]` both. Parameters: `linear1.*`, `linear2.*`. */
export function hiddenHalf(
  scope: Scope,
  x: Tensor,
  options: Pick<EncoderOptions, "feedForward" | "activation" | "activationDropout">,
): Tensor {
  const hidden = activation(
    options.activation,
    linearLayer(scope.child("linear1"), x, options.feedForward, true),
  );
  const kept = scope.dropout(hidden, options.activationDropout);
  return linearLayer(scope.child("linear2"), kept, sizedAxis(x, 1), true);
}

/**
 * One layer: self-attention, then a hidden layer for each token, each added to its input. `[batch * tokens, dim]` both.
 * Parameters: `attention.*`, `linear1.*`, `linear2.*`, `norm1.*`, `norm2.*` (PyTorch's `nn.TransformerEncoderLayer`, its
 * matrices transposed).
 */
function encoderLayer(scope: Scope, x: Tensor, batch: LayerBatch, options: EncoderOptions): Attended {
  let weights: Tensor | undefined;
  const attended = addedHalf(scope, x, "norm1", options, (input) => {
    const { heads, attentionDropout } = options;
    const result = scope.within("attention", (at) =>
      multiHeadAttention(at, input, { ...batch, heads, dropout: attentionDropout }),
    );
    weights = result.weights;
    return result.rows;
  });
  const rows = addedHalf(scope, attended, "norm2", options, (input) => hiddenHalf(scope, input, options));
  return { rows, weights: weights! };
}

/**
 * Stacked layers `layer0`, `layer1`, ... (shared ones are `layer` all), and behind layers that normalise before a last `norm`.
 * What stands at padding has no influence on tokens, and is not zero afterwards, unless runs tell where tokens stand
 * (`Scope.tokenPlaces`): then layers compute tokens alone. `x [batch * tokens, dim]`.
 */
export function encoderLayers(
  scope: Scope,
  x: Tensor,
  batch: EncoderBatch,
  layers: number,
  options: EncoderOptions,
): EncodedRows {
  const states: Tensor[] = [];
  const attentions: Tensor[] = [];
  const at = scope.tokenPlaces(batch.mask);
  const packed = at && new PackedRows(at, options.heads);
  const layerBatch = { places: batch.mask, bias: batch.bias, ...(packed && { packed }) };
  const whole = (y: Tensor): Tensor => packed?.unpack(y) ?? y;
  let rows = packed?.pack(x) ?? x;
  for (let i = 0; i < layers; i++) {
    const layer = scope.within(options.shared ? "layer" : `layer${i}`, (at) => {
      const build = (): Attended => encoderLayer(at, rows, layerBatch, options);
      return options.recomputed ? scope.graph.recomputed(rows, build) : build();
    });
    rows =
      i === layers - 1 && options.normalizeBefore
        ? norm(scope.child("norm"), layer.rows, options.epsilon)
        : layer.rows;
    states.push(whole(rows));
    attentions.push(layer.weights);
  }
  return { states, attentions };
}
