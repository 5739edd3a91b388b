import type { Labels } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import { OnnxModelFile } from "../engine/ort-model.js";
import type { HostTensor } from "../graph/dtype.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { Registry } from "../registry/registry.js";
import { choosePart, columnsOf, inputsOf, outputRows } from "../tasks/deployment.js";
import { openTask } from "../tasks/open-task.js";
import type { OutputRow, Prediction } from "../tasks/prediction.js";
import { type Predictor, predictionBatches } from "../tasks/predictor.js";
import type { ModelTask } from "../tasks/task.js";
import { loadMetadata } from "./metadata.js";

/** An exported file, ready to predict: only cutting texts into tokens is left to this side. */
export class OnnxPredictor implements Predictor {
  private constructor(
    readonly file: OnnxModelFile,
    readonly task: ModelTask,
    readonly labels: Labels,
  ) {}

  /** Opens a file that `export` wrote. */
  static async load(path: string, registry: Registry, log: Log): Promise<OnnxPredictor> {
    const { config, part, labels } = await loadMetadata(path, registry);
    const { task, context } = openTask(config, registry, log);
    const file = await OnnxModelFile.open(path, context.settings.threads);
    return new OnnxPredictor(file, choosePart(task, part), labels);
  }

  get columns(): readonly string[] {
    return columnsOf(this.task);
  }

  async predict(rows: readonly Row[]): Promise<Prediction[]> {
    const predictions: Prediction[] = [];
    for (const [start, end] of predictionBatches(rows, this.task.mostCharacters)) {
      const batch = rows.slice(start, end);
      const results = await this.file.run(this.#feeds(batch));
      for (const [i, output] of outputRows(results, batch.length).entries())
        predictions.push(this.#read(output, batch[i]!));
    }
    return predictions;
  }

  async release(): Promise<void> {
    await this.file.release();
  }

  /** A file may carry the config of another model: its outputs are then not what the task looks for. */
  #read(output: OutputRow, row: Row): Prediction {
    try {
      return this.task.read(output, row, this.labels);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      const message = `its outputs (${this.file.outputs.join(", ")}) are not those of the config that it carries`;
      throw ptxError("PTX_MODEL_FILE", this.file.path, message);
    }
  }

  #feeds(rows: readonly Row[]): Record<string, HostTensor> {
    const feeds: Record<string, HostTensor> = {};
    for (const [, tensorizer] of inputsOf(this.task)) {
      for (const [name, tensor] of Object.entries(tensorizer.serve?.(rows) ?? {})) {
        if (this.file.inputs.includes(name)) feeds[name] = tensor;
      }
    }
    const missing = this.file.inputs.filter((name) => !(name in feeds));
    if (missing.length > 0)
      throw ptxError("PTX_MODEL_FILE", this.file.path, `no input of the config makes ${missing.join(", ")}`);
    return feeds;
  }
}
