import { ptxError } from "../../registry/errors.js";
import type { FieldValue, Row, Tensorizer } from "./contracts.js";

/**
 * A row's values by tensorizer, once for each example that the row is: one, unless a tensorizer makes several of it. Throws
 * `PTX_DATA` where tensorizers disagree on how many. Targets come first: a row that they leave out is not counted by the inputs.
 */
export function examplesOf(row: Row, tensorizers: readonly Tensorizer[]): FieldValue[][][] {
  const several = new Map<Tensorizer, readonly FieldValue[][]>();
  const single = new Map<Tensorizer, FieldValue[]>();
  for (const role of ["target", "input"] as const) {
    for (const tensorizer of tensorizers) {
      if (tensorizer.role !== role) continue;
      if (tensorizer.examples === undefined) single.set(tensorizer, tensorizer.numberize(row));
      else several.set(tensorizer, tensorizer.examples(row));
    }
  }
  const counts = [...new Set([...several.values()].map(({ length }) => length))];
  if (counts.length > 1) {
    const message = `the inputs make different numbers of examples of this row: ${counts.join(", ")}`;
    throw ptxError("PTX_DATA", row.origin, message);
  }
  return Array.from({ length: counts[0] ?? 1 }, (_, i) =>
    tensorizers.map((tensorizer) => single.get(tensorizer) ?? several.get(tensorizer)![i]!),
  );
}
