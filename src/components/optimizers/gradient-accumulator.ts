import { ptxError } from "../../registry/errors.js";
import type {
  DenseGradient,
  GradientValue,
  MergedGradient,
  ParameterEntry,
  ParameterUpdate,
} from "./contracts.js";
import { RowSums } from "./row-sums.js";

/**
 * Sums the gradients of the batches that make up one update and merges repeated rows. Losses are sums, so the
 * accumulated gradient equals that of one batch with all rows; divide once, by `scale` in `Optimizer.step`.
 */
export class GradientAccumulator {
  readonly #keepsReference: boolean;
  readonly #sums = new Map<string, GradientSum>();
  /** The sums by name. */
  #ordered: readonly GradientSum[] = [];

  /**
   * @param batchesPerUpdate With 1, dense gradients are passed on by reference; with more they are summed in own buffers,
   * so the caller may overwrite its gradients between calls.
   */
  constructor(batchesPerUpdate: number) {
    this.#keepsReference = batchesPerUpdate === 1;
  }

  /** Adds one batch's gradient of one parameter. Throws `PTX_TRAINING` when it does not fit the parameter. */
  add(parameter: ParameterEntry, gradient: GradientValue): void {
    let sum = this.#sums.get(parameter.name);
    if (sum === undefined) {
      sum = new GradientSum(parameter, this.#keepsReference);
      this.#sums.set(parameter.name, sum);
      this.#ordered = [...this.#sums.values()].sort((a, b) => (a.parameter.name < b.parameter.name ? -1 : 1));
    }
    sum.add(gradient);
  }

  /**
   * The sums of all gradients added since the last call, by the names of the parameters: what is computed of all of them
   * must not depend on which of them a process saw first. They are valid until the next `add`, which starts new sums.
   */
  take(): ParameterUpdate<MergedGradient>[] {
    const updates: ParameterUpdate<MergedGradient>[] = [];
    for (const { parameter, gradient } of this.#ordered) {
      if (gradient !== null) updates.push({ parameter, gradient });
    }
    for (const sum of this.#ordered) sum.gradient = null;
    return updates;
  }
}

/** The running sum for one parameter: dense, sparse, or (when both kinds were added) dense. */
class GradientSum {
  gradient: MergedGradient | null = null;
  #rows: RowSums | undefined;
  #own: DenseGradient | undefined;

  constructor(
    readonly parameter: ParameterEntry,
    readonly keepsReference: boolean,
  ) {}

  add(value: GradientValue): void {
    if (value.kind === "dense" && value.data.length !== this.parameter.data.length) {
      const { name, data } = this.parameter;
      throw ptxError(
        "PTX_TRAINING",
        name,
        `a gradient of ${value.data.length} values for ${data.length} elements`,
      );
    }
    if (value.kind === "dense") this.#addDense(value);
    else if (this.gradient?.kind === "dense") {
      this.#rows ??= new RowSums(this.parameter);
      scatter(this.#rows.clear().add(value), this.#ownDense(this.gradient));
    } else {
      this.#rows ??= new RowSums(this.parameter);
      if (this.gradient === null) this.#rows.clear();
      this.gradient = this.#rows.add(value);
    }
  }

  #addDense(value: DenseGradient): void {
    if (this.gradient === null) {
      this.gradient = value;
      if (!this.keepsReference) this.#ownDense(value);
      return;
    }
    const target = this.#ownDense(this.gradient);
    for (let i = 0; i < target.length; i++) target[i] = target[i]! + value.data[i]!;
  }

  /** Makes the sum so far a dense one in this object's buffer. */
  #ownDense(current: MergedGradient): Float32Array {
    if (current === this.#own) return this.#own.data;
    this.#own ??= { kind: "dense", data: new Float32Array(this.parameter.data.length) };
    if (current.kind === "dense") this.#own.data.set(current.data);
    else scatter(current, this.#own.data.fill(0));
    this.gradient = this.#own;
    return this.#own.data;
  }
}

/** Adds merged rows to a dense array. */
function scatter(
  { ids, rows, count, width }: RowSums | (MergedGradient & { kind: "sparse" }),
  target: Float32Array,
): void {
  for (let k = 0; k < count; k++) {
    const to = ids[k]! * width;
    for (let i = 0; i < width; i++) target[to + i] = target[to + i]! + rows[k * width + i]!;
  }
}
