import { rename, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { InputForm, Row } from "../components/data/contracts.js";
import type { Values } from "../engine/engine.js";
import { writeOptimized } from "../engine/ort-optimized.js";
import type { Graph } from "../graph/graph.js";
import { recordContentHash, writeModel } from "../graph/onnx/file.js";
import { inspectModel } from "../graph/onnx/inspect.js";
import { replaceFiles } from "../graph/replace-file.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { requireFileTarget } from "../registry/output-file.js";
import type { Registry } from "../registry/registry.js";
import { libraryVersion } from "../registry/version.js";
import { choosePart, columnsOf } from "../tasks/deployment.js";
import { openRun } from "../tasks/open-task.js";
import type { Prediction } from "../tasks/prediction.js";
import { type Predictor, RunPredictor } from "../tasks/predictor.js";
import type { ModelTask } from "../tasks/task.js";
import type { OffsetUnit } from "../text/offsets.js";
import { requireAgreement, TOLERANCE } from "./agreement.js";
import { type OperatorChange, operatorChanges } from "./fusions.js";
import { writeMetadata } from "./metadata.js";
import { modelCard } from "./model-card.js";
import { exportedGraph } from "./offers.js";
import { OnnxPredictor } from "./onnx-predictor.js";
import { prunedModel, type SmallerParameter } from "./prune/prune.js";
import { compareForm } from "./quantize/compare.js";
import { forms, type QuantizedForm } from "./quantize/forms.js";
import { quantizedModel } from "./quantize/quantize.js";
import { inForm } from "./quantize/quantizing-engine.js";
import { type QuantizationReport, requireAccuracy } from "./quantize/report.js";
import { textTimes } from "./quantize/text-time.js";
import { selfTestMetadata } from "./self-test.js";
import { sharedTokenizer, tokenizerFile } from "./tokenizer-file.js";
import { Workshops } from "./workshops.js";

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
  /** How many of the likeliest labels the file gives besides, in order, as `top_labels` and `top_scores`; none by default. */
  readonly topK?: number;
  /** Sizes of inputs' axes (`batch`, `tokens`, ...) that are the same in every run; the others are free. */
  readonly sizes?: ReadonlyMap<string, number>;
  /** A smaller form than the run's own. */
  readonly quantize?: QuantizedForm;
  /** Takes out of the file the rows and columns of weights that do nothing (zero throughout). */
  readonly prune?: boolean;
  /** By how many points of accuracy the smaller form may be worse than the run. */
  readonly maxAccuracyDrop?: number;
  /** Keeps weights in a second file, `FILE.data`. Models of more than 1 GB always do. */
  readonly externalData?: boolean;
  /** Whether a few held-out rows stand in the file with what the model says of them, for servers to check it by. Default: true. */
  readonly selfTest?: boolean;
  /** Whether to find out what ONNX Runtime makes of the graph. */
  readonly fusions?: boolean;
  /** Whether the file tells the probabilities of all tags at each token too, for students to learn from. */
  readonly distributions?: boolean;
  /** The file for a model card, in Markdown. */
  readonly card?: string;
}

/** Where an export goes: to an .onnx file, to one of ONNX Runtime's own format, or to both. */
export interface ExportTargets {
  readonly onnx?: string;
  readonly ort?: string;
}

/** What pruning took out of a file. */
export interface PruningReport {
  readonly smaller: readonly SmallerParameter[];
  /** Of the file as it would be without pruning, and as it is; quantized both where that was asked for. */
  readonly bytes: { readonly whole: number; readonly pruned: number };
}

/** What an export did. */
export interface Exported {
  readonly written: readonly string[];
  /** How many held-out rows were predicted by both. */
  readonly rows: number;
  /** The largest difference of a score. */
  readonly difference: number;
  /** Of a smaller form: what it is beside the run's own. */
  readonly quantization?: QuantizationReport;
  readonly pruning?: PruningReport;
  readonly fusions?: readonly OperatorChange[];
}

/** Tensors of this many bytes and more are kept outside of the model where weights are. */
const EXTERNAL_FROM = 1024;

