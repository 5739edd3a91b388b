/** @file A row's text, or its two texts read together, as one vector. */
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import { Slot, type SlotValue } from "../../registry/component.js";
import type { Context } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import type { ModelInputs } from "../contracts.js";
import { zeroPadding } from "../masking.js";
import { encode, piecesOf } from "./encode.js";

/** The slots of models that make vectors of texts. */
interface TextVectorSlots {
  readonly encoder: SlotValue<"encoder">;
  readonly pooling: SlotValue<"pooling"> | null;
}

/** The config keys of `TextVectorSlots`; null is a value of `pooling` where it is the default. */
export const textVectorSlots = <P extends "MeanPool" | null>(pooling: P) => ({
  encoder: Slot("encoder", { default: "TransformerEncoder", description: "Pieces to states." }),
  pooling: Slot("pooling", {
    default: pooling,
    description: `The last layer's states to the text's vector, those of special pieces included${pooling === null ? "; null: the encoder's own word for a whole row (BERT's pooler)" : ""}.`,
  }),
});

/** Reads the files that the encoder's first values come from. */
export async function prepareEncoder(
  { encoder }: Pick<TextVectorSlots, "encoder">,
  context: Context,
): Promise<void> {
  const { component: part, config } = context.part("encoder", encoder);
  await part.prepare?.(config, context);
}

/**
 * The vectors `[batch, dim]` of the input `name`. Built for several inputs at one place, it is one encoder with one set of
 * parameters. Throws `PTX_CONFIG_VALUE` where the encoder has none and no pooling is given.
 * @param model the model that asks, for messages
 */
export function textVector(
  scope: Scope,
  { encoder, pooling }: TextVectorSlots,
  inputs: ModelInputs,
  name: string,
  model: string,
): Tensor {
  const pieces = piecesOf(inputs, name, model);
  const { states, pooled } = encode(scope, encoder, pieces, { pooled: pooling === null });
  const vectors = states.at(-1)!;
  if (pooling !== null) {
    return scope.part("pooling", pooling, "pooling", (part, options, at) =>
      part.build(at, options, { vectors: zeroPadding(vectors, pieces.mask), mask: pieces.mask }),
    );
  }
  if (pooled !== null) return pooled;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    `model.${model}.pooling`,
    "this encoder says nothing of a whole row by itself",
    'set pooling to "BoundaryPool" (the first piece) or "MeanPool"',
  );
}
