import type { Tensor } from "../../graph/graph.js";
import { add, cast, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { argMax, reduceMax } from "../../graph/ops/reduction.js";
import { scan } from "../../graph/ops/scan.js";
import { concat, expand, full, pad, swapAxes, unsqueeze } from "../../graph/ops/shaping.js";
import { HIDDEN } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import type { Chain } from "./chain.js";

/**
 * The label sequence with the largest score of each row (Viterbi, 1967). `-> int32 [tokens, batch]`, 0 at padding.
 * Of equally good sequences it is one. The loop back looks again for the best way to the label that it stands at, which
 * costs less than remembering it for all labels on the way there.
 */
export function viterbi({ emissions, mask, weights }: Chain): Tensor {
  const { graph } = emissions;
  const batch = emissions.dim(1);
  const labels = sizedAxis(emissions, 2);
  const into = swapAxes(weights.transitions);
  const start = expand(weights.start, [batch, labels]);
  const { outputs } = scan({ states: [start], scanned: [emissions] }, ([arriving], [emission]) => {
    const best = add(arriving!, emission!);
    return { states: [reduceMax(add(unsqueeze(best, [1]), into), [2])], outputs: [best] };
  });
  // One label more, "none": the only one at padding and nowhere else. The end is what leads to it.
  const [always, never] = [-HIDDEN, 2 * HIDDEN].map((score) => graph.constant("float32", [], [score]));
  const scores = concat([outputs[0]!, where(unsqueeze(mask, [2]), never!, always!)], 2);
  const ways = pad(concat([into, unsqueeze(weights.end, [0])], 0), [0, 0], [0, 1]);
  const last = full(graph, "int64", [batch], labels);
  const path = scan({ states: [last], scanned: [scores], reverse: true }, ([next], [score]) => {
    const tag = argMax(add(gather(ways, next!), score!), 1);
    return { states: [tag], outputs: [cast(tag, "int32")] };
  });
  return where(mask, path.outputs[0]!, 0);
}
