import type { Values } from "../../engine/engine.js";
import type { HostTensor } from "../../graph/dtype.js";
import type { Graph } from "../../graph/graph.js";
import type { CarriedState } from "../../graph/scope.js";
import { ptxError } from "../../registry/errors.js";
import { bindShape, bindSymbols } from "./bindings.js";

/** The values of a graph's carried states between its runs. */
export class CarriedValues {
  readonly #values = new Map<string, HostTensor>();

  private constructor(
    readonly graph: Graph,
    readonly states: readonly CarriedState[],
  ) {}

  /** Makes the next values outputs of the graph. */
  static declare(graph: Graph, states: readonly CarriedState[]): CarriedValues {
    for (const { input, next } of states) graph.output(outputOf(input.name), next);
    return new CarriedValues(graph, states);
  }

  /** Begins a pass: all zeros. */
  reset(): void {
    this.#values.clear();
  }

  /** The feeds for the next run, which reads `batch`. Throws `PTX_DATA` when the batch has another size than the one before. */
  feeds(batch: Values): Values {
    if (this.states.length === 0) return {};
    const bindings = bindSymbols(this.graph, batch);
    return Object.fromEntries(
      this.states.map(({ input }) => {
        const dims = bindShape(this.graph, input.shape, bindings);
        const known = this.#values.get(input.name);
        if (known === undefined) {
          const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
          return [input.name, { dtype: "float32", dims, data }];
        }
        if (known.dims.join() !== dims.join()) {
          throw ptxError(
            "PTX_DATA",
            "data.batcher",
            `a state of [${known.dims}] is carried on to a batch that needs [${dims}]: all batches of a pass must have as many rows`,
          );
        }
        return [input.name, known];
      }),
    );
  }

  /** Keeps what a run gave for the next one. */
  take(results: Values): void {
    for (const { input } of this.states) this.#values.set(input.name, results[outputOf(input.name)]!);
  }

  /** Live arrays for a checkpoint. */
  state(): { readonly name: string; readonly dims: readonly number[]; readonly data: Float32Array }[] {
    return [...this.#values].map(([name, { dims, data }]) => ({ name, dims, data: data as Float32Array }));
  }

  /** Restores `state()`. */
  load(values: ReadonlyMap<string, { readonly dims: readonly number[]; readonly data: Float32Array }>): void {
    this.reset();
    for (const [name, { dims, data }] of values) this.#values.set(name, { dtype: "float32", dims, data });
  }
}

const outputOf = (name: string): string => `next:${name}`;
