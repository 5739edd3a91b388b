import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import type { SlotValue } from "../../registry/component.js";
import type { ModelInputs, ModelOutput } from "../contracts.js";

/** The slots that end every classifier. */
interface Head {
  readonly decoder: SlotValue<"decoder">;
  readonly output_layer: SlotValue<"output_layer">;
}

/** The end of every classifier: decoder and output layer over features `[batch, dim]`; the target is the input "labels". */
export function classify(
  scope: Scope,
  head: Head,
  features: Tensor,
  inputs: ModelInputs,
  labels: readonly string[],
): ModelOutput {
  return scope.part("output_layer", head.output_layer, "output_layer", (output, options, at) => {
    const { logits } = output.spec(options, labels);
    const decoded = scope.part("decoder", head.decoder, "decoder", (decoder, config, place) =>
      decoder.build(place, config, features, logits),
    );
    const predicted = output.build(at, options, decoded, inputs.find("labels"), labels);
    return { ...predicted, labels, decision: output.decision, threshold: output.threshold(options) };
  });
}
