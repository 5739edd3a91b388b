import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import type { SlotValue } from "../../registry/component.js";
import type { Context } from "../../registry/context.js";
import type { Classified, DecisionRule, ModelInput } from "../contracts.js";
import { linearLayer } from "../decoders/hidden-layers.js";

/** The slots that end a classifier over features. */
interface Head {
  /** Null: one linear layer. */
  readonly decoder: SlotValue<"decoder"> | null;
  readonly output_layer: SlotValue<"output_layer">;
}

/**
 * The end of every classifier: its output layer over logits.
 * @param logitsOf makes as many logits as the output layer asks for, `[batch, count]`
 */
export function decide(
  scope: Scope,
  outputLayer: SlotValue<"output_layer">,
  logitsOf: (count: number) => Tensor,
  target: ModelInput | undefined,
  labels: readonly string[],
): Classified {
  const { component: layer, config } = scope.context.part("output_layer", outputLayer);
  const made = logitsOf(layer.spec(config, labels).logits);
  return scope.decision("output_layer", outputLayer, "output_layer", made, (output, options, at, logits) =>
    output.build(at, options, logits, target, labels),
  );
}

/** Decoder and output layer over features `[batch, dim]`. */
export function classify(
  scope: Scope,
  head: Head,
  features: Tensor,
  target: ModelInput | undefined,
  labels: readonly string[],
): Classified {
  const decode = (logits: number): Tensor =>
    head.decoder === null
      ? scope.within("decoder", (at) => linearLayer(at, features, logits, true))
      : scope.part(
          "decoder",
          head.decoder,
          "decoder",
          (decoder, config, at) => decoder.build(at, config, features, logits),
          labels,
        );
  return decide(scope, head.output_layer, decode, target, labels);
}

/** How the scores of a classifier with this output layer become labels. */
export function decisionOf(config: Pick<Head, "output_layer">, context: Context): DecisionRule {
  const { component: output, config: options } = context.part("output_layer", config.output_layer);
  return { decision: output.decision, threshold: output.threshold(options) };
}
