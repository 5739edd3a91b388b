import type { Tensor } from "../../../graph/graph.js";
import { equal, not } from "../../../graph/ops/elementwise.js";
import { encodeStrings } from "../../../graph/ops/lookup.js";
import type { Scope } from "../../../graph/scope.js";
import { PAD_ID, UNK_ID, type Vocabulary } from "../../../text/vocabulary.js";
import type { FieldSpec, InputTensors } from "../contracts.js";

/** Ids as an input of the graph, int32 `[batch, ...axes]`, and `mask` (bool), which is false where they pad. */
export function idsInput(scope: Scope, name: string, axes: FieldSpec["dims"]): { ids: Tensor; mask: Tensor } {
  const ids = scope.graph.input(name, "int32", ["batch", ...axes]);
  return { ids, mask: not(equal(ids, PAD_ID)) };
}

/** A vocabulary inside a graph: `ids` (int64) of strings, and `mask` (bool), which is false for the empty strings that pad. */
export function vocabularyIds(strings: Tensor, { words, specials }: Vocabulary): InputTensors {
  const wordIds = words.map((_, index) => specials.length + index);
  return {
    ids: encodeStrings(strings, ["", ...words], [PAD_ID, ...wordIds], UNK_ID),
    mask: not(equal(strings, strings.graph.constant("string", [], [""]))),
  };
}
