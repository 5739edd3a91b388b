import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { Split } from "../data/contracts.js";
import { clipByGlobalNorm, clipByValue } from "../optimizers/clipping.js";
import type { Optimizer, WeightAveraging } from "../optimizers/contracts.js";
import { GradientAccumulator } from "../optimizers/gradient-accumulator.js";
import { matchParameters } from "../optimizers/parameter-match.js";
import { sumOfSquares } from "../optimizers/sum-of-squares.js";
import type { Scheduler } from "../schedulers/contracts.js";
import type { Sparsifier } from "../sparsifiers/contracts.js";
import { zerosIn } from "../sparsifiers/zeros.js";
import type {
  EpochRecord,
  Figures,
  Selection,
  SelectMetric,
  TrainingResult,
  TrainingSession,
} from "./contracts.js";
import { GradualUnfreezing } from "./gradual-unfreezing.js";
import { batchesOf, RunningPart } from "./running-part.js";
import { type TrainerOptions, trainerOptions } from "./trainer-options.js";
import {
  type Best,
  restoreState,
  saveState,
  type TrainingParts,
  type TrainingState,
} from "./training-state.js";

/** One run of the loop. Everything that changes lives in `state`, so that a checkpoint is exactly what a resumed run needs. */
class TrainingRun {
  readonly #accumulator: GradientAccumulator;
  readonly #state: TrainingState;
  /** How many parameters the compiled graphs hold back. */
  #held: number;

