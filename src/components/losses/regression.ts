/** @file Losses of predicted numbers. */
import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { abs, minimum, mul, sub } from "../../graph/ops/elementwise.js";
import { component } from "../../registry/component.js";
import { rowTotal } from "./totals.js";

const squared = (x: Tensor): Tensor => mul(x, x);

/** The mean squared difference. */
export const MSELoss = component({
  kind: "loss",
  name: "MSELoss",
  schema: Type.Object({}, { description: "The squared difference of predicted and right number." }),
  target: "number",
  build: (_scope, _config, { logits, target }) => rowTotal(squared(sub(logits, target)), null),
});

/** The mean absolute difference. */
export const MAELoss = component({
  kind: "loss",
  name: "MAELoss",
  schema: Type.Object({}, { description: "The absolute difference of predicted and right number." }),
  target: "number",
  build: (_scope, _config, { logits, target }) => rowTotal(abs(sub(logits, target)), null),
});

const huberSchema = Type.Object(
  {
    delta: Type.Number({
      exclusiveMinimum: 0,
      default: 1,
      description: "Up to this difference the loss is a square, beyond it a straight line.",
    }),
  },
  { description: "Half the squared difference where it is small, a straight line beyond (Huber, 1964)." },
);

/** `c (|d| - c / 2)` for `c = min(|d|, delta)`: `d^2 / 2` up to delta, `delta (|d| - delta / 2)` beyond. */
export const HuberLoss = component({
  kind: "loss",
  name: "HuberLoss",
  schema: huberSchema,
  target: "number",
  build(_scope, { delta }, { logits, target }) {
    const size = abs(sub(logits, target));
    const cut = minimum(size, delta);
    return rowTotal(mul(cut, sub(size, mul(cut, 0.5))), null);
  },
});
