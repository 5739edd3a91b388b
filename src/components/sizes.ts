import type { Tensor } from "../graph/graph.js";

/** The size of an axis that must be a number (a feature axis), for sizing parameters. */
export function sizedAxis(x: Tensor, axis: number): number {
  const size = x.dim(axis);
  if (typeof size !== "number") throw x.graph.error(`axis ${axis} of ${x} must have a fixed size here`);
  return size;
}
