import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ScheduleInfo, Scheduler } from "../../../src/components/schedulers/contracts.js";
import { ReduceLROnPlateau } from "../../../src/components/schedulers/reduce-lr-on-plateau.js";
import { SchedulerWithWarmup } from "../../../src/components/schedulers/scheduler-with-warmup.js";
import { Registry } from "../../../src/registry/registry.js";
import { configOf, contextWith, problemOf } from "../optimizers/tools.js";

const recorded = JSON.parse(
  readFileSync(new URL("../optimizers/fixtures/schedulers.json", import.meta.url), "utf8"),
) as { lr: number; plateau: { metrics: number[]; cases: { config: object; rates: number[] }[] } };
const { metrics, cases } = recorded.plateau;

const progress = { step: 0, epoch: 0 };
const run: ScheduleInfo = {
  stepsBefore: (epoch) => 10 * epoch,
  epochs: 20,
  totalSteps: 200,
  lr: recorded.lr,
};
const accuracy = { name: "accuracy", higherIsBetter: true };
const loss = { name: "loss", higherIsBetter: false };

function make(keys: object, info: Partial<ScheduleInfo> = {}): Scheduler {
  return ReduceLROnPlateau.create(
    configOf(ReduceLROnPlateau.schema, keys),
    { ...run, ...info },
    contextWith(),
  );
}

/** The factor after each metric. */
function follow(scheduler: Scheduler, values: readonly number[]): number[] {
  return values.map((metric) => {
    scheduler.observe(metric);
    return scheduler.factor(progress);
  });
}

describe("ReduceLROnPlateau", () => {
  it.each(cases)("follows PyTorch's for $config", ({ config, rates }) => {
    follow(make(config), metrics).forEach((factor, epoch) => {
      expect(factor * recorded.lr).toBeCloseTo(rates[epoch]!, 12);
    });
  });

  it("takes the direction from the metric: a rising accuracy is no plateau, a rising loss is", () => {
    const rising = [1, 2, 3, 4, 5];
    expect(follow(make({ patience: 0 }, { metric: accuracy }), rising)).toEqual([1, 1, 1, 1, 1]);
    expect(follow(make({ patience: 2, factor: 0.5 }, { metric: loss }), rising)).toEqual([1, 1, 1, 0.5, 0.5]);
  });

  it("lets the config overrule the metric's direction", () => {
    expect(follow(make({ patience: 0, mode: "max", factor: 0.5 }, { metric: loss }), [2, 1])).toEqual([
      1, 0.5,
    ]);
  });

  it("refuses to guess when there is no metric", () => {
    const error = problemOf(() => make({}));
    expect(error.problems[0]).toMatchObject({
      code: "PTX_CONFIG_VALUE",
      where: "scheduler ReduceLROnPlateau  mode",
    });
    expect(error.message).toContain("there is no eval metric to watch");
  });

  it("treats a relative threshold rightly for negative metrics", () => {
    const keys = { mode: "min", patience: 0, threshold: 0.1, factor: 0.5 };
    expect(follow(make(keys), [-1, -1.2, -1.25])).toEqual([1, 1, 0.5]);
  });

  it("refuses a metric that is not finite", () => {
    const scheduler = make({ mode: "min" });
    expect(problemOf(() => scheduler.observe(Number.NaN)).message).toContain("the eval metric is NaN");
  });

  it("does not raise the rate to a min_lr above it, and stays put at an optimizer's rate of 0", () => {
    expect(follow(make({ mode: "min", patience: 0, min_lr: 0.5 }), [1, 1])).toEqual([1, 1]);
    expect(follow(make({ mode: "min", patience: 0 }, { lr: 0 }), [1, 1])).toEqual([1, 1]);
  });

  it("continues from its saved state wherever it was stopped", () => {
    for (const { config, rates } of cases) {
      for (let stop = 0; stop <= metrics.length; stop++) {
        const [stopped, resumed] = [make(config), make(config)];
        follow(stopped, metrics.slice(0, stop));
        resumed.load(JSON.parse(JSON.stringify(stopped.state())) as Record<string, number>);
        const factors = follow(resumed, metrics.slice(stop));
        factors.forEach((factor, index) => {
          expect(factor * recorded.lr).toBeCloseTo(rates[stop + index]!, 12);
        });
      }
    }
  });

  it.each<[string, Record<string, number>]>([
    ["misses a number", { factor: 1, bad_epochs: 0 }],
    ["has one too many", { factor: 1, bad_epochs: 0, cooling: 0, patience: 3 }],
    ["is not finite", { factor: 1, bad_epochs: 0, cooling: 0, best: Number.NaN }],
  ])("refuses a saved state that %s", (_, state) => {
    expect(problemOf(() => make({ mode: "min" }).load(state)).code).toBe("PTX_MODEL_FILE");
  });

  it("works behind a warm-up, which hands on metric and state", () => {
    const context = contextWith(new Registry().add(ReduceLROnPlateau));
    const plateau = {
      ReduceLROnPlateau: configOf(ReduceLROnPlateau.schema, { mode: "min", patience: 0, factor: 0.5 }),
    };
    const create = () =>
      SchedulerWithWarmup.create(
        configOf(SchedulerWithWarmup.schema, { warmup_steps: 4, scheduler: plateau }),
        run,
        context,
      );
    const scheduler = create();
    // Metrics of the warm-up itself say nothing about the rate that the plateau schedules.
    scheduler.factor({ step: 3, epoch: 0 });
    scheduler.observe(1);
    scheduler.observe(2);
    expect(scheduler.factor({ step: 20, epoch: 2 })).toBe(1);
    scheduler.observe(1);
    scheduler.observe(1);
    const resumed = create();
    resumed.load(scheduler.state());
    for (const each of [scheduler, resumed]) {
      expect(each.factor({ step: 1, epoch: 0 })).toBe(0.5);
      expect(each.factor({ step: 30, epoch: 3 })).toBe(0.5);
      each.observe(1);
      expect(each.factor({ step: 40, epoch: 4 })).toBe(0.25);
    }
  });
});
