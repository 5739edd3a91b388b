import type { Engine, Program } from "../../engine/engine.js";
import type { HostTensor } from "../../graph/dtype.js";
import { Graph } from "../../graph/graph.js";
import type { ParameterStore } from "../../graph/parameters.js";
import { optimize } from "../../graph/passes.js";
import { Scope } from "../../graph/scope.js";
import type { Context } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import type { Predicted } from "../contracts.js";
import { CarriedValues } from "./carried.js";
import type { Examples, Predictions } from "./contracts.js";
import { RowOutputs } from "./row-outputs.js";

/** The compiled inference graph with its loss: runs over whole splits with the parameters as they are at that moment. */
export class Evaluator {
  private constructor(
    readonly graph: Graph,
    readonly program: Program,
    readonly parameters: ParameterStore,
    readonly outputs: Predicted["outputs"],
    /** Whose losses there are: "" is the model's own, others are its heads'. */
    readonly losses: readonly string[],
    readonly carried: CarriedValues,
  ) {}

  /** Builds the model in inference mode and compiles it. */
  static async compile(
    engine: Engine,
    build: (scope: Scope) => Predicted,
    parameters: ParameterStore,
    context: Context,
  ): Promise<Evaluator> {
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", parameters, context);
    const { loss, outputs, heads = {} } = build(scope);
    for (const [name, tensor] of Object.entries(outputs)) graph.output(name, tensor);
    const losses = { ...(loss && { "": loss }), ...heads };
    for (const [name, { sum, count }] of Object.entries(losses)) {
      graph.output(`loss_sum:${name}`, sum);
      graph.output(`loss_count:${name}`, count);
    }
    const carried = CarriedValues.declare(graph, scope.carried);
    optimize(graph);
    const program = await engine.compile(graph);
    return new Evaluator(graph, program, parameters, outputs, Object.keys(losses), carried);
  }

  /** Predicts every row. `batches` hold each row number once; results are by row. Throws `PTX_DATA` otherwise. */
  async run(examples: Examples, batches: readonly Uint32Array[]): Promise<Predictions> {
    requireEachOnce(batches, examples.size);
    const parameters = this.parameters.feeds(this.graph.parameters.map(({ name }) => name));
    const wanted = [...this.graph.outputs.keys()];
    const outputs = new RowOutputs(examples, this.outputs);
    const [sums, counts] = [new Map<string, number>(), new Map<string, number>()];
    const add = (into: Map<string, number>, name: string, value: HostTensor): void => {
      into.set(name, (into.get(name) ?? 0) + Number(value.data[0]));
    };
    this.carried.reset();
    for (const rows of batches) {
      const batch = examples.batch(rows);
      const results = await this.program.run(
        { ...batch, ...parameters, ...this.carried.feeds(batch) },
        wanted,
      );
      outputs.put(rows, results);
      this.carried.take(results);
      for (const name of this.losses) {
        add(sums, name, results[`loss_sum:${name}`]!);
        add(counts, name, results[`loss_count:${name}`]!);
      }
    }
    const mean = (name: string): number | null => {
      const [sum = 0, count = 0] = [sums.get(name), counts.get(name)];
      return count > 0 ? sum / count : null;
    };
    const heads = this.losses.filter((name) => name !== "").map((name) => [name, mean(name)] as const);
    return { outputs, loss: mean(""), ...(heads.length > 0 && { heads: Object.fromEntries(heads) }) };
  }

  async release(): Promise<void> {
    await this.program.release();
  }
}

function requireEachOnce(batches: readonly Uint32Array[], size: number): void {
  const seen = new Uint8Array(size);
  for (const rows of batches) for (const row of rows) seen[row]!++;
  const row = seen.findIndex((times) => times !== 1);
  if (row < 0) return;
  throw ptxError(
    "PTX_DATA",
    "data.batcher",
    `evaluation needs every row once, but the batcher gives row ${row} of ${size} ${seen[row]} times`,
  );
}
