/** The contract of a task: the wiring of components for one kind of work. */
import type { Labels, ModelInput, Predicted, SentenceForm } from "../components/contracts.js";
import type { InputForm, Row, Tensorizer } from "../components/data/contracts.js";
import type { DataHandler } from "../components/data/data-handler.js";
import type { SplitData, Tensorizers } from "../components/data/split-data.js";
import type { ComparedRow } from "../components/reporters/contracts.js";
import type {
  Channel,
  Figures,
  Predictions,
  SelectMetric,
  Trainer,
  TrainingPart,
  TrainingSession,
} from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import type { Scope } from "../graph/scope.js";
import type { SlotValue } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import type { OffsetUnit } from "../text/offsets.js";
import type { OutputRow, Prediction } from "./prediction.js";

/** What a graph is built for. */
export interface BuildPurpose {
  readonly form: InputForm;
  /** Whether targets are inputs, so that there is a loss. */
  readonly targets: boolean;
}

/** A model with its rows, figures and predictions. Nothing is read from disk before it is asked for. */
export interface ModelTask {
  /** The class that the config names. */
  readonly name: string;
  readonly context: Context;
  /** The model's tensorizers by input name; empty vocabularies before `learn` or `loadVocabularies`. */
  readonly tensorizers: Tensorizers;
  /** The label names of its targets. */
  readonly labels: Labels;
  /** The figure by which its best epoch is chosen. */
  readonly select: SelectMetric;
  /** The rows; made on the first call. */
  data(): DataHandler;
  /** Throws `PTX_CONFIG_VALUE` when what was learnt from the rows does not fit the config; asked before training. */
  requireFit(): void;
  /** Reads the files that first parameter values come from. */
  prepare(): Promise<void>;
  /** Builds the model into a graph. `made` holds the inputs that others have built into it already, and takes those that this one builds. */
  build(scope: Scope, purpose: BuildPurpose, made?: Map<Tensorizer, ModelInput>): Predicted;
  /** A split's figures. */
  report(data: SplitData, predictions: Predictions): Figures;
  /** Every row with what is right and what was predicted. */
  compare(data: SplitData, predictions: Predictions): readonly ComparedRow[];
  /** The rows that went most wrong, the worst first; as many as its reporter keeps. */
  worst(data: SplitData, predictions: Predictions): readonly ComparedRow[];
  /** What an exported file gives for the model's outputs: labels by name, and places in texts that it cuts itself, counted in `unit`. */
  deploy(outputs: Predicted["outputs"], unit: OffsetUnit): Readonly<Record<string, Tensor>>;
  /** What such a file gives besides for its `k` likeliest labels: `top_labels` string and `top_scores [batch, k]`. Absent: the model gives no scores of labels. */
  deployTop?(outputs: Predicted["outputs"], k: number): Readonly<Record<string, Tensor>>;
  /** How a text's vector is made, where the model gives vectors of texts. */
  readonly sentence?: SentenceForm;
  /** Of a model whose decisions depend on those before them: what of its config all must have alike that decide together. */
  readonly searching?: object;
  /** Characters of text, padding included, that are predicted together at most, where the usual number would fill memory. */
  readonly mostCharacters?: number;
  /** What a row of the deployed outputs says. */
  read(output: OutputRow, row: Row, labels: Labels): Prediction;
  /** The same for a row that may be several examples, in order; absent: a row is one. */
  readExamples?(outputs: readonly OutputRow[], row: Row, labels: Labels): Prediction;
  /** Whether rounding of scores by `tolerance` could have decided a prediction otherwise. */
  undecided(prediction: Prediction, tolerance: number): boolean;
}

/** One of several models that decide together, which is a run of its own. */
export interface MemberRun {
  /** What stands before its parameters' names, and its folder's name. */
  readonly name: string;
  readonly seed: number;
  /** Its task, as the config of its run has it. */
  readonly task: SlotValue<"task">;
  /** The tensorizers of its inputs, which others may have too. */
  readonly tensorizers: Tensorizers;
}

/** What a config's `task` makes: one model or several that are trained together, and how. */
export interface Task extends Pick<TrainingSession, "turns" | "combine" | "selections"> {
  readonly name: string;
  readonly context: Context;
  readonly trainer: Trainer;
  /** The models by name; a task of one model has one part, called "". */
  readonly parts: ReadonlyMap<string, ModelTask>;
  /** The runs that its only part is made of, trained one after another; absent: its parts are trained themselves. */
  readonly members?: readonly MemberRun[];
  /** What is made small in training a part; see `TrainingPart.objective`. */
  objective(part: string): TrainingPart["objective"];
  channels(): Channel[];
}

declare module "../registry/component.js" {
  interface ComponentKinds<Config> {
    task: { create(config: Config, context: Context): Task };
  }
}
