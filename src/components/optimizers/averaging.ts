import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { ParameterEntry, SavedState, WeightAveraging } from "./contracts.js";
import { takeArray, takeNumber } from "./saved-state.js";

/** Exponential moving average, taken after every optimizer step: `a = decay * a + (1 - decay) * p`. It starts as a copy. */
export const EMA = component({
  kind: "weight_averaging",
  name: "EMA",
  schema: Type.Object(
    {
      decay: Type.Number({
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0.999,
        description:
          "Share of the average that each step keeps; it looks back over about 1 / (1 - decay) steps.",
      }),
      warm_up: Type.Boolean({
        default: true,
        description:
          "Keep at most (1 + n) / (10 + n) after n steps, so that the first, untrained values fade quickly.",
      }),
    },
    { description: "Evaluates and keeps an exponential moving average of the parameters." },
  ),
  create({ decay, warm_up }) {
    const average = new RunningAverage("EMA", (taken) => {
      const kept = warm_up ? Math.min(decay, (1 + taken) / (10 + taken)) : decay;
      return 1 - kept;
    });
    return average.takenBy({ afterStep: (parameters) => average.take(parameters), afterEpoch: () => {} });
  },
});

/** Stochastic weight averaging (Izmailov et al., 2018): the mean of the parameters at the ends of chosen epochs. */
export const SWA = component({
  kind: "weight_averaging",
  name: "SWA",
  schema: Type.Object(
    {
      start_epoch: Type.Integer({
        minimum: 0,
        default: 1,
        description: "First epoch, counted from 0, whose final values are taken into the mean.",
      }),
      frequency: Type.Integer({ minimum: 1, default: 1, description: "Epochs from one taking to the next." }),
    },
    {
      description:
        "Stochastic weight averaging (Izmailov et al., 2018): the mean of the values at the ends of epochs.",
    },
  ),
  create({ start_epoch, frequency }) {
    const average = new RunningAverage("SWA", (taken) => 1 / (taken + 1));
    return average.takenBy({
      afterStep: () => {},
      afterEpoch(parameters, epoch) {
        if (epoch >= start_epoch && (epoch - start_epoch) % frequency === 0) average.take(parameters);
      },
    });
  },
});

/** `a += gain(n) * (p - a)` for the n-th taking after the first, which copies. */
class RunningAverage {
  readonly #place: string;
  readonly #averages = new Map<string, Float32Array>();
  #taken = 0;
  #swapped = false;

  constructor(
    name: string,
    readonly gain: (taken: number) => number,
  ) {
    this.#place = `weight averaging ${name}`;
  }

  /** The component's face: when values are taken is up to the kind of average. */
  takenBy(moments: Pick<WeightAveraging, "afterStep" | "afterEpoch">): WeightAveraging {
    return {
      ...moments,
      swap: (parameters) => this.swap(parameters),
      state: () => this.state(),
      load: (state, parameters) => this.load(state, parameters),
    };
  }

  take(parameters: readonly ParameterEntry[]): void {
    this.#mustNotBeSwapped();
    const gain = this.#taken === 0 ? 1 : this.gain(this.#taken);
    for (const { name, data } of trainable(parameters)) {
      if (this.#taken === 0) this.#averages.set(name, data.slice());
      else mix(this.#average(name), data, gain);
    }
    this.#taken++;
  }

  swap(parameters: readonly ParameterEntry[]): boolean {
    if (this.#taken === 0) return false;
    const pairs = trainable(parameters).map(({ name, data }) => [this.#average(name), data] as const);
    for (const [average, data] of pairs) exchange(average, data);
    this.#swapped = !this.#swapped;
    return true;
  }

  state(): SavedState {
    this.#mustNotBeSwapped();
    const arrays: Record<string, Float32Array> = {};
    for (const [name, array] of this.#averages) arrays[`average/${name}`] = array;
    return { arrays, numbers: { taken: this.#taken } };
  }

  load(state: SavedState, parameters: readonly ParameterEntry[]): void {
    this.#mustNotBeSwapped();
    const arrays = new Map(Object.entries(state.arrays));
    this.#taken = takeNumber(new Map(Object.entries(state.numbers)), "taken", this.#place);
    this.#averages.clear();
    if (this.#taken > 0) {
      for (const { name, data } of trainable(parameters)) {
        this.#averages.set(name, takeArray(arrays, `average/${name}`, data.length, this.#place).slice());
      }
    }
    const [unknown] = arrays.keys();
    if (unknown !== undefined) {
      throw ptxError(
        "PTX_MODEL_FILE",
        this.#place,
        `the saved state holds "${unknown}", which is no trainable parameter's`,
      );
    }
  }

  #average(name: string): Float32Array {
    const average = this.#averages.get(name);
    if (average === undefined) {
      throw ptxError("PTX_TRAINING", this.#place, `"${name}" was not among the parameters averaged before`);
    }
    return average;
  }

  #mustNotBeSwapped(): void {
    if (this.#swapped) {
      throw ptxError("PTX_TRAINING", this.#place, "the parameters hold the average; swap them back first");
    }
  }
}

function trainable(parameters: readonly ParameterEntry[]): ParameterEntry[] {
  return parameters.filter((parameter) => parameter.trainable);
}

function mix(average: Float32Array, data: Float32Array, gain: number): void {
  for (let i = 0; i < average.length; i++) {
    const value = average[i]!;
    average[i] = value + gain * (data[i]! - value);
  }
}

function exchange(a: Float32Array, b: Float32Array): void {
  for (let i = 0; i < a.length; i++) {
    const kept = a[i]!;
    a[i] = b[i]!;
    b[i] = kept;
  }
}
