/** @file Batches without their padding: in training nearly all of a Transformer's time goes by rows, and padded ones teach nothing. */
import { type Dim, mulDims, sizeOf } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { withGradient } from "../../graph/ops/custom-gradient.js";
import { add, cast, minimum, mul, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { concat, dimsTensor, full, range, reshape, unsqueeze } from "../../graph/ops/shaping.js";
import type { TokenPlaces } from "../../graph/scope.js";

/** Where the parts of rows `[rows, parts]` stand in `[batch, parts, tokens]`, and the other way round. int64 all. */
interface PartPlaces {
  /** `[rows, parts]`: the place of each part in `[batch, parts, tokens]`. */
  readonly taken: Tensor;
  /** `[batch, parts, tokens]`: the part of `[rows, parts]` at each place; at padding one of the first row. */
  readonly spread: Tensor;
  /** `[batch, parts, tokens]`: the same, at padding the element behind the last. */
  readonly spreadOrZero: Tensor;
}

/**
 * The tokens of a batch `[batch, tokens]` as rows without padding, and by heads for the attention between them. What attention
 * computes at padded places goes nowhere: no row is taken from there, and keys there get a weight of zero (`paddingBias`).
 * So results and gradients are those of the padded batch. Every move is undone by another one, so no gradient sums rows.
 */
export class PackedRows {
  readonly #states: PartPlaces;
  readonly #projections: PartPlaces;

  /** @param heads of the attentions between the tokens */
  constructor(
    readonly at: TokenPlaces,
    heads: number,
  ) {
    this.#states = partPlaces(at, heads);
    this.#projections = partPlaces(at, 3 * heads);
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

  /** Queries, keys and values of all heads, one behind the other. `x [rows, 3 * heads * size] -> [batch, 3 * heads, tokens, size]`. */
  byHead(x: Tensor, size: number): Tensor {
    const { taken, spread } = this.#projections;
    return withGradient(gather(vectorsOf(x, size), spread), [x], (dy) => [
      reshape(gather(vectorsOf(dy, size), taken), x.shape),
    ]);
  }

  /** What the heads give, side by side. `x [batch, heads, tokens, size] -> [rows, heads * size]`. */
  joined(x: Tensor, size: number): Tensor {
    const { taken, spreadOrZero } = this.#states;
    const rows = gather(vectorsOf(x, size), taken);
    return withGradient(reshape(rows, [rows.dim(0), mulDims(rows.dim(1), size)]), [x], (dy) => [
      gather(withZero(vectorsOf(dy, size)), spreadOrZero),
    ]);
  }
}

function partPlaces({ mask, places, ranks }: TokenPlaces, parts: number): PartPlaces {
  const { graph } = mask;
  const [batch, tokens] = [mask.dim(0), mask.dim(1)];
  const number = (size: Dim): Tensor => dimsTensor(graph, [size]);
  const part = range(graph, parts);
  const first = add(
    unsqueeze(mul(range(graph, batch), number(mulDims(parts, tokens))), [1]),
    range(graph, tokens),
  );
  const taken = add(unsqueeze(gather(flat(first), places), [1]), mul(part, number(tokens)));
  const spreadFrom = (row: Tensor): Tensor =>
    add(mul(unsqueeze(cast(row, "int64"), [1]), parts), unsqueeze(part, [1]));
  return {
    taken,
    spread: spreadFrom(where(mask, ranks, 0)),
    spreadOrZero: minimum(spreadFrom(ranks), number(mulDims(places.dim(0), parts))),
  };
}

const flat = (x: Tensor): Tensor => reshape(x, [sizeOf(x.shape)]);

/** `[..., parts * size] -> [parts, size]`, all parts one behind the other. */
function vectorsOf(x: Tensor, size: number): Tensor {
  return reshape(x, [-1, size]);
}

/** `x [rows, dim]` and a row of zeros behind. */
const withZero = (x: Tensor): Tensor => concat([x, full(x.graph, x.dtype, [1, x.dim(1)], 0)], 0);
