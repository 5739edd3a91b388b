/** @file How far one conformance model gets: imported, run on both engines, differentiated. */
import type { Engine, Values } from "../../src/engine/engine.js";
import { type HostTensor, isFloat } from "../../src/graph/dtype.js";
import { type DecodedModel, decodeModel } from "../../src/graph/onnx/decode.js";
import { onnx } from "../../src/graph/onnx/proto/onnx.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { PtxError } from "../../src/registry/errors.js";
import { differenceOf } from "./compare.js";
import { type ConformanceCase, storedValue } from "./conformance-data.js";
import { checkGradients } from "./gradient-check.js";

/** What came of one step: null when it went well, else why it did not. */
export type Verdict = null | string;

/** What came of one model. Steps after one that failed have its verdict. */
export interface Outcome {
  readonly group: ConformanceCase["group"];
  readonly name: string;
  readonly operator: string | null;
  readonly imported: Verdict;
  /** Whether integer inputs were stored in the model first: sizes, axes and positions that must be known while reading. */
  readonly stored: boolean;
  readonly onnxruntime: Verdict;
  readonly tensorflow: Verdict;
  /** "none" where no float comes in or goes out, or an operator says why it has none. */
  readonly gradient: Verdict | "none";
}

/** The engines that models run on. */
export interface Engines {
  readonly onnxruntime: Engine;
  readonly tensorflow: Engine;
}

/** Elements of an input beyond which a model runs on the first engine alone: the second one and differences take too long. */
const LARGE = 20_000;
const TOO_LARGE = "larger than is tried";

/** Imports a model, runs it on both engines, and compares its gradients with finite differences. */
export async function measure(each: ConformanceCase, engines: Engines): Promise<Outcome> {
  const { group, name, operator } = each;
  const base = { group, name, operator };
  let ready: Imported;
  try {
    ready = importCase(each);
  } catch (error) {
    const why = reason(error);
    return { ...base, imported: why, stored: false, onnxruntime: why, tensorflow: why, gradient: why };
  }
  const run = (engine: Engine): Promise<Verdict> => attempt(() => runCase(ready, engine));
  const onnxruntime = await run(engines.onnxruntime);
  const large = Object.values(ready.feeds).some(({ data }) => data.length > LARGE) ? TOO_LARGE : null;
  const tensorflow = large ?? (await run(engines.tensorflow));
  const gradient =
    large ?? (onnxruntime === null ? await gradientOf(ready, engines.onnxruntime) : onnxruntime);
  return { ...base, imported: null, stored: ready.stored, onnxruntime, tensorflow, gradient };
}

interface Imported {
  readonly decoded: DecodedModel;
  readonly feeds: Values;
  /** The outputs to expect, by name. */
  readonly expected: Values;
  readonly stored: boolean;
  readonly read: (trained: boolean) => DecodedModel;
}

/** Imports a model as it is; where that needs to know its integer inputs, with these stored in it. */
function importCase(each: ConformanceCase): Imported {
  const outputs = each.model.graph?.output ?? [];
  if (each.outputs.length < outputs.length) throw new Error("an output that is no tensor");
  const declared = inputsOf(each.model);
  if (each.inputs.length < declared.length) throw new Error("an input that is no tensor");
  const tensors = each.inputs.map((tensor, i) => ({ ...tensor, name: declared[i]?.name ?? "" }));
  const expected = Object.fromEntries(
    outputs.map(({ name }, i) => [name ?? "", storedValue(each.outputs[i]!)]),
  );
  const values = new Map(tensors.map((tensor) => [tensor.name, storedValue(tensor)]));
  const read =
    (stored: readonly onnx.TensorProto.$Properties[]) =>
    (trained: boolean): DecodedModel =>
      decodeModel(withStored(each.model, stored), { parameters: () => false, trained });
  const whole = (stored: readonly onnx.TensorProto.$Properties[]): Imported => {
    const decoded = read(stored)(false);
    verifyGraph(decoded.graph);
    const feeds = Object.fromEntries(
      decoded.graph.inputs.map((input) => [input.name, values.get(input.name)!]),
    );
    return { decoded, feeds, expected, stored: stored.length > 0, read: read(stored) };
  };
  try {
    return whole([]);
  } catch (error) {
    const integers = tensors.filter((tensor) => !isFloat(values.get(tensor.name)!.dtype));
    if (integers.length === 0) throw error;
    const some = integers.filter((tensor) => tensor !== tensors[0]);
    for (const stored of [some, integers]) {
      try {
        if (stored.length > 0) return whole(stored);
      } catch {
        // What the model as it is was refused for is what is told.
      }
    }
    throw error;
  }
}

/** The inputs that a run feeds: not those whose values the model stores. */
function inputsOf({ graph }: onnx.ModelProto.$Properties): onnx.ValueInfoProto.$Properties[] {
  const stored = new Set((graph?.initializer ?? []).map(({ name }) => name));
  return (graph?.input ?? []).filter(({ name }) => !stored.has(name));
}

function withStored(
  model: onnx.ModelProto.$Properties,
  stored: readonly onnx.TensorProto.$Properties[],
): Uint8Array {
  const names = new Set(stored.map(({ name }) => name));
  const { graph } = model;
  const input = (graph?.input ?? []).filter(({ name }) => !names.has(name));
  const initializer = [...(graph?.initializer ?? []), ...stored];
  return onnx.ModelProto.encode({ ...model, graph: { ...graph, input, initializer } }).finish();
}

async function runCase({ decoded, feeds, expected }: Imported, engine: Engine): Promise<Verdict> {
  const program = await engine.compile(decoded.graph);
  try {
    const got = await program.run(feeds);
    for (const [name, value] of Object.entries(expected)) {
      const difference = differenceOf(got[name]!, value as HostTensor);
      if (difference !== null) return `output "${name}" differs: ${difference}`;
    }
    return null;
  } finally {
    await program.release();
  }
}

async function gradientOf(ready: Imported, engine: Engine): Promise<Outcome["gradient"]> {
  const { graph } = ready.decoded;
  const floats = (tensors: Iterable<{ dtype: HostTensor["dtype"] }>): boolean =>
    [...tensors].some(({ dtype }) => dtype === "float32");
  if (!floats(graph.inputs) || !floats(graph.outputs.values())) return "none";
  try {
    return await checkGradients(ready.read(true).graph, ready.feeds, engine);
  } catch (error) {
    if (error instanceof PtxError && error.code === "PTX_GRADIENT") return "none";
    return reason(error);
  }
}

async function attempt(step: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await step();
  } catch (error) {
    return reason(error);
  }
}

/** The first line of what an error says, without the place. */
function reason(error: unknown): string {
  const text = error instanceof PtxError ? error.problems[0].message : String((error as Error).message);
  return (text.split("\n")[0] ?? "").replace(/^(node "[^"]*" )/, "");
}
