import type { Labels } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import type { Values } from "../engine/engine.js";
import { OnnxModelFile } from "../engine/ort-model.js";
import { type HostTensor, toData } from "../graph/dtype.js";
import { type RunnableModel, readRunnable } from "../graph/onnx/runnable.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { Registry } from "../registry/registry.js";
import { choosePart, columnsOf, inputsOf, outputRows } from "../tasks/deployment.js";
import { openTask } from "../tasks/open-task.js";
import type { OutputRow, Prediction } from "../tasks/prediction.js";
import { numberized, outputsByRow, type Predictor, predictionBatches, readRow } from "../tasks/predictor.js";
import type { ModelTask } from "../tasks/task.js";
import { loadMetadata, type Signature } from "./metadata.js";
import { loadTokenizerBeside, tokenizerFile } from "./tokenizer-file.js";

/** How an exported file is opened. */
export interface OnnxPredictorOptions {
  /** The model that has learnt what a file which takes ids needs. */
  readonly learnt?: ModelTask;
  /** In place of what the config in the file says. */
  readonly threads?: number;
  /** Whether threads wait busily between operators. Default: true. */
  readonly spinning?: boolean;
}

/** An exported file, ready to predict; the file itself does all that its form of input leaves to it. */
export class OnnxPredictor implements Predictor {
  private constructor(
    readonly file: OnnxModelFile,
    readonly task: ModelTask,
    readonly labels: Labels,
    readonly signature: Signature,
    /** The file's metadata, as it stands there. */
    readonly metadata: RunnableModel["metadata"],
  ) {}

  /**
   * Opens a file that `export` wrote. A file that takes ids needs the model that has learnt them, or a tokenizer beside it;
   * throws `PTX_MODEL_FILE` without.
   */
  static async load(
    path: string,
    registry: Registry,
    log: Log,
    { learnt, threads, spinning = true }: OnnxPredictorOptions = {},
  ): Promise<OnnxPredictor> {
    const file = await readRunnable(path);
    const { config, part, labels, ...signature } = loadMetadata(file, registry);
    const { task, context } = openTask(config, registry, log);
    const model = learnt ?? choosePart(task, part);
    if (signature.input === "ids" && learnt === undefined && !(await loadTokenizerBeside(path, model))) {
      const message = `the file takes ids and does not hold what makes them from texts, nor is there ${tokenizerFile(path)}`;
      throw ptxError(
        "PTX_MODEL_FILE",
        path,
        message,
        "predict with the run's folder, or export with --input text",
      );
    }
    const opened = await OnnxModelFile.open(file, threads ?? context.settings.threads, spinning);
    return new OnnxPredictor(opened, model, labels, signature, file.metadata);
  }

  get columns(): readonly string[] {
    return columnsOf(this.task);
  }

  async predict(rows: readonly Row[]): Promise<Prediction[]> {
    const predictions: Prediction[] = [];
    const size = this.signature.sizes.get("batch");
    for (const [start, end] of predictionBatches(rows, this.task.mostCharacters, size)) {
      const batch = rows.slice(start, end);
      const outputs = await this.#outputs(batch, size ?? null);
      for (const [i, row] of batch.entries()) predictions.push(this.#read(outputs[i]!, row));
    }
    return predictions;
  }

  /** The outputs of each row, by example: where texts are fed a row is one. */
  async #outputs(rows: readonly Row[], size: number | null): Promise<OutputRow[][]> {
    const { input, unit } = this.signature;
    if (input === "ids")
      return outputsByRow(numberized(this.task, rows), rows.length, size, async (feeds, count) =>
        outputRows(await this.file.run(this.#fed([feeds])), count, unit),
      );
    const filled = [...rows];
    // A batch of a fixed size is filled up with copies, whose results are not read.
    while (filled.length < (size ?? 0)) filled.push(filled[0]!);
    const given = inputsOf(this.task).map(([, tensorizer]) => tensorizer.serve?.(filled, input) ?? {});
    const results = await this.file.run(this.#fed(given));
    return outputRows(results, rows.length, unit).map((output) => [output]);
  }

  async release(): Promise<void> {
    await this.file.release();
  }

  /** A file may carry the config of another model: its outputs are then not what the task looks for. */
  #read(outputs: readonly OutputRow[], row: Row): Prediction {
    try {
      return readRow(this.task, outputs, row, this.labels);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      const message = `its outputs (${this.file.outputs.join(", ")}) are not those of the config that it carries`;
      throw ptxError("PTX_MODEL_FILE", this.file.path, message);
    }
  }

  #fed(given: readonly Values[]): Record<string, HostTensor> {
    const feeds: Record<string, HostTensor> = {};
    for (const [name, tensor] of given.flatMap((values) => Object.entries(values)))
      if (this.file.inputs.includes(name)) feeds[name] = this.#fitted(name, tensor);
    const missing = this.file.inputs.filter((name) => !(name in feeds));
    if (missing.length > 0)
      throw ptxError("PTX_MODEL_FILE", this.file.path, `no input of the config makes ${missing.join(", ")}`);
    return feeds;
  }

  /** An input's value, filled up with padding to the sizes that the file fixes. Throws `PTX_DATA` for one that is larger. */
  #fitted(name: string, tensor: HostTensor): HostTensor {
    const dims = this.file.sizesOf(name).map((size, axis) => size ?? tensor.dims[axis]!);
    if (dims.length !== tensor.dims.length || dims.every((size, axis) => size === tensor.dims[axis]))
      return tensor;
    const axis = dims.findIndex((size, at) => size < tensor.dims[at]!);
    if (axis >= 0) {
      const message = `the file takes ${dims[axis]} at axis ${axis} of "${name}", and a row has ${tensor.dims[axis]}`;
      throw ptxError("PTX_DATA", this.file.path, message, "export with a larger --size, or without");
    }
    const specs = inputsOf(this.task).flatMap(([, { fields }]) => fields);
    const pad = specs.find((spec) => spec.name === name)?.pad ?? 0;
    return padded(tensor, dims, tensor.dtype === "string" ? "" : pad);
  }
}

/** A tensor with `filler` behind its elements along each axis. */
function padded(
  { dtype, dims: from, data }: HostTensor,
  dims: readonly number[],
  filler: number | string,
): HostTensor {
  const values = Array<number | bigint | string>(dims.reduce((a, b) => a * b, 1)).fill(filler);
  for (let at = 0; at < data.length; at++) {
    let [rest, place, stride] = [at, 0, 1];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      place += (rest % from[axis]!) * stride;
      rest = Math.floor(rest / from[axis]!);
      stride *= dims[axis]!;
    }
    values[place] = data[at]!;
  }
  return { dtype, dims, data: toData(dtype, values) };
}
