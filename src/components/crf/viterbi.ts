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
 * The label sequence with the largest score of each row (Viterbi, 1967). `-> int32 [tokens, batch]`; at padding the
 * number of labels. Of equally good sequences it is one. The loop back looks again for the best way to the label that it
 * stands at, which costs less than remembering it for all labels on the way there. Rows stand behind labels in the loops,
 * so that no step has to insert an axis.
 */
export function viterbi({ emissions, mask, weights }: Chain): Tensor {
  const { graph } = emissions;
  const batch = emissions.dim(1);
  const labels = sizedAxis(emissions, 2);
  const eachWay = unsqueeze(swapAxes(weights.transitions), [2]);
  const start = expand(unsqueeze(weights.start, [1]), [labels, batch]);
  const scanned = [swapAxes(emissions)];
  const { outputs } = scan({ states: [start], scanned }, ([arriving], [emission]) => {
    const best = add(arriving!, emission!);
    return { states: [reduceMax(add(best, eachWay), [1])], outputs: [best] };
  });
  // One label more, "none": the only one at padding and nowhere else. The end is what leads to it.
  const [always, never] = [-HIDDEN, 2 * HIDDEN].map((score) => graph.constant("float32", [], [score]));
  const scores = concat([outputs[0]!, where(unsqueeze(mask, [1]), never!, always!)], 1);
  const ways = pad(concat([weights.transitions, unsqueeze(weights.end, [1])], 1), [0, 0], [1, 0]);
  const last = full(graph, "int64", [batch], labels);
  const path = scan({ states: [last], scanned: [scores], reverse: true }, ([next], [score]) => {
    const tag = argMax(add(gather(ways, next!, 1), score!), 0);
    return { states: [tag], outputs: [cast(tag, "int32")] };
  });
  return path.outputs[0]!;
}
