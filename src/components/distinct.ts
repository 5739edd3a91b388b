import { sizeOf } from "../graph/dims.js";
import type { Tensor } from "../graph/graph.js";
import { cast, where } from "../graph/ops/elementwise.js";
import { gather, unique } from "../graph/ops/lookup.js";
import { rowsOf } from "../graph/ops/matrix.js";
import { concat, dimsTensor, full, range, reshape, squeeze } from "../graph/ops/shaping.js";
import type { DistinctVectors, TokenVectors } from "./contracts.js";
import { sizedAxis } from "./sizes.js";

/** The table with a row of zeros at its end, and that row's number. */
function withBlank(table: Tensor): { table: Tensor; blank: Tensor } {
  const { graph } = table;
  const zeros = full(graph, table.dtype, [1, sizedAxis(table, 1)], 0);
  return { table: concat([table, zeros], 0), blank: squeeze(dimsTensor(graph, [table.dim(0)]), [0]) };
}

/**
 * A look-up as a table of the different rows only, so that what is computed on it and its gradient follow the number
 * of different ids. `table [vocab, dim]`, `ids` and `mask [batch, tokens]`.
 */
export function distinctLookup(table: Tensor, ids: Tensor, mask: Tensor): DistinctVectors {
  const { values, places } = unique(cast(ids, "int64"));
  const found = withBlank(gather(table, values));
  return { ...found, places: where(mask, reshape(places, ids.shape), found.blank) };
}

/** Vectors as a table: as they were looked up, or one row for every place of the batch. */
export function distinctOf({ vectors, mask, distinct }: TokenVectors): DistinctVectors {
  if (distinct !== undefined) return distinct;
  const { graph } = vectors;
  const found = withBlank(rowsOf(vectors));
  const numbers = reshape(range(graph, sizeOf(mask.shape)), mask.shape);
  return { ...found, places: where(mask, numbers, found.blank) };
}

/** A look-up in a whole table whose row `blank` is zeros and stays so: what inference uses. */
export function wholeLookup(table: Tensor, ids: Tensor, blank: number): DistinctVectors {
  return { table, places: ids, blank: table.graph.constant(ids.dtype, [], [blank]) };
}
