import { blockStart, type UpdateRule } from "./rule-optimizer.js";
import { MOMENT_SLOTS, type MomentSettings } from "./settings.js";

/** The update of Adam, or of AdamW when `decoupled`; formulas at these components. */
export function adamRule({ beta1, beta2, eps }: MomentSettings, decoupled: boolean): UpdateRule {
  return {
    slots: MOMENT_SLOTS,
    update(job) {
      const { values, gradient, count, width, scale, weightDecay, lr, step } = job;
      const [mean, square] = [job.slots[0]!, job.slots[1]!];
      const stepSize = lr / (1 - beta1 ** step);
      const rootFactor = 1 / Math.sqrt(1 - beta2 ** step);
      const penalty = decoupled ? 0 : weightDecay;
      const keep = decoupled ? 1 - lr * weightDecay : 1;
      for (let k = 0; k < count; k++) {
        const [start, from] = [blockStart(job, k), k * width];
        adamBlock(
          values,
          start,
          gradient,
          from,
          width,
          mean,
          square,
          scale,
          penalty,
          keep,
          beta1,
          beta2,
          stepSize,
          rootFactor,
          eps,
        );
      }
    },
  };
}

/** The hot loop of training: one pass, every constant an argument so that it stays in a register. */
function adamBlock(
  values: Float32Array,
  start: number,
  gradient: Float32Array,
  from: number,
  length: number,
  mean: Float32Array,
  square: Float32Array,
  scale: number,
  penalty: number,
  keep: number,
  beta1: number,
  beta2: number,
  stepSize: number,
  rootFactor: number,
  eps: number,
): void {
  const [gain1, gain2] = [1 - beta1, 1 - beta2];
  const offset = from - start;
  for (let at = start, end = start + length; at < end; at++) {
    const value = values[at]!;
    const g = gradient[at + offset]! * scale + penalty * value;
    const m = beta1 * mean[at]! + gain1 * g;
    const v = beta2 * square[at]! + gain2 * g * g;
    mean[at] = m;
    square[at] = v;
    values[at] = keep * value - (stepSize * m) / (Math.sqrt(v) * rootFactor + eps);
  }
}
