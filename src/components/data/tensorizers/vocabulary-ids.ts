import type { Tensor } from "../../../graph/graph.js";
import { equal, not } from "../../../graph/ops/elementwise.js";
import { encodeStrings } from "../../../graph/ops/lookup.js";
import { PAD_ID, UNK_ID, type Vocabulary } from "../../../text/vocabulary.js";
import type { InputTensors } from "../contracts.js";

/** A vocabulary inside a graph: `ids` (int64) of strings, and `mask` (bool), which is false for the empty strings that pad. */
export function vocabularyIds(strings: Tensor, { words, specials }: Vocabulary): InputTensors {
  const wordIds = words.map((_, index) => specials.length + index);
  return {
    ids: encodeStrings(strings, ["", ...words], [PAD_ID, ...wordIds], UNK_ID),
    mask: not(equal(strings, strings.graph.constant("string", [], [""]))),
  };
}
