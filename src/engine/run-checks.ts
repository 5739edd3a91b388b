/** @file What a run is given, held to what its graph declares: the same for every engine. */
import { printShape } from "../graph/dims.js";
import type { HostTensor } from "../graph/dtype.js";
import type { Graph, Tensor } from "../graph/graph.js";
import { ptxError } from "../registry/errors.js";
import type { Values } from "./engine.js";

/** Checks what a run is fed against what the graph declares: presence, type, sizes, and that one symbol has one size. */
export class FeedChecker {
  readonly #declared: ReadonlyMap<string, Tensor>;
  /** Values of parameters that were found right: the same object need not be looked at in every step. */
  readonly #seen = new Map<string, HostTensor>();

  constructor(graph: Graph) {
    this.#declared = new Map([...graph.inputs, ...graph.parameters].map((tensor) => [tensor.name, tensor]));
  }

  /** Throws `PTX_ENGINE` for the first feed that cannot be taken. */
  check(feeds: Values, needed: readonly string[]): void {
    const sizes = new Map<string, { readonly size: number; readonly of: string }>();
    for (const name of needed) {
      const value = feeds[name];
      const declared = this.#declared.get(name)!;
      if (value === undefined) throw problem(name, `it is not fed; give it as ${declared}`);
      if (this.#seen.get(name) === value) continue;
      this.#fit(declared, value, sizes);
      if (declared.origin.kind === "parameter") this.#seen.set(name, value);
    }
    for (const name of Object.keys(feeds)) {
      if (!this.#declared.has(name)) {
        throw problem(name, `the program has no such input  known: ${[...this.#declared.keys()].join(", ")}`);
      }
    }
  }

  #fit(declared: Tensor, value: HostTensor, sizes: Map<string, { size: number; of: string }>): void {
    const { dtype, dims, data } = value;
    const fail = (message: string) => problem(declared.name, message);
    const got = (): string => `${dtype}${printShape(dims)}`;
    if (dtype !== declared.dtype || dims.length !== declared.rank)
      throw fail(`it is ${declared}, got ${got()}`);
    let count = 1;
    for (let axis = 0; axis < dims.length; axis++) {
      const [expected, size] = [declared.shape[axis]!, dims[axis]!];
      count *= size;
      if (typeof expected === "string") {
        const bound = sizes.get(expected);
        if (bound === undefined) sizes.set(expected, { size, of: declared.name });
        else if (bound.size !== size) {
          throw fail(`"${expected}" is ${size} here (${got()}) and ${bound.size} in ${bound.of}`);
        }
      } else if (expected !== size) throw fail(`it is ${declared}, got ${got()}`);
    }
    if (data.length !== count) throw fail(`${got()} needs ${count} elements, got ${data.length}`);
  }
}

function problem(input: string, message: string) {
  return ptxError("PTX_ENGINE", `input ${input}`, message);
}

/** Throws `PTX_ENGINE` for an output that the program lacks, and for a given array that cannot take its output. */
export function checkOutputs(
  names: readonly string[],
  into: Values,
  outputs: ReadonlyMap<string, Tensor>,
): void {
  for (const name of names) {
    const declared = outputs.get(name);
    if (declared === undefined)
      throw unfit(name, `the program has no such output  known: ${[...outputs.keys()].join(", ")}`);
    const target = into[name];
    if (target?.dtype === "string") throw unfit(name, "strings cannot be written into a given array");
    if (target !== undefined && target.dtype !== declared.dtype) {
      throw unfit(name, `it is ${declared}, the given array is ${target.dtype}`);
    }
  }
  for (const name of Object.keys(into)) {
    if (!names.includes(name)) throw unfit(name, "an array is given for it, but it is not asked for");
  }
}

function unfit(output: string, message: string) {
  return ptxError("PTX_ENGINE", `output ${output}`, message);
}
