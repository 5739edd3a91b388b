import { sizeOf } from "../graph/dims.js";
import type { Graph, Tensor } from "../graph/graph.js";

/** Numbers in a model's matrices from which on its results are large, and finding room for them takes no noticeable time. */
const LARGE = 4_000_000;

/**
 * Whether ONNX Runtime is to plan memory ahead for sizes that it has seen. With a plan, all results of a run lie in one
 * block beside what the first runs took. Small models' steps are 3 to 7 percent shorter so; large ones need a quarter more
 * memory and are no faster. `setting` null: by the size of the parameters that are more than looked up in.
 */
export function plansMemory(setting: boolean | null, graph: Graph): boolean {
  if (setting !== null) return setting;
  const computed = new Set<Tensor>();
  for (const { definition, inputs } of graph.nodes)
    for (const [i, input] of inputs.entries())
      if (input?.origin.kind === "parameter" && !(definition.name === "Gather" && i === 0))
        computed.add(input);
  return [...computed].reduce((sum, { shape }) => sum + Number(sizeOf(shape)), 0) < LARGE;
}
