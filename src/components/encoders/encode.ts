import type { Scope } from "../../graph/scope.js";
import type { SlotValue } from "../../registry/component.js";
import type { ModelInputs } from "../contracts.js";
import { pieceHolder } from "../data/tensorizers/piece-holder.js";
import type { Encoded, Pieces } from "./contracts.js";

/** The pieces of the input `name`. Throws where there is no such input, or its numbers are no ids of pieces. */
export function piecesOf(inputs: ModelInputs, name: string, reader: string): Pieces {
  const { tensorizer, tensors } = inputs.need(name, reader);
  const { tokenizer, most } = pieceHolder(tensorizer, name, reader);
  return {
    ids: tensors.ids!,
    mask: tensors.mask!,
    segments: tensors.segments!,
    vocabulary: tokenizer.pieces.length,
    most,
  };
}

/** The encoder in a slot, over pieces. */
export function encode(scope: Scope, encoder: SlotValue<"encoder">, pieces: Pieces): Encoded {
  return scope.part("encoder", encoder, "encoder", (component, config, at) =>
    component.build(at, config, pieces),
  );
}
