import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConstantLR } from "../../../src/components/schedulers/constant-lr.js";
import type { ScheduleInfo, Scheduler } from "../../../src/components/schedulers/contracts.js";
import { CosineAnnealingLR } from "../../../src/components/schedulers/cosine-annealing-lr.js";
import { CyclicLR } from "../../../src/components/schedulers/cyclic-lr.js";
import { ExponentialLR } from "../../../src/components/schedulers/exponential-lr.js";
import { OneCycleLR } from "../../../src/components/schedulers/one-cycle-lr.js";
import { PolynomialDecayScheduler } from "../../../src/components/schedulers/polynomial-decay-scheduler.js";
import { SchedulerWithWarmup } from "../../../src/components/schedulers/scheduler-with-warmup.js";
import { StepLR } from "../../../src/components/schedulers/step-lr.js";
import { WarmupScheduler } from "../../../src/components/schedulers/warmup-scheduler.js";
import { Registry } from "../../../src/registry/registry.js";
import { configOf, contextWith, problemOf } from "../optimizers/tools.js";

const components = {
  ConstantLR,
  StepLR,
  ExponentialLR,
  CosineAnnealingLR,
  PolynomialDecayScheduler,
  WarmupScheduler,
  SchedulerWithWarmup,
  OneCycleLR,
  CyclicLR,
};
type Name = keyof typeof components;

const recorded = JSON.parse(
  readFileSync(new URL("../optimizers/fixtures/schedulers.json", import.meta.url), "utf8"),
) as { lr: number; cases: { scheduler: Name; config: object; rates: number[] }[] };

const run: ScheduleInfo = { stepsBefore: (epoch) => 10 * epoch, epochs: 5, totalSteps: 50, lr: 0.1 };

function make(name: Name, keys: object = {}, info: Partial<ScheduleInfo> = {}): Scheduler {
  const { schema, create } = components[name];
  const context = contextWith(new Registry().add(...Object.values(components)));
  return create(configOf(schema, keys), { ...run, ...info }, context);
}

/** The factor of the update after `step` others. */
const at = (scheduler: Scheduler, step: number, stepsPerEpoch = run.stepsBefore(1)): number =>
  scheduler.factor({ step, epoch: Math.floor(step / stepsPerEpoch) });

/** The factors by the schedule's own unit. */
const rates = (scheduler: Scheduler, count: number): number[] =>
  Array.from({ length: count }, (_, n) =>
    scheduler.factor(scheduler.unit === "batch" ? { step: n, epoch: 0 } : { step: 7 * n, epoch: n }),
  );

describe("schedules follow PyTorch's", () => {
  it.each(recorded.cases)("$scheduler $config", ({ scheduler, config, rates: expected }) => {
    const actual = rates(make(scheduler, config, { lr: recorded.lr }), expected.length);
    actual.forEach((factor, n) => {
      expect(factor * recorded.lr).toBeCloseTo(expected[n]!, 12);
    });
  });
});

it("ExponentialLR can hold the full rate for some epochs, as Zaremba et al. (2014) do for four", () => {
  const factors = rates(make("ExponentialLR", { gamma: 0.5, hold: 4 }), 7);
  expect(factors).toEqual([1, 1, 1, 1, 0.5, 0.25, 0.125]);
});

describe("each schedule", () => {
  it.each<[Name, object, string]>([
    ["ConstantLR", {}, "epoch"],
    ["StepLR", {}, "epoch"],
    ["StepLR", { unit: "batch" }, "batch"],
    ["ExponentialLR", {}, "epoch"],
    ["CosineAnnealingLR", {}, "batch"],
    ["CosineAnnealingLR", { unit: "epoch" }, "epoch"],
    ["PolynomialDecayScheduler", {}, "batch"],
    ["WarmupScheduler", {}, "batch"],
    [
      "SchedulerWithWarmup",
      { warmup_steps: 5, scheduler: { StepLR: { step_size: 1, gamma: 0.1, unit: "epoch" } } },
      "batch",
    ],
    ["OneCycleLR", {}, "batch"],
    ["CyclicLR", { max_lr: 1 }, "batch"],
  ])("%s %o counts in its unit and ignores the other", (name, keys, unit) => {
    const scheduler = make(name, keys);
    expect(scheduler.unit).toBe(unit);
    if (name === "SchedulerWithWarmup") return;
    fc.assert(
      fc.property(fc.nat({ max: 60 }), fc.nat({ max: 60 }), fc.nat({ max: 60 }), (n, other, another) => {
        const progress = (rest: number) =>
          unit === "batch" ? { step: n, epoch: rest } : { step: rest, epoch: n };
        expect(scheduler.factor(progress(other))).toBe(scheduler.factor(progress(another)));
      }),
    );
  });

  it.each(Object.keys(components) as Name[])(
    "%s has no state to save, and takes none of another schedule",
    (name) => {
      const scheduler = make(name, { max_lr: 1, warmup_steps: 3, scheduler: { ConstantLR: {} } });
      scheduler.observe(0.3);
      expect(scheduler.state()).toEqual({});
      scheduler.load({});
      const error = problemOf(() => scheduler.load({ best: 1 }));
      expect(error.message).toBe(
        'PTX_MODEL_FILE  scheduler\n  the saved state holds "best", which this schedule has no use for',
      );
    },
  );
});

describe("ConstantLR", () => {
  it("leaves the learning rate alone", () => {
    expect(rates(make("ConstantLR"), 5)).toEqual([1, 1, 1, 1, 1]);
  });
});

