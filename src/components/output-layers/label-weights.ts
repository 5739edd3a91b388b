import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import type { SlotValue } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { didYouMean } from "../../registry/nearest.js";
import type { Loss, LossTarget, ModelInput } from "../contracts.js";

/** How much each label counts in the loss. */
export const labelWeightsSchema = Type.Union(
  [Type.Null(), Type.Literal("balanced"), Type.Record(Type.String(), Type.Number({ minimum: 0 }))],
  {
    default: null,
    description:
      'How much each label counts in the loss: null = all alike; {"label": weight} (others 1); "balanced" = all occurrences of labels / (labels * occurrences of the label).',
  },
);

/** The weights in label order as a constant `[labels]`, or null. Throws `PTX_CONFIG_VALUE` for a label that does not exist. */
export function labelWeights(
  scope: Scope,
  config: Static<typeof labelWeightsSchema>,
  target: ModelInput,
  labels: readonly string[],
): Tensor | null {
  if (config === null) return null;
  const weights = config === "balanced" ? balanced(target, labels) : namedWeights(config, labels);
  return scope.graph.constant("float32", [labels.length], weights);
}

/** How often each label occurs in all, divided evenly, over how often it occurs; 0 for one that never does. */
function balanced({ tensorizer }: ModelInput, labels: readonly string[]): number[] {
  const counts = tensorizer.labelCounts?.();
  if (counts === undefined) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      "output_layer.label_weights",
      '"balanced" needs to know how often each label occurs in training, which the tensorizer of "labels" does not count',
      'give the weights as {"label": weight}',
    );
  }
  const total = counts.reduce((a, b) => a + b, 0);
  return labels.map((_, i) => (counts[i] ? total / (labels.length * counts[i]) : 0));
}

/** Weights by name in label order, 1 where none is given. Throws `PTX_CONFIG_VALUE` at `place` for a label that does not exist. */
export function namedWeights(
  config: Readonly<Record<string, number>>,
  labels: readonly string[],
  place = "output_layer.label_weights",
): number[] {
  const weights = new Map(Object.entries(config));
  for (const name of weights.keys()) {
    if (labels.includes(name)) continue;
    throw ptxError(
      "PTX_CONFIG_VALUE",
      place,
      `no label is called "${name}"${didYouMean(name, labels)}  known: ${labels.join(", ")}`,
    );
  }
  return labels.map((label) => weights.get(label) ?? 1);
}

/** Builds the loss in a slot. Throws `PTX_CONFIG_VALUE` when it wants another kind of target. */
export function buildLoss(
  scope: Scope,
  slot: SlotValue<"loss">,
  wanted: LossTarget,
  logits: Tensor,
  target: Tensor,
  classWeights: Tensor | null,
  soft?: Tensor,
): Loss {
  return scope.part("loss", slot, "loss", (loss, config, at) => {
    const { registry } = scope.context;
    const fitting = registry.names("loss").filter((name) => registry.get("loss", name).target === wanted);
    if (loss.target !== wanted) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        at.path,
        `${loss.name} compares ${loss.target}, but this output layer decides by ${wanted}; use ${fitting.join(" or ")}`,
      );
    }
    if (soft !== undefined && !loss.soft) {
      const reading = fitting.filter((name) => registry.get("loss", name).soft);
      throw ptxError(
        "PTX_CONFIG_VALUE",
        at.path,
        `the target has a teacher's logits, which ${loss.name} does not read; use ${reading.join(" or ")}, or another tensorizer for inputs.labels`,
      );
    }
    return loss.build(at, config, { logits, target, classWeights, ...(soft && { soft }) });
  });
}
