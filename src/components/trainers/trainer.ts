import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { clipByGlobalNorm, clipByValue } from "../optimizers/clipping.js";
import type { Optimizer, WeightAveraging } from "../optimizers/contracts.js";
import { GradientAccumulator } from "../optimizers/gradient-accumulator.js";
import { matchParameters } from "../optimizers/parameter-match.js";
import type { Scheduler } from "../schedulers/contracts.js";
import type { EpochRecord, Figures, TrainingResult, TrainingSession } from "./contracts.js";
import { Evaluator } from "./evaluator.js";
import { type TrainerOptions, trainerOptions } from "./trainer-options.js";
import { restoreState, saveState, type TrainingState } from "./training-state.js";
import { TrainingStep } from "./training-step.js";

/** One run of the loop. Everything that changes lives in `state`, so that a checkpoint is exactly what a resumed run needs. */
class TrainingRun {
  readonly #accumulator: GradientAccumulator;
  readonly #state: TrainingState;

  private constructor(
    readonly config: TrainerOptions,
    readonly session: TrainingSession,
    readonly step: TrainingStep,
    readonly evaluator: Evaluator,
    readonly optimizer: Optimizer,
    readonly scheduler: Scheduler,
    readonly averaging: WeightAveraging | null,
  ) {
    this.#accumulator = new GradientAccumulator(config.num_accumulated_batches);
    this.#state = {
      epoch: 0,
      batch: 0,
      step: 0,
      lossSum: 0,
      lossCount: 0,
      pending: 0,
      norm: null,
      scores: new Float32Array(0),
      best: null,
      epochs: [],
      trainFigures: null,
      averaged: false,
    };
  }

  static async prepare(config: TrainerOptions, session: TrainingSession): Promise<TrainingRun> {
    const { context, engine, parameters, build, data } = session;
    if (config.early_stop_after > 0 && data.eval === null) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "trainer.early_stop_after",
        `${config.early_stop_after} epochs without a better eval metric cannot be seen: there are no eval rows`,
        "give an eval file or data.eval_fraction, or set early_stop_after to 0",
      );
    }
    const evaluator = await Evaluator.compile(engine, build, parameters, context);
    const frozen = matchParameters(config.freeze, parameters.names, (i) => `trainer.freeze[${i}]`).flat();
    for (const name of frozen) parameters.get(name)!.trainable = false;
    const step = await TrainingStep.compile(engine, build, parameters, context);
    const chosen = context.part("optimizer", config.optimizer);
    const optimizer = chosen.component.create(chosen.config, context);
    optimizer.bind([...parameters]);
    const batches = data.batcher.train(data.train.lengths, context.settings.seed, 0).length;
    const stepsPerEpoch = Math.ceil(batches / config.num_accumulated_batches);
    const schedule = context.part("scheduler", config.scheduler);
    const info = {
      stepsPerEpoch,
      epochs: config.epochs,
      totalSteps: stepsPerEpoch * config.epochs,
      lr: optimizer.lr,
      ...(data.eval && { metric: session.select }),
    };
    const scheduler = schedule.component.create(schedule.config, info, context);
    const average = config.weight_averaging && context.part("weight_averaging", config.weight_averaging);
    const averaging = average?.component.create(average.config, context) ?? null;
    return new TrainingRun(config, session, step, evaluator, optimizer, scheduler, averaging);
  }

  async train(): Promise<TrainingResult> {
    const { session, config } = this;
    const state = this.#state;
    const saved = await session.checkpoints?.load();
    if (saved) restoreState(saved, this.#parts());
    await session.begin();
    const batches = this.#batches(state.epoch).length;
    session.emit({
      type: "start",
      epochs: config.epochs,
      batches,
      rows: session.data.train.size,
      parameters: session.parameters.size,
      resumed: state.step,
    });
    let reason = `all ${config.epochs} epochs done`;
    while (state.epoch < config.epochs) {
      if (this.#stale()) {
        reason = `no better ${session.select.name} for ${config.early_stop_after} epochs`;
        break;
      }
      const started = performance.now();
      await this.#epoch();
      const record = await this.#finishEpoch();
      session.emit({
        type: "epoch",
        record,
        seconds: (performance.now() - started) / 1000,
        rows: session.data.train.size,
      });
      await this.#checkpoint();
    }
    const { best } = state;
    if (best !== null && config.load_best_model_after_train) session.parameters.assign(best.parameters);
    else this.averaging?.swap([...session.parameters]);
    if (this.averaging !== null && !state.averaged) {
      session.context.log.warn(
        "weight_averaging took no average: the run ended before it would have begun (start_epoch)",
      );
    }
    session.emit({ type: "stop", reason, best_epoch: best?.epoch ?? state.epoch });
    await this.step.release();
    await this.evaluator.release();
    return {
      epochs: state.epochs,
      bestEpoch: best?.epoch ?? state.epoch,
      train: state.trainFigures ?? { loss: null },
    };
  }

  /** The batches that are left of the current epoch. */
  async #epoch(): Promise<void> {
    const state = this.#state;
    const { num_accumulated_batches: accumulated, checkpoint_every_batches: every } = this.config;
    const batches = this.#batches(state.epoch);
    while (state.batch < batches.length) {
      const rows = batches[state.batch]!;
      await this.#batch(rows);
      state.batch++;
      const whole = state.batch % accumulated === 0 || state.batch === batches.length;
      if (whole) this.#update();
      const loss = state.lossSum / Math.max(state.lossCount, 1e-12);
      this.session.emit({
        type: "progress",
        epoch: state.epoch + 1,
        batch: state.batch,
        batches: batches.length,
        rows: rows.length,
        loss,
      });
      if (whole && every !== null && state.batch < batches.length && state.batch % every < accumulated)
        await this.#checkpoint();
    }
  }

  /** Loss and gradients of one batch, added to the update in the making. */
  async #batch(rows: Uint32Array): Promise<void> {
    const state = this.#state;
    const { sum, count, scores } = await this.step.run(
      this.session.data.train.batch(rows),
      state,
      (parameter, gradient) => this.#accumulator.add(parameter, gradient),
    );
    if (!Number.isFinite(sum)) {
      throw ptxError(
        "PTX_TRAINING",
        `epoch ${state.epoch + 1}, batch ${state.batch + 1}`,
        `the loss is ${sum}; lower the learning rate, clip gradients (max_clip_norm), or look for extreme values in the inputs`,
      );
    }
    const labels = scores.length / rows.length;
    if (state.scores.length === 0) state.scores = new Float32Array(this.session.data.train.size * labels);
    for (const [i, row] of rows.entries())
      state.scores.set(scores.subarray(i * labels, (i + 1) * labels), row * labels);
    state.lossSum += sum;
    state.lossCount += count;
    state.pending += count;
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
    this.optimizer.step(updates, this.scheduler.factor({ step: state.step, epoch: state.epoch }), scale);
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
    const train = session.report("train", { scores: state.scores, loss: state.lossSum / state.lossCount });
    const evaluated = await this.#evaluate();
    const metric = session.select.value(evaluated ?? train);
    if (metric === null) this.#warnUndefined();
    const better = evaluated === null || state.best === null || this.#isBetter(metric, state.best.metric);
    if (better) {
      state.best = { epoch: state.epoch + 1, metric, parameters: session.parameters.snapshot() };
      state.trainFigures = train;
    }
    if (averaged) this.averaging?.swap(all);
    if (evaluated !== null && metric !== null) scheduler.observe(metric);
    const record: EpochRecord = {
      epoch: state.epoch + 1,
      steps: state.step,
      train_loss: state.lossSum / state.lossCount,
      eval_loss: evaluated?.loss ?? null,
      metric,
      learning_rate: learningRate,
      gradient_norm: state.norm,
      best: better,
    };
    state.epochs.push(record);
    Object.assign(state, { epoch: state.epoch + 1, batch: 0, lossSum: 0, lossCount: 0 });
    return record;
  }

  async #evaluate(): Promise<Figures | null> {
    const { data, report } = this.session;
    if (data.eval === null) return null;
    return report("eval", await this.evaluator.run(data.eval, data.batcher.eval(data.eval.lengths, "eval")));
  }

  /** Where the metric says nothing, the later epoch is taken. */
  #isBetter(metric: number | null, best: number | null): boolean {
    if (best === null) return true;
    if (metric === null) return false;
    return this.session.select.higherIsBetter ? metric > best : metric < best;
  }

  /** Throws `PTX_TRAINING` where an epoch left nothing to go on with: a gradient may overflow where the loss did not. */
  #requireSound(): void {
    const where = `epoch ${this.#state.epoch + 1}`;
    if (this.#state.lossCount === 0) {
      throw ptxError("PTX_TRAINING", where, "every training row weighs 0 in the loss: look at label_weights");
    }
    for (const { name, data } of this.session.parameters) {
      if (data.every(Number.isFinite)) continue;
      const message = `the parameter ${name} is not finite any more; lower the learning rate, or clip gradients (max_clip_norm)`;
      throw ptxError("PTX_TRAINING", where, message);
    }
  }

  #warnUndefined(): void {
    const { context, select, data } = this.session;
    const split = data.eval === null ? "train" : "eval";
    context.log.warn(
      `epoch ${this.#state.epoch + 1}: ${select.name} is not defined on the ${split} rows, so it cannot choose the best epoch`,
    );
  }

  #stale(): boolean {
    const { epoch, best } = this.#state;
    const patience = this.config.early_stop_after;
    return patience > 0 && best !== null && epoch - best.epoch >= patience;
  }

  #batches(epoch: number): Uint32Array[] {
    const { data, context } = this.session;
    return data.batcher.train(data.train.lengths, context.settings.seed, epoch);
  }

  async #checkpoint(): Promise<void> {
    await this.session.checkpoints?.save(saveState(this.#parts()));
  }

  #parts() {
    const { optimizer, scheduler, averaging } = this;
    const { context, parameters } = this.session;
    return { context, state: this.#state, parameters, optimizer, scheduler, averaging };
  }
}

/** The loop of PyText's TaskTrainer, resumable at any batch: with the same seed and threads it gives the same bits. */
export const Trainer = component({
  kind: "trainer",
  name: "Trainer",
  schema: trainerOptions,
  create: (config) => ({ train: async (session) => (await TrainingRun.prepare(config, session)).train() }),
});
