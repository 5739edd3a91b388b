import { addDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { concat, pad, slice } from "../../graph/ops/shaping.js";
import type { CheckProblem } from "../../registry/component.js";

/**
 * What stands around each token, side by side: `around(x)[b, t]` is `x[b, t + offset]` for one offset after the other.
 * `x [batch, tokens, dim] -> [batch, tokens, offsets * dim]`; beyond a row's ends stands `outside` (see `pad`).
 * All windows that keep the axis of tokens are made by it, of vectors as of positions in a table.
 */
export function around(x: Tensor, offsets: readonly number[], outside: number | Tensor = 0): Tensor {
  const before = Math.max(0, -Math.min(...offsets));
  const after = Math.max(0, Math.max(...offsets));
  const wide = pad(x, [0, before, 0], [0, after, 0], outside);
  const shifted = offsets.map((offset) =>
    slice(wide, 1, before + offset, addDims(before + offset, x.dim(1))),
  );
  return concat(shifted, 2);
}

/** `first`, ..., `last`, `step` apart. */
export const offsetsFrom = (first: number, last: number, step = 1): number[] =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step);

/** Refuses windows that have no middle to stand at their token, unless they end there. `otherwise` is the key that makes them. */
export const checkWindows = (
  sizes: readonly number[],
  path: string,
  causal: boolean,
  otherwise: string,
): CheckProblem[] =>
  sizes.flatMap((size, i) =>
    causal || size % 2 === 1
      ? []
      : [
          {
            path: `${path}[${i}]`,
            message: `a window of ${size} tokens has no middle: take an odd size, or ${otherwise}`,
          },
        ],
  );
