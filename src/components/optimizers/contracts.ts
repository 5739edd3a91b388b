/** The contracts of the update step: parameters, their gradients, what changes parameters, and what averages them. */
import type { Context } from "../../registry/context.js";

/** One parameter as the parameter store holds it. `data` is changed in place by optimizers. */
export interface ParameterEntry {
  /** Its path, `model.embedding.word.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** A parameter that is not trainable gets no gradient and is never averaged. */
  readonly trainable: boolean;
  /** The store's label for parameters that belong together. Learning rates go by `parameter_groups`, not by this. */
  readonly group?: string;
}

/** The gradient of every element, in the parameter's own layout. */
export interface DenseGradient {
  readonly kind: "dense";
  readonly data: Float32Array;
}

/** The gradient of some rows of a table `[rows, width]`; all other rows have gradient 0. */
export interface SparseGradient {
  readonly kind: "sparse";
  /** Row numbers; the first `count` are valid. They may repeat: the gradient of a row is the sum over its places. */
  readonly ids: Int32Array | BigInt64Array;
  /** `[count, width]`, row k belonging to `ids[k]`. */
  readonly rows: Float32Array;
  readonly count: number;
  /** Elements in a row: the parameter's size divided by its first dimension. */
  readonly width: number;
}

/** A sparse gradient in which no row number repeats. */
export interface MergedSparseGradient extends SparseGradient {
  readonly ids: Int32Array;
  readonly merged: true;
}

/** A gradient as a program gives it. */
export type GradientValue = DenseGradient | SparseGradient;

/** A gradient that is ready to be measured and clipped. */
export type MergedGradient = DenseGradient | MergedSparseGradient;

/** A parameter and the gradient that it is to be moved by. */
export interface ParameterUpdate<G extends GradientValue = GradientValue> {
  readonly parameter: ParameterEntry;
  readonly gradient: G;
}

/**
 * State for a checkpoint: arrays go to a safetensors file under their names, numbers to JSON (all finite).
 * A part that loads it continues bit for bit.
 */
export interface SavedState {
  readonly arrays: Readonly<Record<string, Float32Array>>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** Changes parameters by their gradients. */
export interface Optimizer {
  /** The configured learning rate, before schedule and parameter groups. */
  readonly lr: number;
  /**
   * Learns all parameters of the run and sorts them into `parameter_groups`; once, before the first `step` or `load`.
   * Throws `PTX_CONFIG_VALUE` for a group that no trainable parameter falls into.
   */
  bind(parameters: readonly ParameterEntry[]): void;
  /**
   * Moves each parameter by its gradient times `scale` (1 / number of loss terms, times the clipping factor), with the
   * learning rate times `factor` (from the scheduler). Parameters that are not listed keep value and state: no weight
   * decay, no step counted. For a sparse gradient the same holds for each row that it does not name.
   */
  step(updates: readonly ParameterUpdate[], factor: number, scale: number): void;
  /** The live state: write it or copy it (by `slice`: arrays may be views of a large buffer) before the next step. */
  state(): SavedState;
  /** Restores `state()` by copying. Throws `PTX_MODEL_FILE` when it does not fit the bound parameters. */
  load(state: SavedState): void;
}

/** Keeps an average of the parameters beside the ones being trained. Only trainable parameters are averaged. */
export interface WeightAveraging {
  /** To be called after every optimizer step. */
  afterStep(parameters: readonly ParameterEntry[]): void;
  /** To be called after the last step of epoch `epoch` (from 0). */
  afterEpoch(parameters: readonly ParameterEntry[], epoch: number): void;
  /**
   * Exchanges the parameters' values with the average, so that a second call restores them bit for bit.
   * Returns false and changes nothing while there is no average yet. Between the two calls nothing else may be called.
   */
  swap(parameters: readonly ParameterEntry[]): boolean;
  /** The live state: write or copy it before the next call. */
  state(): SavedState;
  /** Restores `state()` by copying. Throws `PTX_MODEL_FILE` when it does not fit the parameters. */
  load(state: SavedState, parameters: readonly ParameterEntry[]): void;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    optimizer: { create(config: Config, context: Context): Optimizer };
    weight_averaging: { create(config: Config, context: Context): WeightAveraging };
  }
}
