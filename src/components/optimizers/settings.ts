import { type TNumber, Type } from "typebox";
import { parameterGroups } from "./parameter-groups.js";

/** The config keys that every optimizer has, with an optimizer's own defaults. */
export function commonSettings(defaults: { lr: number; weight_decay: number; decay: string }): {
  lr: TNumber;
  weight_decay: TNumber;
  layer_decay: TNumber;
  parameter_groups: typeof parameterGroups;
} {
  return {
    lr: Type.Number({
      minimum: 0,
      default: defaults.lr,
      description: "Learning rate before the schedule's factor.",
    }),
    weight_decay: Type.Number({ minimum: 0, default: defaults.weight_decay, description: defaults.decay }),
    layer_decay: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description:
        "Each layer of an encoder learns with this times the rate of the layer above it, the top layer with this times the rate of what stands on it, the embeddings as a layer below all (Howard and Ruder, 2018). 1: all alike. Rates of parameter_groups are multiplied too.",
    }),
    parameter_groups: parameterGroups,
  };
}

/** How weight decay works where it is coupled, as in PyTorch's Adam. */
export const COUPLED_DECAY =
  "L2 penalty: this times the parameter is added to its gradient. Of a row-sparse gradient, only the touched rows decay.";

/** How weight decay works where it is decoupled. */
export const DECOUPLED_DECAY =
  "Decoupled decay: parameters shrink by this times the learning rate. Of a row-sparse gradient, only the touched rows decay.";

/** The config keys of the decay rates and the guard that Adam and its relatives share. */
export function momentSettings(eps: number): { beta1: TNumber; beta2: TNumber; eps: TNumber } {
  return {
    beta1: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.9,
      description: "Decay rate of the running mean of gradients.",
    }),
    beta2: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.999,
      description: "Decay rate of the running mean of squared gradients.",
    }),
    eps: Type.Number({
      exclusiveMinimum: 0,
      default: eps,
      description: "Added to the root of the mean square, so that the division is defined.",
    }),
  };
}

/** The config of `momentSettings`. */
export interface MomentSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
}

/** The state arrays of Adam and its relatives, under PyTorch's names. */
export const MOMENT_SLOTS = [
  { name: "exp_avg", initial: 0 },
  { name: "exp_avg_sq", initial: 0 },
] as const;
