import type { Scope } from "../../graph/scope.js";
import type { SlotValue } from "../../registry/component.js";
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

/** The encoder in a slot, over pieces. */
export function encode(scope: Scope, encoder: SlotValue<"encoder">, pieces: Pieces, wanted: Wanted): Encoded {
  return scope.part("encoder", encoder, "encoder", (component, config, at) =>
    component.build(at, config, pieces, wanted),
  );
}
