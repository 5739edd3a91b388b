import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import { Slot, type SlotValue } from "../../registry/component.js";
import type { Context } from "../../registry/context.js";
import type { ModelInputs, Predicted, Range } from "../contracts.js";

/** The slots that end a model which predicts a number for each row. */
export const regressionHead = {
  decoder: Slot("decoder", { default: "MLPDecoder", description: "The vector to one number." }),
  output_layer: Slot("regression_output_layer", {
    default: "RegressionOutputLayer",
    description: "That number to loss and prediction.",
  }),
};

/** The values of `regressionHead`. */
interface Head {
  readonly decoder: SlotValue<"decoder">;
  readonly output_layer: SlotValue<"regression_output_layer">;
}

/** Decoder and output layer over features `[batch, dim]`: `scores [batch]` for the target "labels". */
export function regress(scope: Scope, head: Head, features: Tensor, inputs: ModelInputs): Predicted {
  const made = scope.part("decoder", head.decoder, "decoder", (decoder, options, at) =>
    decoder.build(at, options, features, 1),
  );
  const { loss, scores } = scope.decision(
    "regression_output_layer",
    head.output_layer,
    "output_layer",
    made,
    (output, options, at, logits) => output.build(at, options, logits, inputs.find("labels")),
  );
  return { loss, outputs: { scores } };
}

/** Where the numbers of a model with this head lie; null: anywhere. */
export function headRange({ output_layer }: Pick<Head, "output_layer">, context: Context): Range | null {
  const { component: part, config } = context.part("regression_output_layer", output_layer);
  return part.range(config);
}