/**
 * Writes a run as one .onnx file, vocabulary and labels inside; by its name, or to several targets; and a model card on request.
 * Beside a file that takes ids of a model's pieces stands its tokenizer, `MODEL.tokenizer.json`.
 * Held-out rows are predicted by the run (in the form that was asked for) and by each file first; throws `PTX_EXPORT`,
 * leaving no file, when they differ, or when the smaller form is worse than it may be.
 */
export async function exportOnnx(
  run: string,
  target: string | ExportTargets,
  options: ExportOptions,
): Promise<Exported> {
  const targets = typeof target === "string" ? { onnx: target } : target;
  requireSense(targets, options);
  const { registry, log, task, quantize, externalData = false, selfTest = true } = options;
  const open = await openRun(run, registry, log, task);
  const part = choosePart(open.task, task);
  const { input = "text", unit = "utf16", sizes = new Map(), topK: top, distributions = false } = options;
  const more = { distributions, ...(top !== undefined && { top }) };
  const graph = exportedGraph(open, part, { input, unit, sizes, ...more });
  const values = open.parameters.feeds(graph.parameters.map(({ name }) => name));
  const engine = await open.engine();
  const pruned = options.prune ? await prunedModel(graph, values, engine) : undefined;
  const inSmallForm = async (model: { graph: Graph; values: Values }) =>
    quantize && quantizedModel(model.graph, model.values, quantize, engine);
  const whole = { graph, values };
  const small = await inSmallForm(pruned ?? whole);
  const samples = await open.folder.samples(task);
  // A file that takes texts reads the first example of a row that is several.
  const examples = input === "ids" ? Number.POSITIVE_INFINITY : 1;
  const asked = { examples, ...more };
  const reference = await RunPredictor.of(
    quantize ? inForm(open, quantize, options.prune) : open,
    part,
    asked,
  );
  const expected = await predictions(reference, samples);
  const version = libraryVersion();
  const producer = { name: "pytext-ts", version };
  const metadata = {
    ...writeMetadata({
      ...{ task: part.name, part: task, version, config: open.config, labels: part.labels },
      ...{ metrics: await open.folder.metrics(), data: (await open.folder.vocabularies()).data },
      ...{ input, unit, sizes },
    }),
    ...(selfTest &&
      selfTestMetadata(samples, expected, columnsOf(part), part.undecided.bind(part), quantize)),
  };
  const cut = expected.filter(({ truncated }) => truncated).length;
  if (cut > 0)
    log.warn(
      `${cut} of ${samples.length} held-out rows have texts longer than one window: of such a text the file reads the first window, and says "truncated"; the run, and a file that takes ids, read all of it`,
    );
  const check = async (file: string): Promise<number> => {
    const got = await predictions(await OnnxPredictor.load(file, registry, log, { learnt: part }), samples);
    return requireAgreement(samples, expected, got, part, quantize ? forms[quantize].tolerance : TOLERANCE);
  };
  const workshops = new Workshops();
  try {
    // The very bytes are checked, in a folder beside the place that they go to.
    const place = await workshops.beside(targets.onnx ?? targets.ort!);
    const scratch = await workshops.beside(targets.onnx ?? targets.ort!);
    const write = async (
      path: string,
      model: { graph: Graph; values: Values },
      facts: Record<string, string>,
    ): Promise<string[]> => {
      const paths = await writeModel(path, model.graph, {
        ...{ values: model.values, metadata: { ...metadata, ...facts }, producer },
        ...(externalData && { externalFrom: EXTERNAL_FROM }),
      });
      await recordContentHash(path);
      return paths;
    };
    const candidate = join(place, basename(targets.onnx ?? "model.onnx"));
    const files = await write(candidate, small ?? pruned ?? whole, quantize ? { quantize } : {});
    let difference = await check(candidate);
    const moves = targets.onnx === undefined ? [] : files.map((path) => [path, beside(targets.onnx!, path)]);
    if (targets.ort !== undefined) {
      const ort = join(await workshops.beside(targets.ort), basename(targets.ort));
      await writeOptimized(candidate, ort, "ort");
      difference = Math.max(difference, await check(ort));
      moves.push([ort, targets.ort]);
    }
    let quantization: QuantizationReport | undefined;
    if (quantize && small) {
      const compare = (form: QuantizedForm) => compareForm(open, part, form, options.prune ?? false);
      const comparison = await compare(quantize);
      await requireAccuracy(quantize, comparison, options.maxAccuracyDrop, compare);
      const own = await write(join(scratch, "float32.onnx"), whole, {});
      const sides = { ...(await besideRun(own, files, samples, part, options)), comparison };
      quantization = { form: quantize, parameters: small.parameters, ...sides };
    }
    let pruning: PruningReport | undefined;
    if (pruned) {
      const without = await write(join(scratch, "whole.onnx"), (await inSmallForm(whole)) ?? whole, {});
      const bytes = { whole: await totalSize(without), pruned: await totalSize(files) };
      pruning = { smaller: pruned.smaller, bytes };
    }
    const fusions = options.fusions && (await operatorChanges(candidate, join(scratch, "optimized.onnx")));
    const page = options.card === undefined ? undefined : modelCard(await inspectModel(candidate));
    const tokenizer = input === "ids" ? sharedTokenizer(part) : undefined;
    if (tokenizer !== undefined) {
      for (const target of new Set(
        [targets.onnx, targets.ort].flatMap((one) => one ?? []).map(tokenizerFile),
      )) {
        const path = join(await workshops.beside(target), basename(target));
        await writeFile(path, tokenizer);
        moves.push([path, target]);
      }
    }
    // What belongs to a model first: it is never there without it.
    for (const [from, to] of [...moves].reverse()) await rename(from!, to!);
    const written = moves.map(([, to]) => to!);
    if (options.card !== undefined && page !== undefined) {
      await replaceFiles([{ path: options.card, pieces: [Buffer.from(page)] }]);
      written.push(options.card);
    }
    return {
      written,
      rows: samples.length,
      difference,
      ...(quantization && { quantization }),
      ...(pruning && { pruning }),
      ...(fusions && { fusions }),
    };
  } finally {
    await workshops.remove();
  }
}

