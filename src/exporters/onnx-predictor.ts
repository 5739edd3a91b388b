import type { Row, Tensorizer } from "../components/data/contracts.js";
import { OnnxModelFile } from "../engine/ort-model.js";
import type { HostTensor } from "../graph/dtype.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { Registry } from "../registry/registry.js";
import { type OpenTask, openTask } from "../tasks/open-task.js";
import { type Prediction, type Predictor, predictionBatches, readScores } from "../tasks/predictor.js";
import { loadMetadata } from "./metadata.js";

/** An exported file, ready to predict: only cutting texts into tokens is left to this side. */
export class OnnxPredictor implements Predictor {
  private constructor(
    readonly file: OnnxModelFile,
    readonly open: OpenTask,
    readonly labels: readonly string[],
  ) {}

  /** Opens a file that `export` wrote. */
  static async load(path: string, registry: Registry, log: Log): Promise<OnnxPredictor> {
    const { config, labels } = await loadMetadata(path, registry);
    const open = openTask(config, registry, log);
    return new OnnxPredictor(await OnnxModelFile.open(path, open.context.settings.threads), open, labels);
  }

  get columns(): readonly string[] {
    return [...new Set(this.#inputs.flatMap(({ columns }) => columns))];
  }

  /** Rows to predictions, in order. */
  async predict(rows: readonly Row[]): Promise<Prediction[]> {
    const predictions: Prediction[] = [];
    for (const [start, end] of predictionBatches(rows)) {
      const batch = rows.slice(start, end);
      const { scores, label, labels } = await this.file.run(this.#feeds(batch));
      const flat = scores!.data as Float32Array;
      const width = this.labels.length;
      for (const i of batch.keys()) {
        const prediction = readScores(
          flat.subarray(i * width, (i + 1) * width),
          this.labels,
          this.open.task.decision,
        );
        predictions.push({
          ...prediction,
          ...(label && { label: String(label.data[i]) }),
          ...(labels && {
            labels: given(labels.data.slice(i * width, (i + 1) * width) as readonly string[]),
          }),
        });
      }
    }
    return predictions;
  }

  async release(): Promise<void> {
    await this.file.release();
  }

  #feeds(rows: readonly Row[]): Record<string, HostTensor> {
    const feeds: Record<string, HostTensor> = {};
    for (const tensorizer of this.#inputs) {
      for (const [name, tensor] of Object.entries(tensorizer.serve?.(rows) ?? {})) {
        if (this.file.inputs.includes(name)) feeds[name] = tensor;
      }
    }
    const missing = this.file.inputs.filter((name) => !(name in feeds));
    if (missing.length > 0)
      throw ptxError("PTX_MODEL_FILE", this.file.path, `no input of the config makes ${missing.join(", ")}`);
    return feeds;
  }

  get #inputs(): Tensorizer[] {
    return Object.values(this.open.task.tensorizers).filter(({ role }) => role === "input");
  }
}

/** The labels that hold; the others' places are empty. */
function given(places: readonly string[]): string[] {
  return places.filter((label) => label !== "");
}
