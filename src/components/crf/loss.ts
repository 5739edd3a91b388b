import type { Tensor } from "../../graph/graph.js";
import { add, greater, mul, softplus, sub, where } from "../../graph/ops/elementwise.js";
import { gather, gatherElements } from "../../graph/ops/lookup.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { concat, full, pad, reshape, transpose, unsqueeze } from "../../graph/ops/shaping.js";
import { sizedAxis } from "../sizes.js";
import type { Chain } from "./chain.js";
import { type ForwardPass, logPartition } from "./forward-backward.js";

/**
 * The negative log-likelihood of the right labels of each row. `target` int32 `[batch, tokens]` -> `[batch]`, never
 * below 0 but for rounding; 0 for a row without tokens.
 *
 * A target that is not allowed has no likelihood, so its row is read as if its own sequence were allowed besides the
 * others: the loss stays finite, and goes to 0 as the target gets better than all of those.
 */
export function negativeLogLikelihood(chain: Chain, forward: ForwardPass, target: Tensor): Tensor {
  const { emissions, learned, allowed } = chain;
  const labels = sizedAxis(emissions, 2);
  const { graph } = target;
  // "No label" stands before the first token and behind the last one: start and end are transitions from and to it.
  const none = full(graph, target.dtype, [1, emissions.dim(1)], labels);
  const tags = where(chain.mask, transpose(target, [1, 0]), labels);
  const steps = add(mul(concat([none, tags], 0), labels + 1), concat([tags, none], 0));
  const size = (labels + 1) ** 2;
  const ends = concat([learned.transitions, unsqueeze(learned.end, [1])], 1);
  const starts = unsqueeze(pad(learned.start, [0], [1]), [0]);
  const table = reshape(concat([ends, starts], 0), [size]);
  const inside = unsqueeze(chain.mask, [2]);
  const chosen = gatherElements(emissions, where(inside, unsqueeze(tags, [2]), 0), 2);
  const said = reduceSum(where(inside, chosen, 0), [0, 2]);
  const score = add(said, reduceSum(gather(table, steps), [0]));
  const loss = sub(logPartition(chain, forward), score);
  if (allowed === null) return loss;
  const isBreak = Array.from({ length: size }, (_, step) => {
    const [from, to] = [Math.floor(step / (labels + 1)), step % (labels + 1)];
    if (from === labels) return to === labels || allowed.start[to] ? 0 : 1;
    return (to === labels ? allowed.end[from] : allowed.transitions[from * labels + to]) ? 0 : 1;
  });
  const breaks = reduceSum(gather(graph.constant("float32", [size], isBreak), steps), [0]);
  return where(greater(breaks, 0), softplus(loss), loss);
}
