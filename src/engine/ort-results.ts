/**
 * @file Results that ONNX Runtime writes into arrays of ours, without copies of them.
 *
 * Its binding for Node (1.30) makes a new array for every result and copies the result there, also where it was computed
 * in an array that it was given: for the gradients of BERT-base 340 MB in each step, a tenth of its time. It turns one result
 * after the other into an array and ends the run with an error at the first that it has no array for, such as a sequence.
 * By then everything has been computed. So where all results have arrays of ours, an empty sequence is asked for as
 * the first one, and its error is the sign of success. A version that does otherwise is noticed, and used as it is.
 */
import { Graph } from "../graph/graph.js";
import { encodeModel } from "../graph/onnx/encode.js";
import { neg } from "../graph/ops/elementwise.js";

type Runtime = typeof import("onnxruntime-node");

/** The output that no array can hold. */
export const STOP = "no more results";

const signs = new WeakMap<Runtime, Promise<string | null>>();

/** The message with which a run that is asked for `STOP` ends once all is computed; null where runs do not end like that. */
export function signOfSuccess(runtime: Runtime): Promise<string | null> {
  const known = signs.get(runtime) ?? probe(runtime);
  signs.set(runtime, known);
  return known;
}

async function probe({ InferenceSession, Tensor }: Runtime): Promise<string | null> {
  const graph = new Graph();
  graph.output("y", neg(graph.input("x", "float32", [1])));
  const target = new Float32Array(1);
  const [x, y] = [new Tensor("float32", Float32Array.of(-1), [1]), new Tensor("float32", target, [1])];
  try {
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 } as const;
    const session = await InferenceSession.create(encodeModel(graph, { stop: STOP }).model, options);
    const message = await session.run({ x }, { [STOP]: null, y }).then(() => null, messageOf);
    await session.release();
    return target[0] === 1 ? message : null;
  } catch {
    return null;
  }
}

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