  private constructor(
    readonly config: TrainerOptions,
    readonly session: TrainingSession,
    readonly parts: readonly RunningPart[],
    readonly optimizer: Optimizer,
    readonly scheduler: Scheduler,
    readonly averaging: WeightAveraging | null,
    readonly unfreezing: GradualUnfreezing | null,
    readonly sparsifier: Sparsifier | null,
  ) {
    this.#held = unfreezing?.held(0, 0).size ?? 0;
    this.#accumulator = new GradientAccumulator(config.num_accumulated_batches);
    this.#state = {
      epoch: 0,
      turn: 0,
      step: 0,
      pending: 0,
      norm: null,
      parts: parts.map(({ progress }) => progress),
      best: {},
      epochs: [],
      trainFigures: null,
      averaged: false,
    };
  }

  static async prepare(config: TrainerOptions, session: TrainingSession): Promise<TrainingRun> {
    const { context, parameters } = session;
    if (config.early_stop_after > 0 && session.parts.every(({ data }) => data.eval === null)) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "trainer.early_stop_after",
        `${config.early_stop_after} epochs without a better eval metric cannot be seen: there are no eval rows`,
        "give an eval file or data.eval_fraction, or set early_stop_after to 0",
      );
    }
    let unfreezing: GradualUnfreezing | null = null;
    const parts = await RunningPart.compile(session, () => {
      const frozen = matchParameters(config.freeze, parameters.names, (i) => `trainer.freeze[${i}]`).flat();
      for (const name of frozen) parameters.get(name)!.trainable = false;
      unfreezing = config.gradual_unfreezing && new GradualUnfreezing(config.gradual_unfreezing, parameters);
      return unfreezing?.held(0, 0) ?? new Set();
    });
    const chosen = context.part("optimizer", config.optimizer);
    const optimizer = chosen.component.create(chosen.config, context);
    optimizer.bind([...parameters]);
    const stepsBefore = countSteps(session, config);
    const schedule = context.part("scheduler", config.scheduler);
    const info = {
      stepsBefore,
      epochs: config.epochs,
      totalSteps: stepsBefore(config.epochs),
      lr: optimizer.lr,
      ...(session.parts.some(({ data }) => data.eval) && { metric: session.selections[0].metric }),
    };
    const scheduler = schedule.component.create(schedule.config, info, context);
    const average = config.weight_averaging && context.part("weight_averaging", config.weight_averaging);
    const averaging = average?.component.create(average.config, context) ?? null;
    const sparse = config.sparsifier && context.part("sparsifier", config.sparsifier);
    const evaluated = "metric" in info;
    const sparsifier =
      sparse?.component.create(
        sparse.config,
        { parameters: [...parameters], epochs: config.epochs, stepsBefore, evaluated },
        context,
      ) ?? null;
    const run = new TrainingRun(
      ...([config, session, parts, optimizer, scheduler, averaging, unfreezing, sparsifier] as const),
    );
    const idle = run.unfreezing?.warning(config.epochs, info.totalSteps);
    if (idle !== undefined) context.log.warn(idle);
    return run;
  }

  async train(): Promise<TrainingResult> {
    const { session, config } = this;
    const state = this.#state;
    const saved = await session.checkpoints?.load();
    if (saved) restoreState(saved, this.#parts());
    await session.begin();
    session.emit({
      type: "start",
      epochs: config.epochs,
      batches: turnsOf(session, state.epoch).length,
      rows: this.#rows,
      parameters: session.parameters.size,
      resumed: state.step,
    });
    let reason = `all ${config.epochs} epochs done`;
    while (state.epoch < config.epochs) {
      if (this.#stale()) {
        reason = `no better ${this.#main.metric.name} for ${config.early_stop_after} epochs`;
        break;
      }
      const started = performance.now();
      if (state.turn === 0) await this.#beginEpoch();
      await this.#epoch();
      const record = await this.#finishEpoch();
      session.emit({
        type: "epoch",
        record,
        seconds: (performance.now() - started) / 1000,
        rows: this.#rows,
      });
      await this.#checkpoint();
    }
    const best = this.#best;
    if (best !== undefined && config.load_best_model_after_train) session.parameters.assign(best.parameters);
    else this.averaging?.swap([...session.parameters]);
    if (this.averaging !== null && !state.averaged) {
      session.context.log.warn(
        "weight_averaging took no average: the run ended before it would have begun (start_epoch)",
      );
    }
    session.emit({ type: "stop", reason, best_epoch: best?.epoch ?? state.epoch });
    const sparsity = this.#sparsity;
    if (sparsity !== undefined) session.context.log.info(this.#sparsityLine());
    for (const part of this.parts) await part.release();
    return {
      epochs: state.epochs,
      bestEpoch: best?.epoch ?? state.epoch,
      train: state.trainFigures ?? { loss: null },
      ...(sparsity !== undefined && { sparsity }),
      chosen: new Map(Object.entries(state.best)),
    };
  }

  /** Lets the sparsifier look at what is there. From where it takes more away, epochs before are no choice any more. */
  async #beginEpoch(): Promise<void> {
    const { sparsifier, session } = this;
    const { epoch } = this.#state;
    await sparsifier?.beforeEpoch({
      epoch,
      goodness: async () => {
        const figures = await this.#evaluate();
        const { metric } = this.#main;
        const value = figures && metric.value(session.combine(figures));
        return value === null || metric.higherIsBetter ? value : -value;
      },
      restoreBest: () => {
        if (this.#best !== undefined) session.parameters.assign(this.#best.parameters);
      },
    });
    if (sparsifier?.rises.includes(epoch)) this.#state.best = {};
  }

  /** The turns that are left of the current epoch. */
  async #epoch(): Promise<void> {
    const state = this.#state;
    const { num_accumulated_batches: accumulated, checkpoint_every_batches: every } = this.config;
    const turns = turnsOf(this.session, state.epoch);
    while (state.turn < turns.length) {
      if (state.turn % accumulated === 0) await this.#thaw();
      const { rows, divisor } = await this.parts[turns[state.turn]!]!.turn(
        state.epoch,
        (parameter, gradient) => this.#accumulator.add(parameter, gradient),
      );
      state.pending += divisor;
      state.turn++;
      const whole = state.turn % accumulated === 0 || state.turn === turns.length;
      if (whole) this.#update();
      this.session.emit({
        type: "progress",
        epoch: state.epoch + 1,
        batch: state.turn,
        batches: turns.length,
        rows,
        loss: this.#trainLoss(),
      });
      if (whole && every !== null && state.turn < turns.length && state.turn % every < accumulated)
        await this.#checkpoint();
    }
  }

  /** Trains the layers whose turn has come, from the next update on. */
  async #thaw(): Promise<void> {
    const { epoch, step } = this.#state;
    const held = this.unfreezing?.held(epoch, step);
    if (held === undefined || held.size === this.#held) return;
    this.#held = held.size;
    for (const part of this.parts) await part.hold(held);
    const still = held.size === 0 ? "all layers are trained" : `${held.size} parameters are still frozen`;
    this.session.context.log.info(`epoch ${epoch + 1}, after ${step} updates: ${still}`);
  }

  /** One optimizer step with everything accumulated; none when all rows weigh nothing, as there is no loss then. */
  #update(): void {
    const state = this.#state;
    const { max_clip_norm: maxNorm, max_clip_value: maxValue } = this.config;
    const updates = this.#accumulator.take();
    if (state.pending === 0) return;
    let scale = 1 / state.pending;
    if (maxValue !== null) state.norm = clipByValue(updates, maxValue, scale);
    if (maxNorm !== null) {
      const clipped = clipByGlobalNorm(updates, maxNorm, scale);
      state.norm = clipped.norm;
      scale = clipped.scale;
    }
    const { step, epoch } = state;
    const factor = this.scheduler.factor({ step, epoch });
    this.optimizer.step(updates, factor, scale);
    this.sparsifier?.afterStep({ step: step + 1, epoch, lr: this.optimizer.lr * factor });
    this.averaging?.afterStep([...this.session.parameters]);
    state.pending = 0;
    state.step++;
  }

  /** Evaluates, keeps the best parameters, and moves on to the next epoch. */
  async #finishEpoch(): Promise<EpochRecord> {
    const { session, scheduler, optimizer } = this;
    const state = this.#state;
    const all = [...session.parameters];
    const learningRate = optimizer.lr * scheduler.factor({ step: state.step - 1, epoch: state.epoch });
    this.#requireSound();
    this.averaging?.afterEpoch(all, state.epoch);
    const averaged = this.averaging?.swap(all) ?? false;
    state.averaged ||= averaged;
    const train = session.combine(new Map(this.parts.map((part) => [part.part.name, part.figures()])));
    const byPart = await this.#evaluate();
    const evaluated = byPart && session.combine(byPart);
    const metric = this.#main.metric.value(evaluated ?? train);
    if (metric === null) this.#warnUndefined(evaluated === null ? "train" : "eval");
    const better = this.#keepBest(evaluated, train);
    if (better) state.trainFigures = train;
    if (averaged) this.averaging?.swap(all);
    if (evaluated !== null && metric !== null) scheduler.observe(metric);
    const sparsity = this.#sparsity;
    const record: EpochRecord = {
      epoch: state.epoch + 1,
      steps: state.step,
      train_loss: this.#trainLoss(),
      eval_loss: evaluated?.loss ?? null,
      metric,
      learning_rate: learningRate,
      gradient_norm: state.norm,
      best: better,
      ...(sparsity !== undefined && { sparsity }),
      ...(byPart !== null && this.parts.length > 1 && { tasks: this.#metrics(byPart) }),
    };
    state.epochs.push(record);
    Object.assign(state, { epoch: state.epoch + 1, turn: 0 });
    for (const part of this.parts) part.endEpoch();
    return record;
  }

  /** Keeps the parameters where a selection finds them better; tells whether the first one does. */
  #keepBest(evaluated: Figures | null, train: Figures): boolean {
    const { epoch, best } = this.#state;
    let better = false;
    for (const { name, metric } of this.session.selections) {
      const value = metric.value(evaluated ?? train);
      const known = best[name];
      if (evaluated !== null && known !== undefined && !isBetter(metric, value, known.metric)) continue;
      best[name] = { epoch: epoch + 1, metric: value, parameters: this.session.parameters.snapshot() };
      better ||= name === this.#main.name;
    }
    return better;
  }

  /** The figures of the parts that have eval rows; null when none has. */
  async #evaluate(): Promise<ReadonlyMap<string, Figures> | null> {
    const figures = new Map<string, Figures>();
    for (const part of this.parts) {
      const own = await part.evaluate();
      if (own !== null) figures.set(part.part.name, own);
    }
    return figures.size === 0 ? null : figures;
  }

  #metrics(figures: ReadonlyMap<string, Figures>): Record<string, number | null> {
    const known = this.parts.flatMap(({ part: { name, metric } }) => {
      const own = figures.get(name);
      return own === undefined || metric === undefined ? [] : [[name, metric.value(own)] as const];
    });
    return Object.fromEntries(known);
  }

  /** The mean loss of the epoch so far; of several parts the mean of theirs. */
  #trainLoss(): number {
    const losses = this.parts.flatMap(({ loss }) => loss ?? []);
    return losses.reduce((a, b) => a + b, 0) / Math.max(losses.length, 1);
  }

  /** Throws `PTX_TRAINING` where an epoch left nothing to go on with: a gradient may overflow where the loss did not. */
  #requireSound(): void {
    const where = `epoch ${this.#state.epoch + 1}`;
    if (this.parts.every(({ loss }) => loss === null)) {
      throw ptxError("PTX_TRAINING", where, "every training row weighs 0 in the loss: look at label_weights");
    }
    for (const { name, data } of this.session.parameters) {
      if (Number.isFinite(sumOfSquares(data, 0, data.length))) continue;
      const message = `the parameter ${name} is not finite any more; lower the learning rate, or clip gradients (max_clip_norm)`;
      throw ptxError("PTX_TRAINING", where, message);
    }
  }

  #warnUndefined(split: Split): void {
    this.session.context.log.warn(
      `epoch ${this.#state.epoch + 1}: ${this.#main.metric.name} is not defined on the ${split} rows, so it cannot choose the best epoch`,
    );
  }

  #stale(): boolean {
    const best = this.#best;
    const patience = this.config.early_stop_after;
    if (this.#state.epoch <= Math.max(-1, ...(this.sparsifier?.rises ?? []))) return false;
    return patience > 0 && best !== undefined && this.#state.epoch - best.epoch >= patience;
  }

  get #main(): Selection {
    return this.session.selections[0];
  }

  get #best(): Best | undefined {
    return this.#state.best[this.#main.name];
  }

  /** The share of zeros that is reached. */
  get #sparsity(): number | undefined {
    return this.sparsifier === null ? undefined : zerosIn(this.sparsifier.parameters).share;
  }

  #sparsityLine(): string {
    const [own, all] = [zerosIn(this.sparsifier!.parameters), zerosIn(this.session.parameters)];
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    return (
      `sparsity: ${own.zeros} of ${own.numbers} numbers in ${this.sparsifier!.parameters.length} parameters are zero ` +
      `(${percent(own.share)}); of all ${all.numbers} ${percent(all.share)}`
    );
  }

  get #rows(): number {
    return this.parts.reduce((sum, { part }) => sum + part.data.train.size, 0);
  }

  async #checkpoint(): Promise<void> {
    await this.session.checkpoints?.save(saveState(this.#parts()));
  }

  #parts(): TrainingParts {
    const { optimizer, scheduler, averaging, sparsifier } = this;
    const { context, parameters } = this.session;
    const passes = this.parts.map(({ outputs, carried }) => ({ outputs, carried }));
    return { context, state: this.#state, passes, parameters, optimizer, scheduler, averaging, sparsifier };
  }
}

