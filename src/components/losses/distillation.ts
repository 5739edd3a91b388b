import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, exp, mul, neg, sub } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { logSoftmax, reduceMean, reduceSum } from "../../graph/ops/reduction.js";
import type { Scope } from "../../graph/scope.js";
import { type CheckProblem, component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { pickTarget } from "./cross-entropy.js";
import { rowTotal } from "./totals.js";

/** How a student is compared with a teacher. */
export const distillationOptions = {
  objective: Type.Union([Type.Literal("kl"), Type.Literal("mse")], {
    default: "kl",
    description:
      '"kl": divergence of the student\'s probabilities from the teacher\'s, both at the temperature (Hinton et al., 2015); "mse": mean squared difference of their logits, each less its row\'s mean (Ba and Caruana, 2014; Tang et al., 2019).',
  }),
  temperature: Type.Union([Type.Null(), Type.Number({ exclusiveMinimum: 0 })], {
    default: null,
    description:
      'What logits are divided by; the divergence is multiplied by its square. Of "kl" only; null: 2.',
  }),
  hard_weight: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0,
    description: "Share of the cross entropy with the row's own label; the rest is the teacher's.",
  }),
};

const schema = Type.Object(distillationOptions, {
  description: "What a student learns from a teacher's logits, as SoftLabelTensorizer reads them.",
});

/** The resolved value of `distillationOptions`. */
export type DistillationOptions = Static<typeof schema>;

/** The rules between its keys. */
export const checkDistillation = ({ objective, temperature }: DistillationOptions): CheckProblem[] =>
  objective === "mse" && temperature !== null
    ? [{ path: "temperature", message: 'objective "mse" has no temperature: leave it out' }]
    : [];

/** The error for a loss without a teacher's logits; `tensorizer` reads them. */
export const needsTeacher = ({ path }: Scope, loss: string, tensorizer: string): Error =>
  ptxError(
    "PTX_CONFIG_VALUE",
    path,
    `${loss} compares with a teacher's logits, and the target has none`,
    `use ${tensorizer} for inputs.labels`,
  );

/** How far a student's logits are from a teacher's, over the last axis: `[..., labels]` both, `-> [...]`. */
export function distanceFromTeacher(
  student: Tensor,
  teacher: Tensor,
  { objective, temperature }: DistillationOptions,
): Tensor {
  return objective === "kl"
    ? divergence(student, teacher, temperature ?? 2)
    : squaredDifference(student, teacher);
}

/** `T^2 KL(softmax(teacher / T) || softmax(student / T))`. */
function divergence(student: Tensor, teacher: Tensor, temperature: number): Tensor {
  const [ours, theirs] = [student, teacher].map((logits) => logSoftmax(mul(logits, 1 / temperature)));
  return mul(reduceSum(mul(exp(theirs!), sub(theirs!, ours!)), [student.rank - 1]), temperature ** 2);
}

/** Mean squared difference of logits, whose common constant softmax does not see. */
function squaredDifference(student: Tensor, teacher: Tensor): Tensor {
  const difference = sub(student, teacher);
  const last = [student.rank - 1];
  const centred = sub(difference, reduceMean(difference, last, true));
  return reduceMean(mul(centred, centred), last);
}

/** `(1 - hard_weight) * soft + hard_weight * CE` for each row. Class weights count rows by their own label. */
export const DistillationLoss = component({
  kind: "loss",
  name: "DistillationLoss",
  schema,
  target: "class",
  soft: true,
  check: checkDistillation,
  build(scope, options, { logits, target, classWeights, soft }) {
    const { hard_weight: hard } = options;
    if (!soft) throw needsTeacher(scope, "DistillationLoss", "SoftLabelTensorizer");
    const ofTeacher = distanceFromTeacher(logits, soft, options);
    const rowWeights = classWeights === null ? null : gather(classWeights, target);
    if (hard === 0) return rowTotal(ofTeacher, rowWeights);
    const ofLabel = neg(pickTarget(logSoftmax(logits), target));
    return rowTotal(add(mul(ofTeacher, 1 - hard), mul(ofLabel, hard)), rowWeights);
  },
});
