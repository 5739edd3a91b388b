import { ptxError } from "../../../registry/errors.js";
import type { InputForm } from "../contracts.js";

/** Targets have no place in a graph that takes strings: throws `PTX_GRAPH` when one is asked for. */
export function noTargetStrings(form: InputForm, name: string): void {
  if (form !== "ids")
    throw ptxError("PTX_GRAPH", `inputs.${name}`, "a target cannot be built from strings: only inputs can");
}
