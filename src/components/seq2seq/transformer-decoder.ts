import { type Static, Type } from "typebox";
import type { Dim } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { add, equal, greaterOrEqual, lessOrEqual, mul, where } from "../../graph/ops/elementwise.js";
import { rowsOf } from "../../graph/ops/matrix.js";
import { reduceMean } from "../../graph/ops/reduction.js";
import { full, range, reshape, squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { activationSchema } from "../activation.js";
import { CrossAttention } from "../attention/cross-attention.js";
import { checkHeads, multiHeadAttention, multiHeadStep } from "../attention/multi-head.js";
import { paddingBias } from "../attention/padding-bias.js";
import type { TokenVectors } from "../contracts.js";
import { HIDDEN } from "../masking.js";
import { addedHalf, hiddenHalf, norm } from "../transformer/encoder.js";
import { sinusoidalPositions, sinusoidsAt } from "../transformer/positions.js";
import type { Decoded, DecoderStep, SequenceDecoder } from "./contracts.js";

const rate = (description: string) =>
  Type.Number({ minimum: 0, exclusiveMaximum: 1, default: 0, description });

const schema = Type.Object(
  {
    num_layers: Type.Integer({ minimum: 1, default: 3, description: "Layers, each reading the one below." }),
    num_attention_heads: Type.Integer({
      minimum: 1,
      default: 4,
      description: "Attentions side by side in each layer; target_embed_dim must be a multiple of it.",
    }),
    ffnn_embed_dim: Type.Integer({
      minimum: 1,
      default: 256,
      description: "Size of the hidden layer that follows the attentions.",
    }),
    activation: activationSchema("What that hidden layer applies to its values.", "gelu"),
    normalize_before: Type.Boolean({
      default: true,
      description:
        "Normalise what goes into attentions and hidden layer, which trains without warming up; false: their sums, as the first Transformer did.",
    }),
    dropout: rate(
      "Probability that an element is zeroed in training: of what attentions and hidden layer add.",
    ),
    attention_dropout: rate("Probability that a weight of an attention is zeroed in training."),
    activation_dropout: rate("Probability that a value of a hidden layer is zeroed in training."),
  },
  {
    description:
      "A Transformer that writes a sequence (Vaswani et al., 2017): each token looks at those before it, or where all are written at once at all others, and at the source.",
  },
);
type Config = Static<typeof schema>;

const EPSILON = 1e-5;

/**
 * Layers `layer0`, `layer1`, ... of self-attention to the tokens before (or to all), attention to the source, and a hidden layer, each added to
 * its input; behind layers that normalise before a last `norm`. Vectors are scaled by the root of their size, and waves are added
 * for places. Attention to the source is that of the last layer, the mean over its heads.
 */
class Transformer implements SequenceDecoder {
  readonly #cross: readonly CrossAttention[];

  constructor(
    readonly scope: Scope,
    readonly config: Config,
    readonly source: TokenVectors,
    readonly dim: number,
  ) {
    const { num_layers, num_attention_heads: heads, attention_dropout: dropout } = config;
    const [problem] = checkHeads(dim, heads, "num_attention_heads", "target_embed_dim");
    if (problem !== undefined)
      throw ptxError("PTX_CONFIG_VALUE", `model.decoder.${problem.path}`, problem.message);
    this.#cross = Array.from({ length: num_layers }, (_, i) =>
      scope.within(
        `layer${i}.cross_attention`,
        (at) => new CrossAttention(at, source, { dim, heads, dropout }),
      ),
    );
  }

  taught(vectors: Tensor): Decoded {
    return this.#together(vectors, this.#causalBias(vectors.dim(1)));
  }

  together(vectors: Tensor, mask: Tensor): Decoded {
    return this.#together(vectors, paddingBias(mask, vectors.dtype, 2));
  }

  /** @param bias of the attention to each other; broadcasts to `[rows, heads, steps, steps]` */
  #together(vectors: Tensor, bias: Tensor): Decoded {
    const { dim } = this;
    const { num_attention_heads: heads, attention_dropout: dropout } = this.config;
    const places = sinusoidalPositions(vectors.graph, vectors.dim(1), dim);
    const x = rowsOf(add(mul(vectors, Math.sqrt(dim)), places));
    const { states, attention } = this.#layers(
      x,
      vectors,
      (at, input) => multiHeadAttention(at, input, { places: vectors, bias, heads, dropout }).rows,
    );
    return { states: reshape(states, [vectors.dim(0), vectors.dim(1), dim]), attention };
  }

  /** Of each layer the keys, then the values of the tokens so far. */
  start(steps: Dim): readonly Tensor[] {
    const { vectors } = this.source;
    const { num_attention_heads: heads, num_layers } = this.config;
    const shape = [vectors.dim(0), heads, steps, this.dim / heads];
    return Array.from({ length: 2 * num_layers }, () => full(vectors.graph, vectors.dtype, shape, 0));
  }

  step(memory: readonly Tensor[], vector: Tensor, place: Tensor): DecoderStep {
    const { dim } = this;
    const { num_attention_heads: heads } = this.config;
    const places = range(vector.graph, memory[0]!.dim(2));
    const options = {
      heads,
      isHere: equal(places, place),
      bias: where(lessOrEqual(places, place), 0, vector.graph.constant("float32", [], [HIDDEN])),
    };
    const x = add(mul(vector, Math.sqrt(dim)), sinusoidsAt(unsqueeze(place, [0]), dim));
    const after: Tensor[] = [];
    const { states, attention } = this.#layers(x, unsqueeze(vector, [1]), (at, input, layer) => {
      const [keys, values] = [memory[2 * layer]!, memory[2 * layer + 1]!];
      const attended = multiHeadStep(at, input, { keys, values }, options);
      after.push(attended.after.keys, attended.after.values);
      return attended.rows;
    });
    return { memory: after, states, attention: squeeze(attention, [1]) };
  }

  /**
   * @param x `[rows * steps, dim]`, and so what they give
   * @param places `[rows, steps, ...]`, tells sizes
   * @param attend the attention to each other: of a layer's input, `[rows * steps, dim]` both
   */
  #layers(
    x: Tensor,
    places: Tensor,
    attend: (scope: Scope, input: Tensor, layer: number) => Tensor,
  ): { readonly states: Tensor; readonly attention: Tensor } {
    let rows = x;
    let attention: Tensor | undefined;
    for (const [i, cross] of this.#cross.entries()) {
      const layer = this.scope.within(`layer${i}`, (at) =>
        this.#layer(at, rows, { cross, places, attend: (inner, input) => attend(inner, input, i) }),
      );
      rows = layer.rows;
      attention = layer.attention;
    }
    const states = this.config.normalize_before ? norm(this.scope.child("norm"), rows, EPSILON) : rows;
    return { states, attention: attention! };
  }

  #layer(
    scope: Scope,
    x: Tensor,
    {
      cross,
      places,
      attend,
    }: {
      readonly cross: CrossAttention;
      readonly places: Tensor;
      readonly attend: (scope: Scope, input: Tensor) => Tensor;
    },
  ): { readonly rows: Tensor; readonly attention: Tensor } {
    const { config } = this;
    const halves = { normalizeBefore: config.normalize_before, epsilon: EPSILON, dropout: config.dropout };
    const own = addedHalf(scope, x, "norm1", halves, (input) =>
      scope.within("attention", (at) => attend(at, input)),
    );
    let weights: Tensor | undefined;
    const both = addedHalf(scope, own, "norm2", halves, (input) => {
      const looked = scope.within("cross_attention", () => cross.look(input, places));
      weights = looked.weights;
      return looked.rows;
    });
    const rows = addedHalf(scope, both, "norm3", halves, (input) =>
      hiddenHalf(scope, input, {
        feedForward: config.ffnn_embed_dim,
        activation: config.activation,
        activationDropout: config.activation_dropout,
      }),
    );
    return { rows, attention: reduceMean(weights!, [1]) };
  }

  /** `[steps, steps]`: 0 where the second is not behind the first, else far below any score. */
  #causalBias(steps: Dim): Tensor {
    const { graph } = this.scope;
    const places = range(graph, steps);
    const sees = greaterOrEqual(unsqueeze(places, [1]), unsqueeze(places, [0]));
    return where(sees, 0, graph.constant("float32", [], [HIDDEN]));
  }
}

/** A Transformer that writes. */
export const TransformerDecoder = component({
  kind: "sequence_decoder",
  name: "TransformerDecoder",
  schema,
  build: (scope, config, source, input) => new Transformer(scope, config, source, input),
});
