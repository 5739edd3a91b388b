import type { Scope } from "../../graph/scope.js";
import type { SlotValue } from "../../registry/component.js";
import type { Token } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import type { ModelInputs } from "../contracts.js";
import { isPieceTensorizer } from "../data/contracts.js";
import type { Encoded, Pieces, Wanted } from "./contracts.js";

/** The pieces of the input `name`. Throws where there is no such input, or its numbers are no ids of pieces. */
export function piecesOf(inputs: ModelInputs, name: string, reader: string): Pieces {
  const { tensorizer, tensors } = inputs.need(name, reader);
  if (!isPieceTensorizer(tensorizer)) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `inputs.${name}`,
      `${reader} needs the ids of a model's pieces, such as BERTTensorizer gives`,
    );
  }
  const { tokenizer, most } = tensorizer;
  return {
    ids: tensors.ids!,
    mask: tensors.mask!,
    segments: tensors.segments!,
    vocabulary: tokenizer.pieces.length,
    most,
  };
}

/** An encoder that a graph was built with. */
export interface BuiltEncoder {
  /** Its place: what the paths of its parameters begin with. */
  readonly place: string;
  readonly slot: SlotValue<"encoder">;
}

/** Where `encode` writes down what it builds, if somebody has provided a list. */
export const builtEncoders: Token<BuiltEncoder[]> = Symbol("built encoders");

/** The encoder in a slot, over pieces. */
export function encode(scope: Scope, encoder: SlotValue<"encoder">, pieces: Pieces, wanted: Wanted): Encoded {
  return scope.part("encoder", encoder, "encoder", (component, config, at) => {
    scope.context.find(builtEncoders)?.push({ place: at.path, slot: encoder });
    return component.build(at, config, pieces, wanted);
  });
}
