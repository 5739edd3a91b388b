/** @file ONNX's fused recurrent operators: inference only. Training builds the same layers from `scan`, which has gradients. */
import type { Dim } from "../dims.js";
import type { Tensor, TensorType } from "../graph.js";
import { applyAll, define, type NoGradient, ShapeError } from "./define.js";
import { like, requireFloat, requireType } from "./rules.js";

const inferenceOnly: NoGradient = {
  none: "the fused recurrent operators are for inference; build the layer in training mode",
};

type Attributes = { hidden_size: number; direction: "forward" | "reverse" | "bidirectional" };

function recurrentTypes(
  x: Tensor,
  weight: Tensor,
  gates: number,
  { hidden_size, direction }: Attributes,
): TensorType {
  requireFloat(x);
  if (x.rank !== 3) throw new ShapeError("the input must be [tokens, batch, dim]");
  const directions: Dim = direction === "bidirectional" ? 2 : 1;
  if (weight.dim(0) !== directions || weight.dim(1) !== gates * hidden_size || weight.dim(2) !== x.dim(2)) {
    throw new ShapeError(`the weight must be [${directions},${gates * hidden_size},${x.dim(2)}]`);
  }
  return like(x, [x.dim(0), directions, x.dim(1), hidden_size]);
}

type LstmInputs = readonly [Tensor, Tensor, Tensor, Tensor, Tensor | null, Tensor | null, Tensor | null];

/** Gates in the order i, o, f, c. Outputs: all states `[tokens, directions, batch, hidden]`, last h and last c `[directions, batch, hidden]`. */
export const LSTM = define<LstmInputs, Attributes>("LSTM", {
  infer: ([x, weight, , , lengths], attributes) => {
    if (lengths !== null) requireType(lengths, "the lengths", "int32");
    const all = recurrentTypes(x, weight, 4, attributes);
    const last = like(x, all.shape.slice(1));
    return [all, last, last];
  },
  gradient: inferenceOnly,
});

type GruInputs = readonly [Tensor, Tensor, Tensor, Tensor, Tensor | null, Tensor | null];

/** Gates in the order z, r, h. Outputs: all states and the last one. */
export const GRU = define<GruInputs, Attributes & { linear_before_reset: 0 | 1 }>("GRU", {
  infer: ([x, weight, , , lengths], attributes) => {
    if (lengths !== null) requireType(lengths, "the lengths", "int32");
    const all = recurrentTypes(x, weight, 3, attributes);
    return [all, like(x, all.shape.slice(1))];
  },
  gradient: inferenceOnly,
});

/** What the fused operators are given: `x [tokens, batch, dim]`, `lengths` int32 `[batch]`, weights as ONNX stacks them. */
export interface FusedRecurrence {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly recurrence: Tensor;
  readonly bias: Tensor;
  readonly lengths: Tensor | null;
  /** The states before the first token, `[directions, batch, hidden]` each: h, and c of an LSTM. Null: zeros. */
  readonly initial: readonly Tensor[] | null;
  readonly hidden: number;
  readonly direction: Attributes["direction"];
}

/** What the fused operators give. */
export interface FusedStates {
  /** All hidden states, `[tokens, directions, batch, hidden]`. */
  readonly states: Tensor;
  /** The states after each row's last token, `[directions, batch, hidden]` each: h, and c of an LSTM. Rows without tokens: unsaid by ONNX. */
  readonly last: readonly Tensor[];
}

/** An LSTM. */
export function lstmFused(given: FusedRecurrence): FusedStates {
  const { x, weight, recurrence, bias, lengths, initial, hidden, direction } = given;
  const [h = null, c = null] = initial ?? [];
  const [states, ...last] = applyAll<LstmInputs, Attributes>(
    LSTM,
    [x, weight, recurrence, bias, lengths, h, c],
    { hidden_size: hidden, direction },
  );
  return { states, last };
}

/** A GRU whose reset gate works after the product. */
export function gruFused(given: FusedRecurrence): FusedStates {
  const { x, weight, recurrence, bias, lengths, initial, hidden, direction } = given;
  const [h = null] = initial ?? [];
  const [states, ...last] = applyAll<GruInputs, Attributes & { linear_before_reset: 0 | 1 }>(
    GRU,
    [x, weight, recurrence, bias, lengths, h],
    { hidden_size: hidden, direction, linear_before_reset: 1 },
  );
  return { states, last };
}
