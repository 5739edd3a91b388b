import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { adamRule } from "./adam-rule.js";
import { checkGroups } from "./parameter-groups.js";
import { RuleOptimizer } from "./rule-optimizer.js";
import { commonSettings, DECOUPLED_DECAY, momentSettings } from "./settings.js";

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019) as in `torch.optim.AdamW`: `p *= 1 - lr * weight_decay` first. */
export const AdamW = component({
  kind: "optimizer",
  name: "AdamW",
  schema: Type.Object(
    { ...commonSettings({ lr: 0.001, weight_decay: 0.01, decay: DECOUPLED_DECAY }), ...momentSettings(1e-8) },
    {
      description:
        "Adam with decoupled weight decay (Loshchilov and Hutter, 2019): the usual choice for transformers.",
    },
  ),
  check: checkGroups,
  create: (config) => new RuleOptimizer("AdamW", config, adamRule(config, true)),
});
