import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Fingerprint } from "../components/data/data-handler.js";
import type { Row } from "../components/data/contracts.js";
import type { Checkpoint, CheckpointStore } from "../components/trainers/contracts.js";
import type { ParameterStore } from "../graph/parameters.js";
import { replaceFiles } from "../graph/replace-file.js";
import { readSafetensors, writeSafetensors } from "../graph/safetensors.js";
import { ptxError } from "../registry/errors.js";
import { printConfig, resolveConfig } from "../registry/load-config.js";
import type { Registry } from "../registry/registry.js";
import type { RunConfig } from "../registry/run-config.js";

/** The files of a run, by what they hold. */
const FILES = {
  config: "config.json",
  vocabularies: "vocabularies.json",
  parameters: "parameters.safetensors",
  metrics: "metrics.json",
  samples: "samples.jsonl",
  worst: "worst-rows.jsonl",
  log: "log.jsonl",
  checkpoint: "checkpoint.safetensors",
} as const;

/** What the tensorizers learned, and from which files. */
export interface SavedVocabularies {
  readonly tensorizers: Readonly<Record<string, unknown>>;
  readonly data: readonly Fingerprint[];
}

/** A run as a folder: everything that a later command needs, and nothing outside it. Files are old or new, never half. */
export class RunFolder implements CheckpointStore {
  constructor(readonly path: string) {}

  /** The path of one of the run's files. */
  file(name: keyof typeof FILES): string {
    return join(this.path, FILES[name]);
  }

  has(name: keyof typeof FILES): boolean {
    return existsSync(this.file(name));
  }

  /** The files that are there. */
  files(): string[] {
    return (Object.keys(FILES) as (keyof typeof FILES)[]).filter((name) => this.has(name)).map((name) => this.file(name));
  }

  /** Makes the folder. Throws `PTX_FILE_EXISTS` when there is something in it already. */
  async create(): Promise<void> {
    await mkdir(this.path, { recursive: true });
    if ((await readdir(this.path)).length > 0) {
      throw ptxError("PTX_FILE_EXISTS", this.path, "the folder is not empty; name another --output, or continue the run in it with --resume");
    }
  }

  async saveConfig(config: RunConfig): Promise<void> {
    await this.#write("config", printConfig(config));
  }

  /** The run's resolved config. Data files need not exist any more. */
  async config(registry: Registry): Promise<RunConfig> {
    return resolveConfig(await this.#json("config"), registry, { source: this.file("config"), checkFiles: false }).config;
  }

  async saveVocabularies(saved: SavedVocabularies): Promise<void> {
    await this.#write("vocabularies", `${JSON.stringify(saved)}\n`);
  }

  async vocabularies(): Promise<SavedVocabularies> {
    return (await this.#json("vocabularies")) as SavedVocabularies;
  }

  async saveParameters(parameters: ParameterStore): Promise<void> {
    await writeSafetensors(this.file("parameters"), parameters.feeds());
  }

  /** Puts the run's parameters into a store. */
  async loadParameters(parameters: ParameterStore): Promise<void> {
    this.#require("parameters");
    const { tensors } = await readSafetensors(this.file("parameters"));
    for (const [name, { dims, data }] of Object.entries(tensors)) {
      parameters.add({ name, shape: dims, data: data as Float32Array, trainable: true });
    }
  }

  async saveMetrics(metrics: unknown): Promise<void> {
    await this.#write("metrics", `${JSON.stringify(metrics, null, 2)}\n`);
  }

  async metrics(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#json("metrics")) as Readonly<Record<string, unknown>>;
  }

  /** Keeps rows to check exported files with. */
  async saveSamples(rows: readonly Row[]): Promise<void> {
    await this.#write("samples", rows.map(({ values }) => `${JSON.stringify({ ...values })}\n`).join(""));
  }

  async samples(): Promise<Row[]> {
    const lines = (await this.#text("samples")).split("\n").filter((line) => line !== "");
    return lines.map((line, i) => ({ values: Object.assign(Object.create(null), JSON.parse(line)), origin: `${this.file("samples")}:${i + 1}` }));
  }

  async saveWorst(rows: readonly object[]): Promise<void> {
    await this.#write("worst", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  }

  async save({ arrays, state }: Checkpoint): Promise<void> {
    const tensors = Object.fromEntries([...arrays].map(([name, { shape, data }]) => [name, { dtype: "float32", dims: shape, data } as const]));
    await writeSafetensors(this.file("checkpoint"), tensors, { metadata: { state: JSON.stringify(state) } });
  }

  async load(): Promise<Checkpoint | null> {
    if (!this.has("checkpoint")) return null;
    const { tensors, metadata } = await readSafetensors(this.file("checkpoint"));
    const arrays = new Map(Object.entries(tensors).map(([name, { dims, data }]) => [name, { shape: dims, data: data as Float32Array }] as const));
    return { arrays, state: JSON.parse(metadata.state ?? "null") };
  }

  /** Removes the checkpoint of a run that has ended. */
  async dropCheckpoint(): Promise<void> {
    await rm(this.file("checkpoint"), { force: true });
  }

  async #write(name: keyof typeof FILES, text: string): Promise<void> {
    await replaceFiles([{ path: this.file(name), pieces: [Buffer.from(text)] }]);
  }

  async #text(name: keyof typeof FILES): Promise<string> {
    this.#require(name);
    return readFile(this.file(name), "utf8");
  }

  async #json(name: keyof typeof FILES): Promise<unknown> {
    const text = await this.#text(name);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw ptxError("PTX_MODEL_FILE", this.file(name), `not valid JSON: ${(error as Error).message}`);
    }
  }

  #require(name: keyof typeof FILES): void {
    if (this.has(name)) return;
    const what = existsSync(this.path) ? `the run lacks ${FILES[name]}; it has not ended, or this is no run folder` : "there is no such run folder";
    throw ptxError("PTX_RUN", this.path, what, "pytext-ts train CONFIG --output DIR makes one");
  }
}