/** Throws `PTX_USAGE` or `PTX_FILE_MISSING` for targets and options that cannot be followed. */
function requireSense(
  { onnx, ort }: ExportTargets,
  { quantize, maxAccuracyDrop, card }: ExportOptions,
): void {
  if (onnx === undefined && ort === undefined)
    throw ptxError("PTX_USAGE", "export", "name the file to write: --onnx FILE, --ort FILE, or both");
  if (onnx !== undefined) requireFileTarget(onnx, "--onnx");
  if (ort !== undefined) requireFileTarget(ort, "--ort");
  if (card !== undefined) requireFileTarget(card, "--card");
  if (maxAccuracyDrop !== undefined && quantize === undefined)
    throw ptxError(
      "PTX_USAGE",
      "--max-accuracy-drop",
      `the run's own form loses nothing: name a smaller one with --quantize, of ${Object.keys(forms).join(", ")}`,
    );
}

async function predictions(predictor: Predictor, rows: readonly Row[]): Promise<Prediction[]> {
  try {
    return await predictor.predict(rows);
  } finally {
    await predictor.release();
  }
}

/** Bytes and times of the run's own form and of a smaller one; the models stand first among the files. */
async function besideRun(
  run: readonly string[],
  form: readonly string[],
  rows: readonly Row[],
  part: ModelTask,
  { registry, log }: ExportOptions,
): Promise<Pick<QuantizationReport, "bytes" | "milliseconds">> {
  const loaded = [
    await OnnxPredictor.load(run[0]!, registry, log, { learnt: part }),
    await OnnxPredictor.load(form[0]!, registry, log, { learnt: part }),
  ];
  const [ofRun, ofForm] = await textTimes(loaded, rows);
  for (const predictor of loaded) await predictor.release();
  return {
    bytes: { run: await totalSize(run), form: await totalSize(form) },
    milliseconds: { run: ofRun!, form: ofForm! },
  };
}

/** Where a file of the workshop goes: beside the target. */
const beside = (target: string, file: string): string => join(dirname(target), basename(file));

async function totalSize(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map((path) => stat(path)));
  return sizes.reduce((total, { size }) => total + size, 0);
}
