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
  const [tokens, batch] = emissions.shape;
  const labels = sizedAxis(emissions, 2);
  const into = swapAxes(weights.transitions);
  const start = expand(weights.start, [batch!, labels]);
  const { outputs } = scan({ states: [start], scanned: [emissions] }, ([arriving], [emission]) => {
    const best = add(arriving!, emission!);
    return { states: [reduceMax(add(unsqueeze(best, [1]), into), [2])], outputs: [best] };
  });
  // One label more, "none", is the only one at padding; the end is what leads to it.
  const inside = unsqueeze(mask, [2]);
  const none = where(inside, 2 * HIDDEN, full(graph, "float32", [tokens!, batch!, 1], 0));
  const scores = concat([where(inside, outputs[0]!, HIDDEN), none], 2);
  const ways = pad(concat([into, unsqueeze(weights.end, [0])], 0), [0, 0], [0, 1]);
  const last = full(graph, "int64", [batch!], labels);
  const path = scan({ states: [last], scanned: [scores], reverse: true }, ([next], [score]) => {
    const tag = argMax(add(gather(ways, next!), score!), 1);
    return { states: [tag], outputs: [tag] };
  });
  return where(mask, cast(path.outputs[0]!, "int32"), 0);
}
