import { mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { InputForm } from "../components/data/contracts.js";
import { writeModel } from "../graph/onnx/file.js";
import type { Log } from "../registry/context.js";
import { requireFileTarget } from "../registry/output-file.js";
import type { Registry } from "../registry/registry.js";
import { choosePart, deploymentGraph } from "../tasks/deployment.js";
import { openRun } from "../tasks/open-task.js";
import { RunPredictor } from "../tasks/predictor.js";
import type { OffsetUnit } from "../text/offsets.js";
import { requireAgreement } from "./agreement.js";
import { writeMetadata } from "./metadata.js";
import { OnnxPredictor } from "./onnx-predictor.js";

/** How a run is exported. */
export interface ExportOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** Which of several models that were trained together. */
  readonly task?: string;
  /** What the file takes: whole texts, which it cuts itself, unless something else is said; tokens; or ids. */
  readonly input?: InputForm;
  /** What places in texts count in, where the file tells them. UTF-16 code units by default. */
  readonly unit?: OffsetUnit;
  /** Sizes of inputs' axes (`batch`, `tokens`, ...) that are the same in every run; the others are free. */
  readonly sizes?: ReadonlyMap<string, number>;
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
 * Writes a run as one .onnx file, vocabulary and labels inside.
 * Held-out rows are predicted by the run and by the file first; throws `PTX_EXPORT`, leaving no file, when they differ.
 */
export async function exportOnnx(
  run: string,
  file: string,
  { registry, log, task, input = "text", unit = "utf16", sizes = new Map() }: ExportOptions,
): Promise<Exported> {
  requireFileTarget(file, "--onnx");
  const open = await openRun(run, registry, log, task);
  const part = choosePart(open.task, task);
  const graph = deploymentGraph(open, part, { input, unit, sizes });
  const values = open.parameters.feeds(graph.parameters.map(({ name }) => name));
  const samples = await open.folder.samples(task);
  const reference = await RunPredictor.of(open, part);
  const expected = await reference.predict(samples);
  await reference.release();
  // The very bytes are checked, in a folder beside the place that they go to.
  const workshop = await mkdtemp(join(dirname(resolve(file)), ".export-"));
  try {
    const metadata = writeMetadata(part, open.config, await open.folder.metrics(), task, {
      input,
      unit,
      sizes,
    });
    const candidates = await writeModel(join(workshop, basename(file)), graph, { values, metadata });
    const predictor = await OnnxPredictor.load(candidates[0]!, registry, log, part);
    const got = await predictor.predict(samples);
    await predictor.release();
    const difference = requireAgreement(samples, expected, got, part);
    const written = candidates.map((path) => join(dirname(file), basename(path)));
    // External data first: a model is never there without it.
    for (const i of [...candidates.keys()].reverse()) await rename(candidates[i]!, written[i]!);
    return { written, rows: samples.length, difference };
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
