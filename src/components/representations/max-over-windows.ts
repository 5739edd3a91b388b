import { addDims, type Dim, mulDims, sizeOf } from "../../graph/dims.js";
import type { Graph, Tensor } from "../../graph/graph.js";
import { withGradient } from "../../graph/ops/custom-gradient.js";
import type { Cotangent } from "../../graph/ops/define.js";
import { add, cast, minimum, mul, relu } from "../../graph/ops/elementwise.js";
import { gather, gatherElements, scatterAdd } from "../../graph/ops/lookup.js";
import { gemm, matmul } from "../../graph/ops/matrix.js";
import { argMax, reduceMax, reduceSum } from "../../graph/ops/reduction.js";
import {
  concat,
  dimsTensor,
  full,
  pad,
  range,
  reshape,
  slice,
  transpose,
  unsqueeze,
} from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import type { TokenVectors } from "../contracts.js";
import { distinctOf } from "../distinct.js";
import { sizedAxis } from "../sizes.js";

/** Which rows of a table of vectors stand in each window. */
export interface Windows {
  /** `[rows, dim]`. */
  readonly table: Tensor;
  /** Positions in the table, `[batch, windows, size]`. */
  readonly places: Tensor;
  /** How many windows each text has in the padded batch. */
  readonly count: Dim;
  readonly size: number;
}

/**
 * All windows of `size` places that touch each text, the outermost reaching over its edges. Windows past a text's last
 * one repeat it: repetition changes no maximum, so no mask is needed.
 */
function windowsOf(input: TokenVectors, size: number): Windows {
  const { table, places, blank } = distinctOf(input);
  const [batch, tokens] = [places.dim(0), places.dim(1)];
  const edge = size - 1;
  const count = addDims(tokens, edge);
  const wide = pad(places, [0, edge], [0, edge], blank);
  const last = unsqueeze(add(reduceSum(cast(input.mask, "int64"), [1]), edge - 1), [1, 2]);
  const starts = minimum(unsqueeze(range(places.graph, count), [0, 2]), last);
  const flat = reshape(add(starts, counting(places.graph, size)), [batch, mulDims(size, count)]);
  return { table, places: reshape(gatherElements(wide, flat, 1), [batch, count, size]), count, size };
}

/** 0, 1, ... `[1, 1, size]`: the places within a window. */
const counting = (graph: Graph, size: number): Tensor =>
  graph.constant("int64", [1, 1, size], [...Array(size).keys()]);

/**
 * The largest answer of each filter over the windows: `[batch, filters]`.
 * Each table row is multiplied once by the filters' weights for each place in a window; a window's answer is the sum of
 * its rows' products. Only one window answers for a filter and row, so the gradient is put together from those windows
 * alone: what each table row gets in each place of each filter, `[rows, size * filters]`, in one scatter; two products
 * make the rest.
 */
function maxAnswer({ table, places, count, size }: Windows, weight: Tensor): Tensor {
  const { graph } = table;
  const [batch, rows] = [places.dim(0), table.dim(0)];
  const [dim, filters] = [sizedAxis(table, 1), sizedAxis(weight, 1)];
  const byDim = reshape(transpose(reshape(weight, [size, dim, filters]), [1, 0, 2]), [dim, size * filters]);
  const products = reshape(gemm(table, byDim), [mulDims(size, rows), filters]);
  const lines = add(mul(places, size), counting(graph, size));
  const answers = reduceSum(gather(products, lines), [2]);
  return withGradient(reduceMax(answers, [1]), [table, weight], (dy, wants): Cotangent[] => {
    const before = unsqueeze(mul(range(graph, batch), dimsTensor(graph, [count])), [1]);
    const winner = add(argMax(answers, 1), before);
    const cells = gather(mul(reshape(lines, [mulDims(batch, count), size]), filters), winner);
    const filterOf = Array.from({ length: filters * size }, (_, i) => Math.floor(i / size));
    const parts = sizeOf([batch, filters, size]);
    const targets = reshape(add(cells, graph.constant("int64", [1, filters, size], filterOf)), [parts]);
    // A product with ones repeats along the last axis several times faster than Expand.
    const ones = graph.constant(dy.dtype, [1, size], Array<number>(size).fill(1));
    const shares = reshape(matmul(reshape(dy, [mulDims(batch, filters), 1]), ones), [parts]);
    const empty = full(graph, dy.dtype, [mulDims(rows, size * filters)], 0);
    const spread = reshape(scatterAdd(empty, targets, shares, 0), [rows, size * filters]);
    const byPlace = (x: Tensor): Tensor =>
      reshape(transpose(reshape(x, [dim, size, filters]), [1, 0, 2]), [size * dim, filters]);
    return [
      wants[0] ? gemm(spread, byDim, { transB: true }) : null,
      wants[1] ? byPlace(gemm(table, spread, { transA: true })) : null,
    ];
  });
}

/**
 * What filters of several window sizes answer, after bias and activation, side by side: `[batch, filters * sizes]` (Kim,
 * 2014). `answersOf` gives the largest answers of weights `[size * dim, filters]`, one for each size.
 * The filters of a size are at `conv0`, `conv1`, ... The bias is the same for all windows and the activation rises, so
 * both come after the maximum.
 */
function features(
  scope: Scope,
  dim: number,
  filters: number,
  sizes: readonly number[],
  answersOf: (weights: readonly Tensor[]) => Tensor,
): Tensor {
  const layers = sizes.map((size, i) => {
    const layer = scope.child(`conv${i}`);
    return {
      weight: layer.parameter("weight", [size * dim, filters], xavierInit),
      bias: layer.parameter("bias", [filters]),
    };
  });
  const answers = answersOf(layers.map(({ weight }) => weight));
  return relu(
    add(
      answers,
      concat(
        layers.map(({ bias }) => bias),
        0,
      ),
    ),
  );
}

/** The features of given windows, which `windowsOf` gives for each size: `[batch, filters * sizes]`. */
export function featuresOfWindows(
  scope: Scope,
  filters: number,
  sizes: readonly number[],
  windowsOf: (size: number) => Windows,
): Tensor {
  const windows = sizes.map(windowsOf);
  return features(scope, sizedAxis(windows[0]!.table, 1), filters, sizes, (weights) =>
    concat(
      windows.map((of, i) => maxAnswer(of, weights[i]!)),
      1,
    ),
  );
}

/** The features of all windows that touch each text: `[batch, filters * sizes]`. */
export function windowFeatures(
  scope: Scope,
  input: TokenVectors,
  filters: number,
  sizes: readonly number[],
): Tensor {
  if (scope.mode === "train")
    return featuresOfWindows(scope, filters, sizes, (size) => windowsOf(input, size));
  const dim = sizedAxis(input.vectors, 2);
  return features(scope, dim, filters, sizes, (weights) => maxAnswers(input, weights, sizes));
}

/** As `maxAnswer` for all sizes, by products over whole windows: fastest for single texts. */
function maxAnswers(input: TokenVectors, weights: readonly Tensor[], sizes: readonly number[]): Tensor {
  const widest = Math.max(...sizes);
  const { table, places, count } = windowsOf(input, widest);
  const largest = sizes.map((size, i) => {
    // The first windows of the widest width hold nothing but border in their first `size` places.
    const narrow = slice(slice(places, 1, widest - size, count), 2, 0, size);
    const windows = reshape(gather(table, narrow), [
      narrow.dim(0),
      narrow.dim(1),
      size * sizedAxis(table, 1),
    ]);
    return reduceMax(matmul(windows, weights[i]!), [1]);
  });
  return concat(largest, 1);
}
