import { isDeepStrictEqual } from "node:util";
import { ptxError } from "../../../registry/errors.js";
import { Vocabulary } from "../../../text/vocabulary.js";
import type { Tensorizer } from "../contracts.js";
import { badState } from "./cells.js";

/** A tensorizer whose numbers are ids of a vocabulary. */
export interface VocabularyHolder extends Tensorizer {
  readonly vocabulary: Vocabulary;
  /**
   * Has one vocabulary with another tensorizer from now on, learnt from the words of both. Absent: it cannot. Throws
   * `PTX_CONFIG_VALUE` where the two would build it in different ways.
   */
  learnWith?(other: Tensorizer): void;
}

/**
 * The vocabulary behind an input's ids. Throws `PTX_CONFIG_VALUE` when the input has none.
 * @param reader the component that needs it, for the message
 */
export function vocabularyOf(tensorizer: Tensorizer | undefined, reader: string): Vocabulary {
  const { vocabulary } = (tensorizer ?? {}) as Partial<VocabularyHolder>;
  if (vocabulary !== undefined) return vocabulary;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    reader,
    `${reader} needs an input whose numbers are ids of a vocabulary, such as TokenTensorizer gives`,
  );
}

/** Whether the numbers of two inputs stand for the same things, as far as these were learnt or read from files. */
export const meanTheSame = (a: Tensorizer, b: Tensorizer): boolean =>
  a === b || isDeepStrictEqual(a.state(), b.state());

/** The vocabulary in the saved state `{ vocabulary }` of the input `name`. Throws `PTX_MODEL_FILE` when there is none. */
export function savedVocabulary(state: unknown, name: string): Vocabulary {
  const { vocabulary } = (state ?? {}) as { vocabulary?: unknown };
  if (vocabulary === undefined) throw badState(name, "a vocabulary");
  return Vocabulary.fromJSON(vocabulary, `inputs.${name}`);
}
