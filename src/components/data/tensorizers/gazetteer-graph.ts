import type { Tensor } from "../../../graph/graph.js";
import { equal, maximum, not, sub, where } from "../../../graph/ops/elementwise.js";
import { encodeStrings, gather } from "../../../graph/ops/lookup.js";
import { scan } from "../../../graph/ops/scan.js";
import { full, swapAxes } from "../../../graph/ops/shaping.js";
import { PHRASE_SEPARATOR, type PhraseFinder } from "../../../text/phrases.js";
import { PAD_ID } from "../../../text/vocabulary.js";
import type { InputTensors } from "../contracts.js";
import { tokenRuns } from "./token-runs.js";

/** The features of a phrase: id and weight of each. */
export type Meaning = readonly (readonly [id: number, weight: number])[];

/**
 * The features of each token from the tokens' strings `[batch, tokens]`: `ids`, `weights` and `mask`, each
 * `[batch, tokens, features]`. Finds what `PhraseFinder.find` does.
 * @param meanings by the phrase's number
 */
export function dictionaryFeatures(
  strings: Tensor,
  finder: PhraseFinder,
  meanings: readonly Meaning[],
): InputTensors {
  const { graph } = strings;
  const width = meanings.reduce((most, { length }) => Math.max(most, length), 1);
  // Row 0 is for tokens outside of phrases.
  const cells = [[], ...meanings].flatMap((pairs: Meaning) =>
    Array.from({ length: width }, (_, i) => pairs[i] ?? ([PAD_ID, 0] as const)),
  );
  const shape = [meanings.length + 1, width];
  const ids = graph.constant(
    "int64",
    shape,
    cells.map(([id]) => id),
  );
  const weights = graph.constant(
    "float32",
    shape,
    cells.map(([, weight]) => weight),
  );
  const phrases = phraseOfEachToken(strings, finder);
  const found = gather(ids, phrases);
  return { ids: found, weights: gather(weights, phrases), mask: not(equal(found, PAD_ID)) };
}

/** One more than the number of the phrase that each token belongs to; 0 outside of phrases. int64 `[batch, tokens]`. */
function phraseOfEachToken(strings: Tensor, finder: PhraseFinder): Tensor {
  const { graph } = strings;
  const zeros = full(graph, "int64", [...strings.shape], 0);
  // The longest phrase that starts at each token, and how long it is.
  let [starting, lengths] = [zeros, zeros];
  const keys = finder.keysByLength();
  const runs = tokenRuns(strings, Math.max(...keys.keys()), PHRASE_SEPARATOR);
  for (const [n, run] of runs.entries()) {
    const phrases = keys.get(n + 1);
    if (phrases === undefined) continue;
    const number = encodeStrings(
      run,
      [...phrases.keys()],
      [...phrases.values()].map((id) => id + 1),
      0,
    );
    const none = equal(number, 0);
    starting = where(none, starting, number);
    lengths = where(none, lengths, n + 1);
  }
  const before = full(graph, "int64", [strings.dim(0)], 0);
  const { outputs } = scan(
    { states: [before, before], scanned: [swapAxes(starting), swapAxes(lengths)] },
    ([left, inside], [starts, length]) => {
      const free = equal(left!, 0);
      const phrase = where(free, starts!, inside!);
      return { states: [maximum(sub(where(free, length!, left!), 1), 0), phrase], outputs: [phrase] };
    },
  );
  return swapAxes(outputs[0]!);
}
