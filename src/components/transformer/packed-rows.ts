/** @file Batches without their padding: in training nearly all of a Transformer's time goes by rows, and padded ones teach nothing. */
import { type Dim, mulDims, sizeOf } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { withGradient } from "../../graph/ops/custom-gradient.js";
import { add, cast, minimum, mul, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { concat, dimsTensor, full, range, reshape, split, unsqueeze } from "../../graph/ops/shaping.js";
import type { TokenPlaces } from "../../graph/scope.js";
import { sizedAxis } from "../sizes.js";

/** Where the parts of rows `[rows, parts]` stand in `[batch, parts, tokens]`, and the other way round. int64 both. */
interface PartPlaces {
  /** `[rows, parts]`: the place of each part in `[batch, parts, tokens]`. */
  readonly taken: Tensor;
  /** `[batch, parts, tokens]`: the part of `[rows, parts]` at each place; at padding the element behind the last. */
  readonly spread: Tensor;
}

/**
 * The tokens of a batch `[batch, tokens]` as rows without padding, and by heads for the attention between them. What attention
 * computes at padded places goes nowhere: no row is taken from there, and keys there get a weight of zero (`paddingBias`).
 * So results and gradients are those of the padded batch. Every move is undone by another one, so no gradient sums rows.
 */
export class PackedRows {
  readonly #states: PartPlaces;
  /** int64 `[batch, heads, tokens]`: where queries, keys and values stand in `[rows, 3 * heads]`; at padding those of the first row. */
  readonly #thirds: readonly Tensor[];

  /** @param heads of the attentions between the tokens */
  constructor(
    readonly at: TokenPlaces,
    heads: number,
  ) {
    this.#states = partPlaces(at, heads);
    const row = where(at.mask, at.ranks, 0);
    this.#thirds = [0, 1, 2].map((third) => partsOf(row, 3 * heads, third * heads, heads));
  }

  /** Tokens alone. `x [batch * tokens, dim] -> [rows, dim]`. */
  pack(x: Tensor): Tensor {
    const { places, ranks } = this.at;
    return withGradient(gather(x, places), [x], (dy) => [gather(withZero(dy), flat(ranks))]);
  }

  /** All places, zero at padding. `x [rows, dim] -> [batch * tokens, dim]`. */
  unpack(x: Tensor): Tensor {
    const { places, ranks } = this.at;
    return withGradient(gather(withZero(x), flat(ranks)), [x], (dy) => [gather(dy, places)]);
  }

  /**
   * Queries, keys and values, each by head: `x [rows, 3 * heads * size] -> 3 x [batch, heads, tokens, size]`. They are taken
   * from `x` at once; that its thirds are split off stands for the gradient alone.
   */
  byHead(x: Tensor, size: number): readonly [Tensor, Tensor, Tensor] {
    const { taken } = this.#states;
    const vectors = vectorsOf(x, size);
    const dim = sizedAxis(x, 1) / 3;
    const thirds = split(x, 1, [dim, dim, dim]);
    return this.#thirds.map((spread, i) =>
      withGradient(gather(vectors, spread), [thirds[i]!], (dy) => [
        reshape(gather(vectorsOf(dy, size), taken), thirds[i]!.shape),
      ]),
    ) as [Tensor, Tensor, Tensor];
  }

  /** What the heads give, side by side. `x [batch, heads, tokens, size] -> [rows, heads * size]`. */
  joined(x: Tensor, size: number): Tensor {
    const { taken, spread } = this.#states;
    const rows = gather(vectorsOf(x, size), taken);
    return withGradient(reshape(rows, [rows.dim(0), mulDims(rows.dim(1), size)]), [x], (dy) => [
      gather(withZero(vectorsOf(dy, size)), spread),
    ]);
  }
}

function partPlaces({ mask, places, ranks }: TokenPlaces, parts: number): PartPlaces {
  const { graph } = mask;
  const [batch, tokens] = [mask.dim(0), mask.dim(1)];
  const number = (size: Dim): Tensor => dimsTensor(graph, [size]);
  const first = add(
    unsqueeze(mul(range(graph, batch), number(mulDims(parts, tokens))), [1]),
    range(graph, tokens),
  );
  return {
    taken: add(unsqueeze(gather(flat(first), places), [1]), mul(range(graph, parts), number(tokens))),
    spread: minimum(partsOf(ranks, parts, 0, parts), number(mulDims(places.dim(0), parts))),
  };
}

/** `count` parts of rows from part `from` on, in `[rows, parts]`. `row [batch, tokens]` -> int64 `[batch, count, tokens]`. */
function partsOf(row: Tensor, parts: number, from: number, count: number): Tensor {
  const part = add(range(row.graph, count), from);
  return add(mul(unsqueeze(cast(row, "int64"), [1]), parts), unsqueeze(part, [1]));
}

const flat = (x: Tensor): Tensor => reshape(x, [sizeOf(x.shape)]);

/** `[..., parts * size] -> [parts, size]`, all parts one behind the other. */
function vectorsOf(x: Tensor, size: number): Tensor {
  return reshape(x, [-1, size]);
}

/** `x [rows, dim]` and a row of zeros behind. */
const withZero = (x: Tensor): Tensor => concat([x, full(x.graph, x.dtype, [1, x.dim(1)], 0)], 0);
