/** The contract of what makes parameters sparse while they are trained. */
import type { Context } from "../../registry/context.js";
import type { ParameterEntry, SavedState } from "../optimizers/contracts.js";

/** What a sparsifier is made for. */
export interface SparsifierInfo {
  /** All parameters of the run; those that are frozen are marked so. */
  readonly parameters: readonly ParameterEntry[];
  readonly epochs: number;
  /** Optimizer steps in the epochs (from 0) before one, which may be the first after the run. */
  stepsBefore(epoch: number): number;
  /** Whether epochs are evaluated. */
  readonly evaluated: boolean;
}

/** An optimizer step that is done. */
export interface DoneStep {
  /** Its number in the run, from 1. */
  readonly step: number;
  /** Its epoch, from 0. */
  readonly epoch: number;
  /** The optimizer's learning rate in it, without those of parameter groups. */
  readonly lr: number;
}

/** What a sparsifier may ask for at the beginning of an epoch. */
export interface EpochStart {
  /** The epoch that begins, from 0. */
  readonly epoch: number;
  /** The selection metric on eval with the parameters as they are, negative where lower is better; null where it is not defined. */
  goodness(): Promise<number | null>;
  /** Goes back to the parameters of the best epoch so far. */
  restoreBest(): void;
}

/** Sets numbers of parameters to zero, and keeps them there. */
export interface Sparsifier {
  /**
   * The epochs (from 0) in which it takes more numbers away than before. Such epochs compare with none before them: the
   * choice of the best epoch begins anew in each, and no run stops early before the last one.
   */
  readonly rises: readonly number[];
  /** The parameters that it works on. */
  readonly parameters: readonly ParameterEntry[];
  beforeEpoch(start: EpochStart): Promise<void>;
  afterStep(done: DoneStep): void;
  /** The live state: write or copy it before the next call. */
  state(): SavedState;
  /** Restores `state()` by copying. Throws `PTX_MODEL_FILE` when it does not fit. */
  load(state: SavedState): void;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    sparsifier: { create(config: Config, info: SparsifierInfo, context: Context): Sparsifier };
  }
}
