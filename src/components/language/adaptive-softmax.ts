import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, and, cast, greaterOrEqual, less, minimum, sub, where } from "../../graph/ops/elementwise.js";
import { gather, scatterAdd, unique } from "../../graph/ops/lookup.js";
import { gemm } from "../../graph/ops/matrix.js";
import { logSoftmax } from "../../graph/ops/reduction.js";
import { concat, dimsTensor, full, range, slice } from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { sizedAxis } from "../sizes.js";
import type { VocabularyOptions } from "./contracts.js";
import { type Classes, logitsOf, softmaxSurprisal } from "./softmax-surprisal.js";

const schema = Type.Object(
  {
    cutoffs: Type.Array(Type.Integer({ minimum: 1 }), {
      minItems: 1,
      default: [2000, 10000],
      description:
        "Where the vocabulary, frequent tokens first, is cut: tokens before the first cutoff stand in the head, each further stretch is a cluster.",
    }),
    div_value: Type.Number({
      minimum: 1,
      default: 4,
      description: "Cluster i, from 1, has vectors of dim / div_value^i numbers.",
    }),
  },
  {
    description:
      "Softmax in two steps: a frequent token or a cluster of rarer ones, then the token within the cluster (Grave et al., 2017). Exact, and fast for large vocabularies. Without biases.",
  },
);

type Config = Static<typeof schema>;

/** A stretch of the vocabulary behind the head. */
interface Cluster {
  readonly start: number;
  readonly end: number;
  /** `[dim, smaller]`. */
  readonly projection: Tensor;
  readonly classes: Classes;
}

/** Parameters: `head.weight [dim, first + clusters]`, `cluster0.projection`, `cluster0.weight [smaller, tokens]`, ... */
function partsOf(
  scope: Scope,
  { cutoffs, div_value }: Config,
  states: Tensor,
  { vocab, init }: VocabularyOptions,
): { readonly head: Classes; readonly clusters: readonly Cluster[] } {
  const last = cutoffs.at(-1)!;
  if (last >= vocab) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `${scope.path}.cutoffs`,
      `the last cutoff (${last}) must be below the size of the vocabulary (${vocab})`,
    );
  }
  const dim = sizedAxis(states, 1);
  const initial = init ?? xavierInit;
  const weight = (name: string, shape: readonly number[]): Tensor => scope.parameter(name, shape, initial);
  const linear = (name: string, shape: readonly number[]): Classes => ({
    weight: weight(name, shape),
    byRow: false,
    bias: null,
  });
  const clusters = cutoffs.map((start, i) => {
    const end = cutoffs[i + 1] ?? vocab;
    const smaller = Math.max(1, Math.floor(dim / div_value ** (i + 1)));
    return {
      start,
      end,
      projection: weight(`cluster${i}.projection`, [dim, smaller]),
      classes: linear(`cluster${i}.weight`, [smaller, end - start]),
    };
  });
  return { head: linear("head.weight", [dim, cutoffs[0]! + cutoffs.length]), clusters };
}

/** A cluster's share of the surprisal: only the rows whose target lies in it are computed. `-> [rows]`, 0 elsewhere. */
function within(
  scope: Scope,
  states: Tensor,
  targets: Tensor,
  { start, end, projection, classes }: Cluster,
): Tensor {
  const { graph } = states;
  const rows = states.dim(0);
  // A row more, of zeros: it stands for all rows that are not in the cluster, and there always is one.
  const none = dimsTensor(graph, [rows]);
  const inside = and(greaterOrEqual(targets, start), less(targets, end));
  const { values: members } = unique(concat([where(inside, range(graph, rows), none), none], 0));
  const dim = sizedAxis(states, 1);
  const own = gather(concat([states, full(graph, states.dtype, [1, dim], 0)], 0), members);
  const first = graph.constant(targets.dtype, [1], [start]);
  const ids = sub(gather(concat([targets, first], 0), members), start);
  const surprisal = softmaxSurprisal(scope.mode, gemm(own, projection), ids, classes);
  const zeros = concat([full(graph, states.dtype, [rows], 0), full(graph, states.dtype, [1], 0)], 0);
  return slice(scatterAdd(zeros, members, surprisal, 0), 0, 0, rows);
}

/** Softmax over frequent tokens and clusters of rarer ones. */
export const AdaptiveSoftmax = component({
  kind: "vocabulary_softmax",
  name: "AdaptiveSoftmax",
  schema,
  ties: false,
  check: ({ cutoffs }) =>
    cutoffs.every((cutoff, i) => i === 0 || cutoff > cutoffs[i - 1]!)
      ? []
      : [{ path: "cutoffs", message: `the cutoffs must rise, but they are ${cutoffs.join(", ")}` }],
  surprisal(scope, config, states, targets, options) {
    const { head, clusters } = partsOf(scope, config, states, options);
    const first = clusters[0]!.start;
    // A rare token's place in the head: its cluster's.
    const place = clusters
      .slice(1)
      .reduce(
        (at, { start }) => add(at, cast(greaterOrEqual(targets, start), targets.dtype)),
        minimum(targets, first),
      );
    return clusters
      .map((cluster) => within(scope, states, targets, cluster))
      .reduce(add, softmaxSurprisal(scope.mode, states, place, head));
  },
  logProbabilities(scope, config, states, options) {
    const { head, clusters } = partsOf(scope, config, states, options);
    const first = clusters[0]!.start;
    const top = logSoftmax(logitsOf(states, head));
    const tails = clusters.map(({ projection, classes }, i) =>
      add(logSoftmax(logitsOf(gemm(states, projection), classes)), slice(top, 1, first + i, first + i + 1)),
    );
    return concat([slice(top, 1, 0, first), ...tails], 1);
  },
});
