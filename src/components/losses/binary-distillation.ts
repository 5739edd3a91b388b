import { Type } from "typebox";
import { add, mul, neg, sigmoid, softplus, sub } from "../../graph/ops/elementwise.js";
import { component } from "../../registry/component.js";
import { signedMargin } from "./binary-cross-entropy.js";
import { needsTeacher } from "./distillation.js";
import { labelTotal } from "./totals.js";

const TENSORIZERS = "SoftLabelListTensorizer (SoftLabelTensorizer for one label of two)";

const schema = Type.Object(
  {
    temperature: Type.Number({
      exclusiveMinimum: 0,
      default: 2,
      description: "What logits are divided by; the divergence is multiplied by its square.",
    }),
    hard_weight: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0,
      description: "Share of the cross entropy with the row's own labels; the rest is the teacher's.",
    }),
  },
  {
    description:
      "What a student that says yes or no to each label learns from a teacher's logits, as SoftLabelListTensorizer (SoftLabelTensorizer for one label of two) reads them: the divergence of its yes or no from the teacher's.",
  },
);

/**
 * For each row and label `(1 - hard_weight) T^2 KL(teacher || student) + hard_weight BCE`, where both say yes with the sigmoid
 * of their logit over T (PyText's KLDivergenceBCELoss). The mean is over rows and labels. Class weights `[labels]` count each
 * label's loss that many times in sum and count.
 */
export const BinaryDistillationLoss = component({
  kind: "loss",
  name: "BinaryDistillationLoss",
  schema,
  target: "labels",
  soft: true,
  build(scope, { temperature, hard_weight: hard }, { logits, target, classWeights, soft }) {
    if (!soft) throw needsTeacher(scope, "BinaryDistillationLoss", TENSORIZERS);
    const [ours, theirs] = [logits, soft].map((own) => mul(own, 1 / temperature));
    // p log(p / q) + (1 - p) log((1 - p) / (1 - q)), as -log sigmoid(x) = softplus(-x) = softplus(x) - x.
    const surprisal = sub(softplus(neg(ours!)), softplus(neg(theirs!)));
    const divergence = add(surprisal, mul(sigmoid(neg(theirs!)), sub(ours!, theirs!)));
    const ofTeacher = mul(divergence, temperature ** 2);
    if (hard === 0) return labelTotal(ofTeacher, classWeights);
    const ofLabels = softplus(neg(signedMargin(logits, target)));
    return labelTotal(add(mul(ofTeacher, 1 - hard), mul(ofLabels, hard)), classWeights);
  },
});