describe("CosineAnnealingLR", () => {
  it("falls over the whole run unless told otherwise", () => {
    expect(at(make("CosineAnnealingLR"), 25)).toBeCloseTo(0.5, 12);
    expect(at(make("CosineAnnealingLR"), 50)).toBeCloseTo(0, 12);
    expect(
      make("CosineAnnealingLR", { unit: "epoch", eta_min: 0.05 }).factor({ step: 0, epoch: 5 }),
    ).toBeCloseTo(0.5, 12);
  });
});

describe("WarmupScheduler", () => {
  it("rises from 1/w to 1 in w updates and stays there", () => {
    expect(rates(make("WarmupScheduler", { warmup_steps: 4 }), 6)).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
  });

  it("then falls with the root of the update's number, on request", () => {
    const scheduler = make("WarmupScheduler", { warmup_steps: 4, inverse_sqrt_decay: true });
    expect(rates(scheduler, 4)).toEqual([0.25, 0.5, 0.75, 1]);
    for (const n of [5, 16, 100]) expect(at(scheduler, n - 1)).toBeCloseTo(2 / Math.sqrt(n), 12);
  });
});

describe("PolynomialDecayScheduler", () => {
  it("rises, then falls in a line to the end of the run, and no update has rate 0", () => {
    const factors = rates(make("PolynomialDecayScheduler", { warmup_steps: 10 }), 50);
    expect(factors.slice(0, 10)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    factors.slice(10).forEach((factor, n) => {
      expect(factor).toBeCloseTo(1 - n / 40, 12);
    });
    expect(Math.min(...factors)).toBeCloseTo(1 / 40, 12);
  });

  it("ends at end_learning_rate, which it keeps", () => {
    const scheduler = make("PolynomialDecayScheduler", {
      warmup_steps: 2,
      total_steps: 12,
      end_learning_rate: 0.02,
      power: 3,
    });
    expect(at(scheduler, 7)).toBeCloseTo(0.2 + 0.8 * 0.5 ** 3, 12);
    expect(at(scheduler, 12)).toBeCloseTo(0.2, 12);
    expect(at(scheduler, 40)).toBe(at(scheduler, 12));
  });

  it("starts at the full rate without warm-up", () => {
    expect(at(make("PolynomialDecayScheduler"), 0)).toBe(1);
  });

  it("refuses a warm-up as long as the run", () => {
    const error = problemOf(() => make("PolynomialDecayScheduler", { warmup_steps: 50 }));
    expect(error.message).toContain("50 steps of warm-up leave nothing of 50 total steps");
    expect(error.problems[0]).toMatchObject({
      code: "PTX_CONFIG_VALUE",
      where: "scheduler PolynomialDecayScheduler  warmup_steps",
    });
  });
});

describe("SchedulerWithWarmup", () => {
  const inner = (scheduler: object, warmup_steps: number, info: Partial<ScheduleInfo> = {}) =>
    make("SchedulerWithWarmup", { warmup_steps, scheduler }, info);

  it("rises and then starts the other schedule at its beginning, with the rest of the run", () => {
    const linear = { PolynomialDecayScheduler: configOf(PolynomialDecayScheduler.schema, {}) };
    const factors = rates(inner(linear, 10), 50);
    expect(factors.slice(0, 11)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1]);
    expect(factors[49]).toBeCloseTo(1 / 40, 12);
  });

  it("counts the other schedule's epochs from the first whole epoch after the warm-up", () => {
    const halving = { ExponentialLR: { gamma: 0.5, hold: 1, unit: "epoch" } };
    const scheduler = inner(halving, 15);
    expect([15, 19, 20, 29, 30, 40].map((step) => at(scheduler, step))).toEqual([1, 1, 1, 1, 0.5, 0.25]);
  });

  it("refuses a warm-up as long as the run", () => {
    expect(problemOf(() => inner({ ConstantLR: {} }, 50)).message).toContain(
      "leave nothing of the run's 50 steps",
    );
  });
});

describe("OneCycleLR", () => {
  it("has its peak at the optimizer's rate unless told otherwise, and stays at its lowest after the cycle", () => {
    const scheduler = make("OneCycleLR");
    const factors = rates(scheduler, 50);
    expect(Math.max(...factors)).toBe(1);
    expect(factors[0]).toBeCloseTo(1 / 25, 12);
    expect(factors[49]).toBeCloseTo(1 / 250000, 12);
    expect(at(scheduler, 80)).toBe(at(scheduler, 49));
  });

  it("refuses a rise shorter than a step", () => {
    const error = problemOf(() => make("OneCycleLR", { total_steps: 3 }));
    expect(error.message).toContain("0.3 of 3 steps leaves no step to rise in");
  });
});

describe("CyclicLR", () => {
  it("swings between the optimizer's rate and max_lr", () => {
    const factors = rates(make("CyclicLR", { max_lr: 0.3, step_size_up: 5 }), 50);
    expect([Math.min(...factors), Math.max(...factors)]).toEqual([1, expect.closeTo(3, 12)]);
    expect(factors[23]).toBeCloseTo(factors[3]!, 12);
  });

  it("refuses a highest rate that is not above the lowest", () => {
    const error = problemOf(() => make("CyclicLR", { max_lr: 0.1 }));
    expect(error.message).toContain("the highest rate, 0.1, must be above the lowest, 0.1");
  });
});

describe("rates of their own", () => {
  it.each<[Name, object]>([
    ["CosineAnnealingLR", { eta_min: 0.01 }],
    ["PolynomialDecayScheduler", { end_learning_rate: 0.01 }],
    ["OneCycleLR", { max_lr: 0.01 }],
    ["CyclicLR", { max_lr: 0.01 }],
  ])("of %s need an optimizer whose rate is not 0", (name, keys) => {
    const error = problemOf(() => make(name, keys, { lr: 0 }));
    expect(error.code).toBe("PTX_CONFIG_VALUE");
    expect(error.message).toContain("give the optimizer an lr above 0");
  });
});
