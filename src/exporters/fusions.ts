import { writeOptimized } from "../engine/ort-optimized.js";
import { countOperators } from "../graph/onnx/count-operators.js";

/** How many nodes of an operator a file has, and how many ONNX Runtime runs in their place. */
export interface OperatorChange {
  readonly operator: string;
  readonly file: number;
  readonly runs: number;
}

/**
 * What ONNX Runtime made of a file: the operators that it runs more or fewer of, the new ones first.
 * @param scratch where its own version of the model is written
 */
export async function operatorChanges(model: string, scratch: string): Promise<OperatorChange[]> {
  await writeOptimized(model, scratch, "onnx");
  const [before, after] = [await countOperators(model), await countOperators(scratch)];
  const names = [...new Set([...after.keys(), ...before.keys()])];
  const counts = names.map((operator) => ({
    operator,
    file: before.get(operator) ?? 0,
    runs: after.get(operator) ?? 0,
  }));
  return counts
    .filter(({ file, runs }) => file !== runs)
    .sort((a, b) => b.runs - b.file - (a.runs - a.file) || (a.operator < b.operator ? -1 : 1));
}
