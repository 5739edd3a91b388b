import type { InputForm } from "../components/data/contracts.js";
import { exportAdapter } from "../exporters/adapter-exporter.js";
import { exportHuggingFace } from "../exporters/hugging-face-exporter.js";
import { exportOnnx } from "../exporters/onnx-exporter.js";
import type { QuantizedForm } from "../exporters/quantize/forms.js";
import { UNITS, type UnitName } from "../text/offset-units.js";
import { fusionLines, pruningLines, quantizationLines } from "./export-lines.js";
import { loadRegistry, print, terminalLog } from "./session.js";
import { parseSizes } from "./sizes.js";

/** Options of `pytext-ts export`. */
export interface ExportCommand {
  readonly onnx?: string;
  readonly ort?: string;
  readonly huggingFace?: string;
  readonly adapter?: string;
  readonly card?: string;
  readonly task?: string;
  readonly input: InputForm;
  readonly offsetUnit: UnitName;
  readonly topK?: number;
  readonly size: readonly string[];
  readonly quantize?: QuantizedForm;
  readonly prune?: boolean;
  readonly maxAccuracyDrop?: number;
  readonly externalData?: boolean;
  readonly selfTest: boolean;
  readonly showFusions?: boolean;
  readonly tagProbabilities?: boolean;
  readonly include: readonly string[];
}

/** `pytext-ts export RUN --onnx FILE [--card FILE.md]`, or `--hugging-face FOLDER`, or `--adapter FOLDER`. */
export async function exportCommand(run: string, options: ExportCommand): Promise<void> {
  const {
    onnx,
    ort,
    huggingFace,
    adapter,
    card,
    task,
    topK,
    quantize,
    prune,
    maxAccuracyDrop,
    externalData,
    selfTest,
    showFusions,
    tagProbabilities,
  } = options;
  const registry = await loadRegistry(options.include);
  const folders = { registry, log: terminalLog(), ...(task !== undefined && { task }) };
  const inFolders = [
    ...(huggingFace === undefined ? [] : await exportHuggingFace(run, huggingFace, folders)),
    ...(adapter === undefined ? [] : await exportAdapter(run, adapter, folders)),
  ];
  for (const path of inFolders) print(`wrote ${path}`);
  if (inFolders.length > 0) {
    // With options of a model file in hand, the export of one tells that its name is missing.
    const forms = [onnx, ort, card, quantize, prune, maxAccuracyDrop, externalData, showFusions];
    const about = [...forms, topK, tagProbabilities];
    if (selfTest && about.every((value) => value === undefined)) return;
  }
  const targets = { ...(onnx !== undefined && { onnx }), ...(ort !== undefined && { ort }) };
  const { written, rows, difference, quantization, pruning, fusions } = await exportOnnx(run, targets, {
    registry,
    log: terminalLog(),
    input: options.input,
    unit: UNITS[options.offsetUnit],
    sizes: parseSizes(options.size),
    selfTest,
    ...(task !== undefined && { task }),
    ...(topK !== undefined && { topK }),
    ...(quantize !== undefined && { quantize }),
    ...(prune && { prune }),
    ...(maxAccuracyDrop !== undefined && { maxAccuracyDrop }),
    ...(externalData && { externalData }),
    ...(showFusions && { fusions: true }),
    ...(tagProbabilities && { distributions: true }),
    ...(card !== undefined && { card }),
  });
  print(`checked ${rows} rows: largest difference of a score ${difference.toExponential(1)}`);
  if (quantization !== undefined) for (const line of quantizationLines(quantization)) print(line);
  if (pruning !== undefined) for (const line of pruningLines(pruning)) print(line);
  if (fusions !== undefined) for (const line of fusionLines(fusions)) print(line);
  for (const path of written) print(`wrote ${path}`);
  if (written.some((path) => path.endsWith(".tokenizer.json")))
    print(
      "the file takes ids: its tokenizer, which makes them from texts, stands beside it and belongs to it",
    );
}
