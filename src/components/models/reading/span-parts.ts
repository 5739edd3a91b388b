/** @file What the models that answer questions by a part of a text have in common. */
import { type Static, Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import type { Scope } from "../../../graph/scope.js";
import { Slot } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import type { ModelInputs, Predicted, SpanRule } from "../../contracts.js";

/** The target of these models. */
export const answersInput = Slot("tensorizer", {
  default: "SquadAnswerTensorizer",
  description: "What is to be found.",
});

/** The slot for what makes answers of logits. */
export const spanOutput = {
  output_layer: Slot("span_output_layer", {
    default: "SquadOutputLayer",
    description: "Logits to loss and answers.",
  }),
};

const outputSchema = () => Type.Object(spanOutput);
type WithOutput = Static<ReturnType<typeof outputSchema>>;

/** How answers are chosen. */
export function spanRule({ output_layer }: WithOutput, context: Context): SpanRule {
  const { component, config } = context.part("span_output_layer", output_layer);
  return component.rule(config);
}

/** What the output layer makes of `logits [batch, places, 2]`; answers are looked for where `context [batch, places]` (bool) is true. */
export const answersFrom = (
  scope: Scope,
  { output_layer }: WithOutput,
  logits: Tensor,
  context: Tensor,
  inputs: ModelInputs,
): Predicted =>
  scope.part("span_output_layer", output_layer, "output_layer", (output, options, at) =>
    output.build(at, options, logits, context, inputs.find("answers")),
  );
