import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import {
  add,
  div,
  type Expression,
  elementwise,
  GRADIENT,
  mul,
  sqrt,
  sub,
  VALUE,
} from "./kernels/expression.js";
import { penalized } from "./moments.js";
import { checkGroups } from "./parameter-groups.js";
import { RuleOptimizer, type UpdateRule } from "./rule-optimizer.js";
import { COUPLED_DECAY, commonSettings } from "./settings.js";

const schema = Type.Object(
  {
    ...commonSettings({ lr: 0.001, weight_decay: 0, decay: COUPLED_DECAY }),
    momentum: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.9,
      description: "Share of a parameter's own value in its next one.",
    }),
    eps: Type.Number({
      exclusiveMinimum: 0,
      default: 1e-6,
      description: "Added to the cube root, and to the learning rate.",
    }),
  },
  {
    description:
      "MADGRAD (Defazio and Jelassi, 2021): dual averaging with the cube root of the sums of squared gradients.",
  },
);

/**
 * With `l_t = (lr + eps) sqrt(t)`: `s += l_t g`, `v += l_t g^2`, `z = x_0 - s / (v^(1/3) + eps)`,
 * `p = momentum p + (1 - momentum) z`. Kept is `d = p - x_0`, so that the first values need not be:
 * `d' = momentum d - (1 - momentum) s / (v^(1/3) + eps)`, `p += d' - d`. Row-sparse gradients touch their rows only, with t the
 * number of updates of the table.
 */
export const MADGRAD = component({
  kind: "optimizer",
  name: "MADGRAD",
  schema,
  check: checkGroups,
  create: (config) => new RuleOptimizer("MADGRAD", config, rule(config)),
});

/** Terms of the series 1/4 + 1/16 + ... = 1/3 in the exponent, and steps of Newton's method behind it. */
const [TERMS, STEPS] = [5, 2];

/** The cube root of a number from 0 on; `tiny` keeps it from 0. */
function cubeRoot(
  x: Expression,
  { tiny, third }: Readonly<Record<"tiny" | "third", Expression>>,
): Expression {
  const positive = add(x, tiny);
  let term = sqrt(sqrt(positive));
  let root = term;
  for (let i = 1; i < TERMS; i++) {
    term = sqrt(sqrt(term));
    root = mul(root, term);
  }
  // Newton: r - (r^3 - x) / (3 r^2) = r - (r - x / r^2) / 3.
  for (let i = 0; i < STEPS; i++) root = sub(root, mul(third, sub(root, div(div(positive, root), root))));
  return root;
}

const kernel = elementwise(
  [VALUE, GRADIENT, "s", "grad_sum_sq", "shift"],
  ["scale", "penalty", "lambda", "momentum", "gain", "eps", "tiny", "third"],
  (x, c) => {
    const g = penalized(x, c);
    const s = add(x.s, mul(c.lambda, g));
    const squares = add(x.grad_sum_sq, mul(mul(c.lambda, g), g));
    const dual = div(s, add(cubeRoot(squares, c), c.eps));
    const shift = sub(mul(c.momentum, x.shift), mul(c.gain, dual));
    return { s, grad_sum_sq: squares, shift, value: add(x.value, sub(shift, x.shift)) };
  },
);

function rule({ momentum, eps }: Static<typeof schema>): UpdateRule {
  return {
    slots: ["s", "grad_sum_sq", "shift"].map((name) => ({ name, initial: 0 })),
    kernels: [kernel],
    update(job, [run]) {
      const lambda = (job.lr + eps) * Math.sqrt(job.step);
      run!(job, [job.scale, job.weightDecay, lambda, momentum, 1 - momentum, eps, 1e-30, 1 / 3]);
    },
  };
}
