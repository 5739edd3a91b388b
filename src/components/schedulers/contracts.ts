/** The contract of learning rate schedules. */
import type { Context } from "../../registry/context.js";

/** What a schedule may depend on besides its config. */
export interface ScheduleInfo {
  /** Optimizer steps in the epochs (from 0) before one, which may be the first after the run. */
  stepsBefore(epoch: number): number;
  /** Epochs that the run will train. */
  readonly epochs: number;
  /** Optimizer steps in the run. */
  readonly totalSteps: number;
  /** The optimizer's learning rate, which the factors refer to. */
  readonly lr: number;
  /** The figure by which the run picks its best model; absent when nothing is evaluated. */
  readonly metric?: { readonly name: string; readonly higherIsBetter: boolean };
}

/** Where training stands: optimizer steps and epochs completed before the coming step, from 0. */
export interface Progress {
  readonly step: number;
  readonly epoch: number;
}

/** Whether a schedule moves with optimizer steps or with epochs. */
export type ScheduleUnit = "batch" | "epoch";

/** State for a checkpoint: finite numbers. Empty for schedules that are functions of progress alone. */
export type SchedulerState = Readonly<Record<string, number>>;

/** Gives the factor that multiplies every parameter group's learning rate. */
export interface Scheduler {
  /** What it counts: with "epoch" the factor is the same for all steps of an epoch. */
  readonly unit: ScheduleUnit;
  /** The factor for the coming optimizer step. */
  factor(progress: Progress): number;
  /** Takes the eval metric at the end of an epoch; schedules that ignore it do nothing. */
  observe(metric: number): void;
  state(): SchedulerState;
  /** Restores `state()`. Throws `PTX_MODEL_FILE` when it does not fit. */
  load(state: SchedulerState): void;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    scheduler: { create(config: Config, info: ScheduleInfo, context: Context): Scheduler };
  }
}
