import type { Engine, Program } from "../../engine/engine.js";
import { Graph } from "../../graph/graph.js";
import type { ParameterStore } from "../../graph/parameters.js";
import { optimize } from "../../graph/passes.js";
import { Scope } from "../../graph/scope.js";
import type { Context } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import type { Predicted } from "../contracts.js";
import type { Examples, Predictions } from "./contracts.js";

/** The compiled inference graph with its loss: scores whole splits with the parameters as they are at that moment. */
export class Evaluator {
  private constructor(
    readonly graph: Graph,
    readonly program: Program,
    readonly parameters: ParameterStore,
  ) {}

  /** Builds the model in inference mode and compiles it. */
  static async compile(
    engine: Engine,
    build: (scope: Scope) => Predicted,
    parameters: ParameterStore,
    context: Context,
  ): Promise<Evaluator> {
    const graph = new Graph();
    const { loss, scores } = build(Scope.root(graph, "infer", parameters, context));
    graph.output("scores", scores);
    if (loss !== null) {
      graph.output("loss_sum", loss.sum);
      graph.output("loss_count", loss.count);
    }
    optimize(graph);
    return new Evaluator(graph, await engine.compile(graph), parameters);
  }

  /** Scores every row. `batches` hold each row number once, in any order; results are in row order. Throws `PTX_DATA` otherwise. */
  async run(examples: Examples, batches: readonly Uint32Array[]): Promise<Predictions> {
    requireEachOnce(batches, examples.size);
    const outputs = [...this.graph.outputs.keys()];
    const parameters = this.parameters.feeds(this.graph.parameters.map(({ name }) => name));
    let scores = new Float32Array(0);
    let [sum, count] = [0, 0];
    for (const rows of batches) {
      const results = await this.program.run({ ...examples.batch(rows), ...parameters }, outputs);
      const batch = results.scores!;
      const labels = batch.dims[1]!;
      if (scores.length === 0) scores = new Float32Array(examples.size * labels);
      for (const [i, row] of rows.entries()) {
        scores.set((batch.data as Float32Array).subarray(i * labels, (i + 1) * labels), row * labels);
      }
      sum += Number(results.loss_sum?.data[0] ?? 0);
      count += Number(results.loss_count?.data[0] ?? 0);
    }
    return { scores, loss: count > 0 ? sum / count : null };
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
