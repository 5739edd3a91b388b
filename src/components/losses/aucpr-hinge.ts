import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { withGradient } from "../../graph/ops/custom-gradient.js";
import { add, cast, div, equal, mul, neg, relu, sub } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { reshape, unsqueeze } from "../../graph/ops/shaping.js";
import { constantInit } from "../../graph/parameters.js";
import { component } from "../../registry/component.js";
import { sizedAxis } from "../sizes.js";
import { rowTotal } from "./totals.js";

const share = (standard: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 1, default: standard, description });

const schema = Type.Object(
  {
    precision_range_lower: share(0, "The least precision that counts."),
    precision_range_upper: share(1, "The largest precision that counts."),
    num_anchors: Type.Integer({
      minimum: 1,
      default: 20,
      description: "At how many levels of precision, evenly apart, recall is raised.",
    }),
  },
  {
    description:
      "A bound of the area under the curve of precision and recall of each class (Eban et al., 2017): recall at levels of precision, which multipliers that are learnt hold. Both are estimated from each batch, so batches should be large. Probabilities are the output layer's, softmax, and no estimates.",
  },
);

/** `max(0, x)`, whose gradient is turned round, below zero too: what the others make small, it makes large. */
const multiplier = (x: Tensor): Tensor => withGradient(relu(x), [x], (dy) => [neg(dy)]);

/**
 * Section 5 of Eban et al., "Scalable Learning of Non-Decomposable Objectives". For precisions `p_k`, thresholds `b [labels,
 * anchors]` and multipliers `l`: the mean over anchors of
 * `w_i ((1 + l (1 - p)) y max(0, 1 - (z - b)) + l p (1 - y) max(0, 1 + (z - b))) - l (1 - p) prior`, summed over rows and
 * labels; `prior = (1 + sum w y) / (2 + sum w)` of the batch. Row i weighs `classWeights[target]`, in the count too.
 */
export const AUCPRHingeLoss = component({
  kind: "loss",
  name: "AUCPRHingeLoss",
  schema,
  target: "class",
  check: ({ precision_range_lower: low, precision_range_upper: high }) =>
    low < high
      ? []
      : [{ path: "precision_range_lower", message: `${low} must be below precision_range_upper (${high})` }],
  build(scope, config, { logits, target, classWeights }) {
    const { precision_range_lower: low, precision_range_upper: high, num_anchors: anchors } = config;
    const { graph } = logits;
    const labels = sizedAxis(logits, 1);
    const parameter = (name: string, value: number): Tensor =>
      reshape(scope.parameter(name, [labels * anchors], constantInit(value)), [labels, anchors]);
    const thresholds = parameter("thresholds", 0);
    const lambda = multiplier(parameter("multipliers", 1));
    const precisions = Array.from({ length: anchors }, (_, k) => low + ((high - low) * (k + 1)) / anchors);
    const precision = graph.constant("float32", [anchors], precisions);
    const ids = graph.constant(target.dtype, [labels], [...Array(labels).keys()]);
    const holds = cast(equal(reshape(target, [target.dim(0), 1]), ids), "float32");
    const rows = classWeights === null ? null : gather(classWeights, target);
    const column = rows && unsqueeze(rows, [1]);
    const weighted = (x: Tensor): Tensor => (column === null ? x : mul(x, column));
    const margin = sub(unsqueeze(logits, [2]), thresholds);
    const [positive, negative] = [unsqueeze(holds, [2]), unsqueeze(sub(1, holds), [2])];
    const missed = mul(mul(relu(sub(1, margin)), positive), add(1, mul(lambda, sub(1, precision))));
    const wrong = mul(mul(relu(add(1, margin)), negative), mul(lambda, precision));
    const hinges = weighted(reduceSum(add(missed, wrong), [2]));
    const { count } = rowTotal(reduceSum(hinges, [1]), rows);
    const priors = div(add(reduceSum(weighted(holds), [0]), 1), add(count, 2));
    const held = mul(reduceSum(mul(lambda, sub(1, precision)), [1]), priors);
    const rowsInBatch = rowTotal(reduceSum(hinges, [1]), null).count;
    const sum = sub(reduceSum(hinges, [0, 1]), mul(reduceSum(held, [0]), rowsInBatch));
    return { sum: mul(sum, 1 / anchors), count: mul(count, labels) };
  },
});
