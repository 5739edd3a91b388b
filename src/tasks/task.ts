/** The contract of a task: the wiring of components for one kind of work. */
import type { DecisionRule, Predicted } from "../components/contracts.js";
import type { InputForm } from "../components/data/contracts.js";
import type { DataHandler } from "../components/data/data-handler.js";
import type { SplitData, Tensorizers } from "../components/data/split-data.js";
import type { Evaluated, MetricReporter } from "../components/reporters/contracts.js";
import type { Channel, Predictions, Trainer } from "../components/trainers/contracts.js";
import type { Scope } from "../graph/scope.js";
import type { Context } from "../registry/context.js";

/** What a graph is built for. */
export interface BuildPurpose {
  readonly form: InputForm;
  /** Whether targets are inputs, so that there is a loss. */
  readonly targets: boolean;
}

/** Parts of one kind of work, made from a config. Nothing is read from disk before it is asked for. */
export interface Task {
  readonly name: string;
  readonly context: Context;
  /** The model's tensorizers by input name; empty vocabularies before `DataHandler.learn` or `loadVocabularies`. */
  readonly tensorizers: Tensorizers;
  readonly reporter: MetricReporter;
  readonly trainer: Trainer;
  /** The label names in id order. */
  readonly labels: readonly string[];
  /** How scores become labels. */
  readonly decision: DecisionRule;
  /** The rows; made on the first call. */
  data(): DataHandler;
  channels(): Channel[];
  /** Reads the files that first parameter values come from. */
  prepare(): Promise<void>;
  /** Builds the model into a graph. */
  build(scope: Scope, purpose: BuildPurpose): Predicted;
  /** Predictions with what they are to be compared with. */
  evaluated(data: SplitData, predictions: Predictions): Evaluated;
}

declare module "../registry/component.js" {
  interface ComponentKinds<Config> {
    task: { create(config: Config, context: Context): Task };
  }
}
