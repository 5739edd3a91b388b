import { mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { recordContentHash, writeModel } from "../graph/onnx/file.js";
import { inspectModel } from "../graph/onnx/inspect.js";
import { replaceFiles } from "../graph/replace-file.js";
import type { Log } from "../registry/context.js";
import { requireFileTarget } from "../registry/output-file.js";
import type { Registry } from "../registry/registry.js";
import { libraryVersion } from "../registry/version.js";
import { choosePart, deploymentGraph } from "../tasks/deployment.js";
import { openRun } from "../tasks/open-task.js";
import { RunPredictor } from "../tasks/predictor.js";
import { requireAgreement } from "./agreement.js";
import { writeMetadata } from "./metadata.js";
import { modelCard } from "./model-card.js";
import { OnnxPredictor } from "./onnx-predictor.js";

/** How a run is exported. */
export interface ExportOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** Which of several models that were trained together. */
  readonly task?: string;
  /** The file for a model card, in Markdown. */
  readonly card?: string;
}

/** What an export did. */
export interface Exported {
  readonly written: readonly string[];
  /** How many held-out rows were predicted by both. */
  readonly rows: number;
  /** The largest difference of a score. */
  readonly difference: number;
}

/**
 * Writes a run as one .onnx file, vocabulary and labels inside, and a model card beside it on request.
 * Held-out rows are predicted by the run and by the file first; throws `PTX_EXPORT`, leaving no file, when they differ.
 */
export async function exportOnnx(
  run: string,
  file: string,
  { registry, log, task, card }: ExportOptions,
): Promise<Exported> {
  requireFileTarget(file, "--onnx");
  if (card !== undefined) requireFileTarget(card, "--card");
  const open = await openRun(run, registry, log, task);
  const part = choosePart(open.task, task);
  const graph = deploymentGraph(open, part, "tokens");
  const values = open.parameters.feeds(graph.parameters.map(({ name }) => name));
  const samples = await open.folder.samples(task);
  const reference = await RunPredictor.of(open, part);
  const expected = await reference.predict(samples);
  await reference.release();
  // The very bytes are checked, in a folder beside the place that they go to.
  const workshop = await mkdtemp(join(dirname(resolve(file)), ".export-"));
  try {
    const version = libraryVersion();
    const metadata = writeMetadata({
      task: part.name,
      part: task,
      version,
      config: open.config,
      labels: part.labels,
      metrics: await open.folder.metrics(),
      data: (await open.folder.vocabularies()).data,
    });
    const producer = { name: "pytext-ts", version };
    const candidates = await writeModel(join(workshop, basename(file)), graph, {
      values,
      metadata,
      producer,
    });
    await recordContentHash(candidates[0]!);
    const predictor = await OnnxPredictor.load(candidates[0]!, registry, log);
    const got = await predictor.predict(samples);
    await predictor.release();
    const difference = requireAgreement(samples, expected, got, part);
    const page = card === undefined ? undefined : modelCard(await inspectModel(candidates[0]!));
    const written = candidates.map((path) => join(dirname(file), basename(path)));
    // External data first: a model is never there without it.
    for (const i of [...candidates.keys()].reverse()) await rename(candidates[i]!, written[i]!);
    if (card !== undefined && page !== undefined) {
      await replaceFiles([{ path: card, pieces: [Buffer.from(page)] }]);
      written.push(card);
    }
    return { written, rows: samples.length, difference };
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
