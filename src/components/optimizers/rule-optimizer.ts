import { ptxError } from "../../registry/errors.js";
import type {
  MergedSparseGradient,
  Optimizer,
  ParameterEntry,
  ParameterUpdate,
  SavedState,
  SparseGradient,
} from "./contracts.js";
import { type GroupSettings, type ParameterGroups, resolveGroups } from "./parameter-groups.js";
import { checkSparse, RowSums } from "./row-sums.js";
import { takeArray, takeNumber } from "./saved-state.js";

/**
 * One parameter's update. It covers `count` blocks of `width` elements: for a dense gradient one block, the whole
 * parameter; for a sparse gradient the touched rows. Block k of the gradient starts at `k * width`; see `blockStart`.
 */
export interface UpdateJob {
  values: Float32Array;
  gradient: Float32Array;
  /** The rule's state arrays for this parameter, in the order of its `slots`, laid out like `values`. */
  slots: readonly Float32Array[];
  /** Row numbers of the blocks in the parameter; null for a dense gradient. */
  rows: Int32Array | null;
  count: number;
  width: number;
  /** Learning rate with group and schedule applied. */
  lr: number;
  weightDecay: number;
  /** What the gradient is to be multiplied by. */
  scale: number;
  /** This update's number for this parameter, from 1. */
  step: number;
}

/** Where block k of a job starts in the parameter and in its slots. */
export function blockStart(job: UpdateJob, k: number): number {
  return job.rows === null ? 0 : job.rows[k]! * job.width;
}

/** The part in which optimizers differ. */
export interface UpdateRule {
  /** State arrays kept for each parameter, and the value that they start with. */
  readonly slots: readonly { readonly name: string; readonly initial: number }[];
  /** Changes `values` and `slots` in place; allocates nothing. */
  update(job: UpdateJob): void;
}

/** The config keys that every optimizer has. */
export interface CommonSettings {
  readonly lr: number;
  readonly weight_decay: number;
  readonly parameter_groups: ParameterGroups;
}

interface ParameterState {
  readonly parameter: ParameterEntry;
  readonly settings: GroupSettings;
  step: number;
  slots: readonly Float32Array[] | null;
  sums: RowSums | undefined;
}

/** An optimizer made of a rule: groups, sparse rows and state are the same for all of them. */
export class RuleOptimizer implements Optimizer {
  readonly lr: number;
  readonly #place: string;
  readonly #states = new Map<string, ParameterState>();
  readonly #job: UpdateJob = {
    values: new Float32Array(0),
    gradient: new Float32Array(0),
    slots: [],
    rows: null,
    count: 0,
    width: 0,
    lr: 0,
    weightDecay: 0,
    scale: 1,
    step: 0,
  };

  /** @param name The registered name, for messages. */
  constructor(
    name: string,
    readonly settings: CommonSettings,
    readonly rule: UpdateRule,
  ) {
    this.lr = settings.lr;
    this.#place = `optimizer ${name}`;
  }

  bind(parameters: readonly ParameterEntry[]): void {
    const defaults = { lr: this.lr, weightDecay: this.settings.weight_decay };
    const groups = resolveGroups(this.settings.parameter_groups, defaults, parameters, this.#place);
    this.#states.clear();
    for (const parameter of parameters) {
      const settings = groups.get(parameter.name);
      if (settings === undefined) continue;
      this.#states.set(parameter.name, { parameter, settings, step: 0, slots: null, sums: undefined });
    }
  }

  step(updates: readonly ParameterUpdate[], factor: number, scale: number): void {
    for (const update of updates) this.#update(this.#stateOf(update.parameter.name), update, factor, scale);
  }

  state(): SavedState {
    const arrays: Record<string, Float32Array> = {};
    const numbers: Record<string, number> = {};
    for (const [name, { step, slots }] of this.#states) {
      if (step > 0) numbers[`step/${name}`] = step;
      slots?.forEach((array, index) => {
        arrays[`${this.rule.slots[index]!.name}/${name}`] = array;
      });
    }
    return { arrays, numbers };
  }

  load(saved: SavedState): void {
    const arrays = new Map(Object.entries(saved.arrays));
    const numbers = new Map(Object.entries(saved.numbers));
    for (const [name, state] of this.#states) {
      const key = `step/${name}`;
      state.step = numbers.has(key) ? takeNumber(numbers, key, this.#place) : 0;
      state.slots = null;
      if (state.step === 0) continue;
      const size = state.parameter.data.length;
      state.slots = this.rule.slots.map((slot) =>
        takeArray(arrays, `${slot.name}/${name}`, size, this.#place).slice(),
      );
    }
    const [unknown] = [...arrays.keys(), ...numbers.keys()];
    if (unknown !== undefined) {
      throw ptxError(
        "PTX_MODEL_FILE",
        this.#place,
        `the saved state holds "${unknown}", which this optimizer has no use for`,
      );
    }
  }

  #update(state: ParameterState, { gradient }: ParameterUpdate, factor: number, scale: number): void {
    const { parameter, settings } = state;
    const job = this.#job;
    if (gradient.kind === "dense") {
      if (gradient.data.length !== parameter.data.length) {
        const sizes = `${gradient.data.length} values for ${parameter.data.length} elements`;
        throw ptxError("PTX_TRAINING", parameter.name, `a dense gradient of ${sizes}`);
      }
      job.gradient = gradient.data;
      job.rows = null;
      job.count = 1;
      job.width = parameter.data.length;
    } else {
      const merged = isMerged(gradient) ? gradient : this.#merge(state, gradient);
      checkSparse(parameter, merged);
      job.gradient = merged.rows;
      job.rows = merged.ids;
      job.count = merged.count;
      job.width = merged.width;
    }
    state.slots ??= this.rule.slots.map(({ initial }) =>
      new Float32Array(parameter.data.length).fill(initial),
    );
    job.values = parameter.data;
    job.slots = state.slots;
    job.lr = settings.lr * factor;
    job.weightDecay = settings.weightDecay;
    job.scale = scale;
    job.step = ++state.step;
    this.rule.update(job);
  }

  #merge(state: ParameterState, gradient: SparseGradient): RowSums {
    state.sums ??= new RowSums(state.parameter);
    return state.sums.clear().add(gradient);
  }

  #stateOf(name: string): ParameterState {
    const state = this.#states.get(name);
    if (state === undefined) {
      throw ptxError(
        "PTX_TRAINING",
        this.#place,
        `a gradient for "${name}", which is not among the bound trainable parameters`,
      );
    }
    return state;
  }
}

function isMerged(gradient: SparseGradient): gradient is MergedSparseGradient {
  return "merged" in gradient;
}
