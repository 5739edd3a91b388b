import { type Static, Type } from "typebox";
import type { Dim } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { add, equal, greaterOrEqual, mul, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { rowsOf } from "../../graph/ops/matrix.js";
import { reduceMean } from "../../graph/ops/reduction.js";
import { full, range, reshape, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { activationSchema } from "../activation.js";
import { CrossAttention } from "../attention/cross-attention.js";
import { checkHeads, multiHeadAttention } from "../attention/multi-head.js";
import { paddingBias } from "../attention/padding-bias.js";
import type { TokenVectors } from "../contracts.js";
import { HIDDEN } from "../masking.js";
import { addedHalf, hiddenHalf, norm } from "../transformer/encoder.js";
import { sinusoidalPositions } from "../transformer/positions.js";
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
    return this.#layers(vectors, this.#causalBias(vectors.dim(1)));
  }

  together(vectors: Tensor, mask: Tensor): Decoded {
    return this.#layers(vectors, paddingBias(mask, vectors.dtype, 2));
  }

  /** @param bias of the attention to each other; broadcasts to `[rows, heads, steps, steps]` */
  #layers(vectors: Tensor, bias: Tensor): Decoded {
    const { config, dim } = this;
    const [rows, steps] = [vectors.dim(0), vectors.dim(1)];
    const places = sinusoidalPositions(vectors.graph, steps, dim);
    let x = rowsOf(add(mul(vectors, Math.sqrt(dim)), places));
    let attention: Tensor | undefined;
    for (const [i, cross] of this.#cross.entries()) {
      const layer = this.scope.within(`layer${i}`, (at) => this.#layer(at, x, { cross, vectors, bias }));
      x = layer.rows;
      attention = layer.attention;
    }
    const last = config.normalize_before ? norm(this.scope.child("norm"), x, EPSILON) : x;
    return { states: reshape(last, [rows, steps, dim]), attention: attention! };
  }

  /** The vectors of the tokens so far. */
  start(steps: Dim): readonly Tensor[] {
    const { vectors } = this.source;
    return [full(vectors.graph, vectors.dtype, [vectors.dim(0), steps, this.dim], 0)];
  }

  /** All that has been written is computed again. */
  step([before]: readonly Tensor[], vector: Tensor, place: Tensor): DecoderStep {
    const isHere = unsqueeze(equal(range(before!.graph, before!.dim(1)), place), [0, 2]);
    const after = where(isHere, unsqueeze(vector, [1]), before!);
    const { states, attention } = this.taught(after);
    return { memory: [after], states: gather(states, place, 1), attention: gather(attention, place, 1) };
  }

  #layer(
    scope: Scope,
    x: Tensor,
    {
      cross,
      vectors,
      bias,
    }: { readonly cross: CrossAttention; readonly vectors: Tensor; readonly bias: Tensor },
  ): { readonly rows: Tensor; readonly attention: Tensor } {
    const { config } = this;
    const halves = { normalizeBefore: config.normalize_before, epsilon: EPSILON, dropout: config.dropout };
    const own = addedHalf(scope, x, "norm1", halves, (input) =>
      scope.within("attention", (at) => {
        const heads = config.num_attention_heads;
        return multiHeadAttention(at, input, {
          places: vectors,
          bias,
          heads,
          dropout: config.attention_dropout,
        }).rows;
      }),
    );
    let weights: Tensor | undefined;
    const both = addedHalf(scope, own, "norm2", halves, (input) => {
      const looked = scope.within("cross_attention", () => cross.look(input, vectors));
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
