import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { adamRule } from "./adam-rule.js";
import { checkGroups } from "./parameter-groups.js";
import { RuleOptimizer } from "./rule-optimizer.js";
import { COUPLED_DECAY, commonSettings, momentSettings } from "./settings.js";

/**
 * Adam (Kingma and Ba, 2015) as in `torch.optim.Adam`: m and v are running means of g and g^2, and
 * `p -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)`.
 * A row-sparse gradient moves m, v and p of the touched rows only, with t the number of updates of the table, as in
 * `torch.optim.SparseAdam`; unlike there, eps stands where it does in the dense form, so that both forms are one.
 */
export const Adam = component({
  kind: "optimizer",
  name: "Adam",
  schema: Type.Object(
    {
      ...commonSettings({ lr: 0.001, weight_decay: 0.00001, decay: COUPLED_DECAY }),
      ...momentSettings(1e-8),
    },
    { description: "Adam (Kingma and Ba, 2015), with the L2 penalty inside the gradient." },
  ),
  check: checkGroups,
  create: (config) => new RuleOptimizer("Adam", config, adamRule(config, false)),
});
