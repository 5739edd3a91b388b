import { mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Graph } from "../graph/graph.js";
import { writeModel } from "../graph/onnx/file.js";
import { greaterOrEqual, where } from "../graph/ops/elementwise.js";
import { decodeIds } from "../graph/ops/lookup.js";
import { argMax } from "../graph/ops/reduction.js";
import { optimize } from "../graph/passes.js";
import { Scope } from "../graph/scope.js";
import type { Log } from "../registry/context.js";
import { requireFileTarget } from "../registry/output-file.js";
import type { Registry } from "../registry/registry.js";
import { type OpenTask, openRun } from "../tasks/open-task.js";
import { RunPredictor } from "../tasks/predictor.js";
import { requireAgreement } from "./agreement.js";
import { writeMetadata } from "./metadata.js";
import { OnnxPredictor } from "./onnx-predictor.js";

/** What an export did. */
export interface Exported {
  readonly written: readonly string[];
  /** How many held-out rows were predicted by both. */
  readonly rows: number;
  /** The largest difference of a score. */
  readonly difference: number;
}

/** The model in inference mode with strings in and labels out: `tokens` string `[batch, tokens]` -> `scores`, `label` (or `labels`). */
function deploymentGraph({ task, parameters, context }: OpenTask): Graph {
  const graph = new Graph();
  const scope = Scope.root(graph, "infer", parameters, context);
  const { scores } = task.build(scope, { form: "tokens", targets: false });
  parameters.requireAllDeclared();
  graph.output("scores", scores);
  const {
    labels,
    decision: { decision, threshold },
  } = task;
  if (decision === "single-label") graph.output("label", decodeIds(argMax(scores), labels));
  else {
    const strings = (values: readonly string[]) => graph.constant("string", [values.length], values);
    graph.output("labels", where(greaterOrEqual(scores, threshold), strings(labels), strings([""])));
  }
  optimize(graph);
  return graph;
}

/**
 * Writes a run as one .onnx file, vocabulary and labels inside.
 * Held-out rows are predicted by the run and by the file first; throws `PTX_EXPORT`, leaving no file, when they differ.
 */
export async function exportOnnx(
  run: string,
  file: string,
  { registry, log }: { readonly registry: Registry; readonly log: Log },
): Promise<Exported> {
  requireFileTarget(file, "--onnx");
  const open = await openRun(run, registry, log);
  const graph = deploymentGraph(open);
  const values = open.parameters.feeds(graph.parameters.map(({ name }) => name));
  const samples = await open.folder.samples();
  const reference = await RunPredictor.of(open);
  const expected = await reference.predict(samples);
  await reference.release();
  // The very bytes are checked, in a folder beside the place that they go to.
  const workshop = await mkdtemp(join(dirname(resolve(file)), ".export-"));
  try {
    const metadata = writeMetadata(open.task, open.config, await open.folder.metrics());
    const candidates = await writeModel(join(workshop, basename(file)), graph, { values, metadata });
    const predictor = await OnnxPredictor.load(candidates[0]!, registry, log);
    const got = await predictor.predict(samples);
    await predictor.release();
    const difference = requireAgreement(samples, expected, got, open.task.decision);
    const written = candidates.map((path) => join(dirname(file), basename(path)));
    // External data first: a model is never there without it.
    for (const i of [...candidates.keys()].reverse()) await rename(candidates[i]!, written[i]!);
    return { written, rows: samples.length, difference };
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
