import { type TInteger, type TLiteral, type TNull, type TNumber, type TUnion, Type } from "typebox";
import { ptxError } from "../../registry/errors.js";
import type { Scheduler, ScheduleUnit } from "./contracts.js";

/** A schedule that is a function of the completed steps or epochs alone, and so has no state. */
export function closedForm(unit: ScheduleUnit, factor: (completed: number) => number): Scheduler {
  return {
    unit,
    factor: ({ step, epoch }) => factor(unit === "batch" ? step : epoch),
    observe: () => {},
    state: () => ({}),
    load(state) {
      const [unknown] = Object.keys(state);
      if (unknown !== undefined) {
        throw ptxError(
          "PTX_MODEL_FILE",
          "scheduler",
          `the saved state holds "${unknown}", which this schedule has no use for`,
        );
      }
    },
  };
}

/** The config key `unit` of schedules that make sense either way. */
export function unitSetting(byDefault: ScheduleUnit): TUnion<[TLiteral<"batch">, TLiteral<"epoch">]> {
  return Type.Union([Type.Literal("batch"), Type.Literal("epoch")], {
    default: byDefault,
    description: "Whether the schedule counts optimizer steps (batch) or epochs.",
  });
}

/** An absolute learning rate as a factor of the optimizer's. Throws `PTX_CONFIG_VALUE` when that is 0. */
export function relative(rate: number, lr: number, where: string): number {
  if (lr === 0) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      where,
      "a rate of its own cannot be reached from the optimizer's lr of 0; give the optimizer an lr above 0",
    );
  }
  return rate / lr;
}

/** The config key `warmup_steps`. */
export function warmupSteps(minimum: number, byDefault: number): TInteger {
  return Type.Integer({
    minimum,
    default: byDefault,
    description: "Optimizer steps in which the learning rate rises to its full height.",
  });
}

/**
 * The linear rise that all warm-ups share: the first of `steps` updates has 1/steps of the rate, the last one all of it.
 * `completed` is the number of updates done before.
 */
export function rise(completed: number, steps: number): number {
  return (completed + 1) / steps;
}

/** An absolute learning rate in place of the optimizer's. */
export function rateSetting(what: string): TUnion<[TNumber, TNull]> {
  return Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Null()], {
    default: null,
    description: `${what}; null for the optimizer's lr.`,
  });
}