/** Whose turn it is when in an epoch. */
function turnsOf({ parts, turns, context }: TrainingSession, epoch: number): ArrayLike<number> {
  return turns(
    parts.map((part) => batchesOf(part, context.settings.seed, epoch).length),
    epoch,
  );
}

/** Counts the optimizer steps before an epoch. Epochs whose batches do not grow any more are taken to have as many as the first of them. */
function countSteps(
  session: TrainingSession,
  { epochs, num_accumulated_batches }: TrainerOptions,
): (epoch: number) => number {
  const evenFrom = Math.max(...session.parts.map(({ data }) => data.batcher.evenFrom ?? 0));
  const last = Math.min(evenFrom, epochs - 1);
  const before = [0];
  for (let epoch = 0; epoch <= last; epoch++)
    before.push(before[epoch]! + Math.ceil(turnsOf(session, epoch).length / num_accumulated_batches));
  const even = before[last + 1]! - before[last]!;
  return (epoch) => before[epoch] ?? before[last + 1]! + (epoch - last - 1) * even;
}

/** Where the metric says nothing, the later epoch is taken. */
function isBetter({ higherIsBetter }: SelectMetric, metric: number | null, best: number | null): boolean {
  if (best === null) return true;
  if (metric === null) return false;
  return higherIsBetter ? metric > best : metric < best;
}

/** The loop of PyText's TaskTrainer, resumable at any batch: with the same seed and threads it gives the same bits. */
export const Trainer = component({
  kind: "trainer",
  name: "Trainer",
  schema: trainerOptions,
  check: ({ sparsifier, weight_averaging }) =>
    sparsifier === null || weight_averaging === null
      ? []
      : [
          {
            path: "sparsifier",
            message:
              "an average of parameters is not zero where they are: leave sparsifier or weight_averaging out",
          },
        ],
  create: (config) => ({ train: async (session) => (await TrainingRun.prepare(config, session)).train() }),
});
