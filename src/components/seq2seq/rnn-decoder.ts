import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, cast, div, maximum, tanh } from "../../graph/ops/elementwise.js";
import { matmul, rowsOf } from "../../graph/ops/matrix.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { scan } from "../../graph/ops/scan.js";
import { concat, full, reshape, transpose, unsqueeze } from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component } from "../../registry/component.js";
import type { TokenVectors } from "../contracts.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { rowLengths } from "../masking.js";
import { SteppedLstm } from "../recurrent/stepped-lstm.js";
import type { Decoded, DecoderStep, SequenceDecoder } from "./contracts.js";
import { SourceAttention } from "./source-attention.js";

const schema = Type.Object(
  {
    hidden_dim: Type.Integer({ minimum: 1, default: 128, description: "Size of the states of its LSTM." }),
    num_layers: Type.Integer({ minimum: 1, default: 1, description: "Each layer reads the one below." }),
    attention_type: Type.Union([Type.Literal("dot"), Type.Literal("multiply"), Type.Literal("concat")], {
      default: "multiply",
      description:
        "How a state s judges a source's token by its vector h: s . h, which needs both of one size; s . W h (Luong et al., 2015); or v . tanh(U s + W h) (Bahdanau et al., 2015).",
    }),
    input_feeding: Type.Boolean({
      default: true,
      description: "A step reads what the one before took from the source, too (Luong et al., 2015).",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description:
        "Probability that an element is zeroed in training: of what passes between layers, the same at every step.",
    }),
  },
  { description: "An LSTM that writes a sequence token by token and looks at the source at every step." },
);
type Config = Static<typeof schema>;

/**
 * A step of it: the LSTM reads the token before (with input feeding also the state before, `h'`), its state `s` looks at the
 * source, and what it gives is `h' = tanh(W [context; s])`. The first states are `tanh(V m)`, with m the mean of the source.
 */
class Recurrent implements SequenceDecoder {
  readonly #lstm: SteppedLstm;
  readonly #attention: SourceAttention;

  constructor(
    readonly scope: Scope,
    readonly config: Config,
    readonly source: TokenVectors,
    input: number,
  ) {
    const { hidden_dim: hidden, num_layers: layers, dropout } = config;
    this.#lstm = new SteppedLstm(scope.child("lstm"), { input, hidden, layers, dropout });
    this.#attention = new SourceAttention(scope.child("attention"), config.attention_type, source, hidden);
  }

  taught(vectors: Tensor): Decoded {
    const [rows, steps] = [vectors.dim(0), vectors.dim(1)];
    const sums = reshape(this.#lstm.projected(rowsOf(vectors)), [rows, steps, 4 * this.config.hidden_dim]);
    const entering = transpose(sums, [1, 0, 2]);
    const { outputs } = scan({ states: this.start(), scanned: [entering] }, (memory, [z]) => {
      const after = this.#after(memory, z!);
      return { states: after.memory, outputs: [after.states, after.attention] };
    });
    const [states, attention] = outputs.map((output) => transpose(output, [1, 0, 2]));
    return { states: states!, attention: attention! };
  }

  /** The LSTM's states, then what the last step gave. */
  start(): readonly Tensor[] {
    const { vectors, mask } = this.source;
    const count = cast(maximum(unsqueeze(rowLengths(mask), [1]), 1), vectors.dtype);
    const mean = div(reduceSum(vectors, [1]), count);
    const first = tanh(linearLayer(this.scope.child("start"), mean, this.#lstm.width, true));
    return [first, full(vectors.graph, vectors.dtype, [vectors.dim(0), this.config.hidden_dim], 0)];
  }

  step(memory: readonly Tensor[], vector: Tensor): DecoderStep {
    return this.#after(memory, this.#lstm.projected(vector));
  }

  #after([lstm, given]: readonly Tensor[], sums: Tensor): DecoderStep {
    const { hidden_dim: hidden, input_feeding: feeds } = this.config;
    const feed = (): Tensor =>
      matmul(given!, this.scope.child("feed").parameter("weight", [hidden, 4 * hidden], xavierInit));
    const after = this.#lstm.step(lstm!, feeds ? add(sums, feed()) : sums);
    const state = this.#lstm.summary(after);
    const { context, weights } = this.#attention.look(state);
    const states = tanh(linearLayer(this.scope.child("output"), concat([context, state], 1), hidden, true));
    return { memory: [after, states], states, attention: weights };
  }
}

/** PyText's RNNDecoder. */
export const RNNDecoder = component({
  kind: "sequence_decoder",
  name: "RNNDecoder",
  schema,
  build: (scope, config, source, input) => new Recurrent(scope, config, source, input),
});
