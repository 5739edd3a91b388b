import type { Labels, Predicted } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import type { DataHandler } from "../components/data/data-handler.js";
import type { SplitData, Tensorizers } from "../components/data/split-data.js";
import type { ComparedRow } from "../components/reporters/contracts.js";
import type {
  Channel,
  Figures,
  Predictions,
  Selection,
  SelectMetric,
  Trainer,
} from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import type { Scope } from "../graph/scope.js";
import type { SlotValue } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import type { OffsetUnit } from "../text/offsets.js";
import type { OutputRow, Prediction } from "./prediction.js";
import type { BuildPurpose, ModelTask, Task } from "./task.js";

/** What the config of a task with rows of one kind holds. */
export interface OnePartConfig {
  /** Not there in one of several tasks that read the same rows. */
  readonly data?: SlotValue<"data">;
  /** Not there in one of several tasks that are trained together, nor are channels. */
  readonly trainer?: SlotValue<"trainer">;
  readonly channels?: readonly SlotValue<"channel">[];
}

/** A task that is its own only part: its rows, its trainer, its channels. */
export abstract class OnePartTask implements Task, ModelTask {
  readonly parts: ReadonlyMap<string, ModelTask> = new Map([["", this]]);
  abstract readonly tensorizers: Tensorizers;
  abstract readonly labels: Labels;
  abstract readonly select: SelectMetric;
  readonly #slots: OnePartConfig;
  #data: DataHandler | undefined;

  constructor(
    readonly name: string,
    readonly context: Context,
    config: OnePartConfig,
  ) {
    this.#slots = config;
  }

  get trainer(): Trainer {
    const { component: trainer, config } = this.context.part("trainer", this.#slots.trainer!);
    return trainer.create(config, this.context);
  }

  get selections(): readonly [Selection] {
    return [{ name: "", metric: this.select }];
  }

  turns([batches]: readonly number[]): Uint8Array {
    return new Uint8Array(batches!);
  }

  combine(figures: ReadonlyMap<string, Figures>): Figures {
    return figures.get("")!;
  }

  objective(): undefined {
    return undefined;
  }

  data(): DataHandler {
    if (this.#data === undefined) {
      const { component: data, config } = this.context.part("data", this.#slots.data!);
      this.#data = data.create(config, this.context, this.tensorizers);
    }
    return this.#data;
  }

  channels(): Channel[] {
    return this.#slots.channels!.map((slot) => {
      const { component: channel, config } = this.context.part("channel", slot);
      return channel.create(config, this.context);
    });
  }

  abstract requireFit(): void;
  abstract prepare(): Promise<void>;
  abstract build(scope: Scope, purpose: BuildPurpose): Predicted;
  abstract report(data: SplitData, predictions: Predictions): Figures;
  abstract compare(data: SplitData, predictions: Predictions): readonly ComparedRow[];
  abstract worst(data: SplitData, predictions: Predictions): readonly ComparedRow[];
  abstract deploy(outputs: Predicted["outputs"], unit: OffsetUnit): Readonly<Record<string, Tensor>>;
  abstract read(output: OutputRow, row: Row, labels: Labels): Prediction;
  readExamples?(outputs: readonly OutputRow[], row: Row, labels: Labels): Prediction;
  abstract undecided(prediction: Prediction, tolerance: number): boolean;
}
