import { ptxError } from "../../registry/errors.js";
import type {
  DenseGradient,
  MergedSparseGradient,
  Optimizer,
  ParameterEntry,
  ParameterUpdate,
  SavedState,
  SparseGradient,
} from "./contracts.js";
import { Arena, type KernelJob, type PreparedKernel } from "./kernels/arena.js";
import type { Kernel } from "./kernels/expression.js";
import { depthsBelowHead } from "./layer-depths.js";
import { type GroupSettings, type ParameterGroups, resolveGroups } from "./parameter-groups.js";
import { checkSparse, RowSums } from "./row-sums.js";
import { takeArray, takeNumber } from "./saved-state.js";

/** One parameter's update. */
export interface UpdateJob extends KernelJob {
  /** Learning rate with group and schedule applied. */
  readonly lr: number;
  readonly weightDecay: number;
  /** What the gradient is to be multiplied by. */
  readonly scale: number;
  /** This update's number for this parameter, from 1. */
  readonly step: number;
}

/** An array that a rule keeps, laid out like the parameter. */
export interface RuleSlot {
  readonly name: string;
  /** What it starts with; null for a scratch array, which has no state and is shared by all parameters. */
  readonly initial: number | null;
}

/** The part in which optimizers differ. */
export interface UpdateRule {
  readonly slots: readonly RuleSlot[];
  /** Formulas over the arrays `value`, `gradient` and the slots, in this order. */
  readonly kernels: readonly Kernel[];
  /** Changes values and slots in place by running the kernels with this update's constants. */
  update(job: UpdateJob, kernels: readonly PreparedKernel[]): void;
}

/** The config keys that every optimizer has. */
export interface CommonSettings {
  readonly lr: number;
  readonly weight_decay: number;
  readonly layer_decay: number;
  readonly parameter_groups: ParameterGroups;
}

interface ParameterState {
  readonly parameter: ParameterEntry;
  readonly settings: GroupSettings;
  readonly slots: readonly Float32Array[];
  step: number;
  /** Whether the slots were never written: then they hold zeros, in memory that the system has not even given yet. */
  pristine: boolean;
  sums: RowSums | undefined;
}

/** An optimizer made of a rule: groups, sparse rows and state are the same for all of them. */
export class RuleOptimizer implements Optimizer {
  readonly lr: number;
  readonly #place: string;
  readonly #states = new Map<string, ParameterState>();
  #kernels: readonly PreparedKernel[] = [];

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
    const decays = this.#layerDecays(parameters.map(({ name }) => name));
    const trained = parameters.filter(({ name }) => groups.has(name));
    const sizes = trained.map(({ data }) => data.length);
    const [largest, all] = [Math.max(0, ...sizes), sizes.reduce((a, b) => a + b, 0)];
    const { slots, kernels } = this.rule;
    const elements = slots.reduce((sum, { initial }) => sum + (initial === null ? largest : all), 0);
    const arena = new Arena(elements, this.#place);
    const shared = slots.map(({ initial }) => (initial === null ? arena.allocate(largest) : null));
    this.#kernels = kernels.map((kernel) => arena.prepare(kernel));
    this.#states.clear();
    for (const parameter of trained) {
      const own = shared.map((scratch) => scratch ?? arena.allocate(parameter.data.length));
      const { lr, weightDecay } = groups.get(parameter.name)!;
      const settings = { lr: lr * (decays.get(parameter.name) ?? 1), weightDecay };
      this.#states.set(parameter.name, {
        parameter,
        settings,
        slots: own,
        step: 0,
        pristine: true,
        sums: undefined,
      });
    }
  }

  step(updates: readonly ParameterUpdate[], factor: number, scale: number): void {
    for (const update of updates) this.#update(this.#stateOf(update.parameter), update, factor, scale);
  }

  state(): SavedState {
    const arrays: Record<string, Float32Array> = {};
    const numbers: Record<string, number> = {};
    for (const [name, { step, slots }] of this.#states) {
      if (step === 0) continue;
      numbers[`step/${name}`] = step;
      this.#saved((slot, index) => {
        arrays[`${slot}/${name}`] = slots[index]!;
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
      if (state.step === 0) continue;
      state.pristine = false;
      this.#saved((slot, index) => {
        const target = state.slots[index]!;
        target.set(takeArray(arrays, `${slot}/${name}`, target.length, this.#place));
      });
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

  /** `decay ^ k` for the parameters of encoders, k modules below the head. */
  #layerDecays(names: readonly string[]): Map<string, number> {
    const decay = this.settings.layer_decay;
    if (decay === 1) return new Map();
    const depths = depthsBelowHead(names, `${this.#place}  layer_decay`);
    return new Map([...depths].map(([name, depth]) => [name, decay ** depth]));
  }

  #update(state: ParameterState, { gradient }: ParameterUpdate, factor: number, scale: number): void {
    const { parameter, settings } = state;
    const blocks = gradient.kind === "dense" ? wholeOf(parameter, gradient) : this.#rowsOf(state, gradient);
    if (state.step === 0) this.#start(state);
    const job: UpdateJob = {
      ...blocks,
      values: parameter.data,
      slots: state.slots,
      lr: settings.lr * factor,
      weightDecay: settings.weightDecay,
      scale,
      step: ++state.step,
    };
    this.rule.update(job, this.#kernels);
  }

  #rowsOf(state: ParameterState, gradient: SparseGradient): Blocks {
    const { ids, rows, count, width } = isMerged(gradient) ? gradient : this.#merge(state, gradient);
    checkSparse(state.parameter, { kind: "sparse", ids, rows, count, width });
    return { gradient: rows, rows: ids, count, width };
  }

  /** Gives a parameter's slots the values that they start with. */
  #start(state: ParameterState): void {
    this.#saved((_, index, initial) => {
      if (!state.pristine || initial !== 0) state.slots[index]!.fill(initial);
    });
    state.pristine = false;
  }

  /** Visits the slots that are state. */
  #saved(visit: (name: string, index: number, initial: number) => void): void {
    this.rule.slots.forEach(({ name, initial }, index) => {
      if (initial !== null) visit(name, index, initial);
    });
  }

  #merge(state: ParameterState, gradient: SparseGradient): RowSums {
    state.sums ??= new RowSums(state.parameter);
    return state.sums.clear().add(gradient);
  }

  #stateOf({ name, data }: ParameterEntry): ParameterState {
    const state = this.#states.get(name);
    if (state === undefined) {
      throw ptxError(
        "PTX_TRAINING",
        this.#place,
        `a gradient for "${name}", which is not among the bound trainable parameters`,
      );
    }
    if (state.parameter.data !== data) {
      throw ptxError(
        "PTX_TRAINING",
        this.#place,
        `the values of "${name}" are not in the array that was bound`,
      );
    }
    return state;
  }
}

type Blocks = Pick<KernelJob, "gradient" | "rows" | "count" | "width">;

function wholeOf({ name, data }: ParameterEntry, gradient: DenseGradient): Blocks {
  if (gradient.data.length !== data.length) {
    const sizes = `${gradient.data.length} values for ${data.length} elements`;
    throw ptxError("PTX_TRAINING", name, `a dense gradient of ${sizes}`);
  }
  return { gradient: gradient.data, rows: null, count: 1, width: data.length };
}

function isMerged(gradient: SparseGradient): gradient is MergedSparseGradient {
  return "merged" in gradient;
}
