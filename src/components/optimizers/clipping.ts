import { ptxError } from "../../registry/errors.js";
import type { MergedGradient, ParameterUpdate } from "./contracts.js";
import { sumOfSquares } from "./sum-of-squares.js";

/** Keeps the division defined at norm 0; the value that PyTorch's `clip_grad_norm_` adds. */
const NORM_GUARD = 1e-6;

/** What clipping by norm found and decided. */
export interface ClippedNorm {
  /** The norm of all gradients times the given scale, before clipping. */
  readonly norm: number;
  /** What gradients are to be multiplied by: the given scale times min(1, max norm / norm). */
  readonly scale: number;
}

/** The Euclidean norm of all gradients together. NaN or infinite when a gradient is. */
export function globalNorm(updates: readonly ParameterUpdate<MergedGradient>[]): number {
  let sum = 0;
  for (const { gradient } of updates) sum += squares(gradient);
  return Math.sqrt(sum);
}

/**
 * Clips by global norm without touching the gradients: returns the scale that `Optimizer.step` applies anyway.
 * Throws `PTX_TRAINING` naming the parameters whose gradient is not finite.
 */
export function clipByGlobalNorm(
  updates: readonly ParameterUpdate<MergedGradient>[],
  maxNorm: number,
  scale: number,
): ClippedNorm {
  const norm = globalNorm(updates) * Math.abs(scale);
  if (!Number.isFinite(norm)) throw notFinite(updates, norm);
  return { norm, scale: scale * Math.min(1, maxNorm / (norm + NORM_GUARD)) };
}

/**
 * Clips each gradient, taken times `scale`, to [-limit, limit], in place (the caller's gradient arrays change). Returns
 * the global norm, times `scale`, before clipping. Throws `PTX_TRAINING` naming the parameters whose gradient is not finite.
 */
export function clipByValue(
  updates: readonly ParameterUpdate<MergedGradient>[],
  limit: number,
  scale: number,
): number {
  const norm = globalNorm(updates) * Math.abs(scale);
  if (!Number.isFinite(norm)) throw notFinite(updates, norm);
  const bound = limit / Math.abs(scale);
  for (const { gradient } of updates) {
    const [data, length] = values(gradient);
    for (let i = 0; i < length; i++) {
      data[i] = Math.max(-bound, Math.min(bound, data[i]!));
    }
  }
  return norm;
}

function squares(gradient: MergedGradient): number {
  const [data, length] = values(gradient);
  return sumOfSquares(data, 0, length);
}

/** The valid numbers of a gradient: array and length. */
function values(gradient: MergedGradient): [Float32Array, number] {
  return gradient.kind === "dense"
    ? [gradient.data, gradient.data.length]
    : [gradient.rows, gradient.count * gradient.width];
}

function notFinite(updates: readonly ParameterUpdate<MergedGradient>[], norm: number): Error {
  const names = updates
    .filter(({ gradient }) => !Number.isFinite(squares(gradient)))
    .map(({ parameter }) => parameter.name);
  return ptxError(
    "PTX_TRAINING",
    names.join(", ") || "gradients",
    `the gradient norm is ${norm}; lower the learning rate, warm it up, or look for NaN in the inputs`,
  );
}
