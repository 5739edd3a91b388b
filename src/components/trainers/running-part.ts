import type { Parameter } from "../../graph/parameters.js";
import { ptxError } from "../../registry/errors.js";
import type { GradientValue } from "../optimizers/contracts.js";
import type { CarriedValues } from "./carried.js";
import type { Figures, TrainingPart, TrainingSession } from "./contracts.js";
import { Evaluator } from "./evaluator.js";
import { RowOutputs } from "./row-outputs.js";
import type { PartState } from "./training-state.js";
import { TrainingStep } from "./training-step.js";

/** What a turn of a part gave. */
interface Turn {
  /** How many rows it trained on. */
  readonly rows: number;
  /** What its gradients must be divided by. */
  readonly divisor: number;
}

/** A part of the training while it goes on: its compiled graphs, where it is among its rows, and what this epoch gave so far. */
export class RunningPart {
  /** Part of the run's state. */
  readonly progress: PartState = { epoch: 0, batch: 0, lossSum: 0, lossCount: 0 };
  #batches: readonly Uint32Array[] | undefined;
  #step: TrainingStep;

  private constructor(
    readonly part: TrainingPart,
    readonly seed: number,
    step: TrainingStep,
    /** Compiles a step that trains all trainable parameters but those that are held. */
    readonly compileStep: (held: ReadonlySet<string>) => Promise<TrainingStep>,
    readonly evaluator: Evaluator,
    /** What the training pass of this epoch gave. */
    readonly outputs: RowOutputs,
  ) {
    this.#step = step;
  }

  /**
   * Compiles all parts of a session. `freeze` is called when all parameters are known, before gradients are built; it gives
   * the trainable ones that are held for now.
   */
  static async compile(
    { engine, parts, parameters, context }: TrainingSession,
    freeze: () => ReadonlySet<string>,
  ): Promise<RunningPart[]> {
    const evaluators: Evaluator[] = [];
    for (const { build } of parts)
      evaluators.push(await Evaluator.compile(engine, build, parameters, context));
    const held = freeze();
    const running: RunningPart[] = [];
    for (const [i, part] of parts.entries()) {
      const compileStep = (wait: ReadonlySet<string>): Promise<TrainingStep> =>
        TrainingStep.compile(engine, part, parameters, context, wait);
      const step = await compileStep(held);
      const outputs = new RowOutputs(part.data.train, step.outputs);
      running.push(new RunningPart(part, context.settings.seed, step, compileStep, evaluators[i]!, outputs));
    }
    return running;
  }

  /** The states that go on to its next batch. */
  get carried(): CarriedValues {
    return this.#step.carried;
  }

  /** Trains other parameters from here on: all trainable ones but those that are held. */
  async hold(held: ReadonlySet<string>): Promise<void> {
    const states = this.carried.state().map((state) => [state.name, state] as const);
    await this.#step.release();
    this.#step = await this.compileStep(held);
    this.carried.load(new Map(states));
  }

  /** The mean loss of this epoch so far; null before the first loss term. */
  get loss(): number | null {
    const { lossSum, lossCount } = this.progress;
    return lossCount > 0 ? lossSum / lossCount : null;
  }

  /** Trains on its next batch; a part whose rows have all had their turn begins with them anew. */
  async turn(epoch: number, add: (parameter: Parameter, gradient: GradientValue) => void): Promise<Turn> {
    const { part, progress, outputs } = this;
    if (progress.batch === this.#pass().length) this.#nextPass();
    const rows = this.#pass()[progress.batch]!;
    const result = await this.#step.run(part.data.train.batch(rows), progress, add);
    if (!Number.isFinite(result.sum)) {
      throw ptxError(
        "PTX_TRAINING",
        `${part.name === "" ? "" : `${part.name}, `}epoch ${epoch + 1}, batch ${progress.batch + 1}`,
        `the loss is ${result.sum}; lower the learning rate, clip gradients (max_clip_norm), or look for extreme values in the inputs`,
      );
    }
    outputs.put(rows, result.outputs);
    progress.lossSum += result.sum;
    progress.lossCount += result.count;
    progress.batch++;
    return { rows: rows.length, divisor: result.divisor };
  }

  /** The figures of the epoch's training pass; where its rows did not all have their turn, the loss alone. */
  figures(): Figures {
    const { part, outputs, loss } = this;
    return outputs.complete ? part.report("train", { outputs, loss }) : { loss };
  }

  /** The figures on its eval rows with the parameters as they are; null without eval rows. */
  async evaluate(): Promise<Figures | null> {
    const { eval: rows, batcher } = this.part.data;
    if (rows === null) return null;
    return this.part.report("eval", await this.evaluator.run(rows, batcher.eval(rows.lengths, "eval")));
  }

  /** Goes on to the next epoch, and to the next pass over its rows where this one has ended. */
  endEpoch(): void {
    Object.assign(this.progress, { lossSum: 0, lossCount: 0 });
    this.outputs.restart();
    if (this.progress.batch === this.#pass().length) this.#nextPass();
  }

  async release(): Promise<void> {
    await this.#step.release();
    await this.evaluator.release();
  }

  #nextPass(): void {
    Object.assign(this.progress, { epoch: this.progress.epoch + 1, batch: 0 });
    this.#batches = undefined;
  }

  /** The batches of the pass that it is in. */
  #pass(): readonly Uint32Array[] {
    this.#batches ??= batchesOf(this.part, this.seed, this.progress.epoch);
    return this.#batches;
  }
}

/** The batches of a pass over a part's training rows. */
export const batchesOf = ({ data }: TrainingPart, seed: number, pass: number): Uint32Array[] =>
  data.batcher.train(data.train.lengths, seed, pass);
