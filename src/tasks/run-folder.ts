import { existsSync, readdirSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Row } from "../components/data/contracts.js";
import type { Fingerprint } from "../components/data/data-handler.js";
import type { Checkpoint, CheckpointStore } from "../components/trainers/contracts.js";
import type { TensorData } from "../graph/dtype.js";
import type { ParameterStore } from "../graph/parameters.js";
import { replaceFiles } from "../graph/replace-file.js";
import { readSafetensors, writeSafetensors } from "../graph/safetensors.js";
import { ptxError } from "../registry/errors.js";
import { isObject } from "../registry/json.js";
import { printConfig, resolveConfig } from "../registry/load-config.js";
import type { Registry } from "../registry/registry.js";
import type { RunConfig } from "../registry/run-config.js";
import type { RunFiles } from "../registry/run-files.js";

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

/** Files that each of several models has of its own. */
const PART_FILE = /^(parameters\..+\.safetensors|samples\..+\.jsonl|worst-rows\..+\.jsonl)$/;

/** Where the files stand that components keep with the run. */
const COMPONENT_FILES = "files";

/** Where the runs of an ensemble's members stand. */
const MEMBERS = "members";

/** What the tensorizers learned, and from which files. */
export interface SavedVocabularies {
  readonly tensorizers: Readonly<Record<string, unknown>>;
  readonly data: readonly Fingerprint[];
}

/** A run as a folder: everything that a later command needs, and nothing outside it. Files are old or new, never half. */
export class RunFolder implements CheckpointStore {
  constructor(readonly path: string) {}

  /** The path of one of the run's files; `part` names one of several models that each have their own. */
  file(name: keyof typeof FILES, part = ""): string {
    const file = FILES[name];
    const dot = file.lastIndexOf(".");
    return join(this.path, part === "" ? file : `${file.slice(0, dot)}.${part}${file.slice(dot)}`);
  }

  has(name: keyof typeof FILES, part = ""): boolean {
    return existsSync(this.file(name, part));
  }

  /** The files that are there. */
  files(): string[] {
    const own = (Object.keys(FILES) as (keyof typeof FILES)[])
      .filter((name) => this.has(name))
      .map((name) => this.file(name));
    const ofParts = existsSync(this.path)
      ? readdirSync(this.path).filter((name) => PART_FILE.test(name))
      : [];
    return [...own, ...this.#componentFiles(), ...ofParts.map((name) => join(this.path, name))];
  }

  /** The folder of a member's run. */
  member(name: string): string {
    return join(this.path, MEMBERS, name);
  }

  /** Whether a member's run has been begun. */
  hasMember(name: string): boolean {
    return existsSync(this.member(name));
  }

  /** Writes the files that components keep with the run. */
  async saveFiles(files: RunFiles): Promise<void> {
    const pieces = [...files].map(([name, bytes]) => ({
      path: join(this.path, COMPONENT_FILES, name),
      pieces: [bytes],
    }));
    if (pieces.length === 0) return;
    await mkdir(join(this.path, COMPONENT_FILES), { recursive: true });
    await replaceFiles(pieces);
  }

  /** Reads the files that components kept with the run. */
  async loadFiles(files: RunFiles): Promise<void> {
    for (const path of this.#componentFiles()) files.keep(basename(path), await readFile(path));
  }

  #componentFiles(): string[] {
    const folder = join(this.path, COMPONENT_FILES);
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => !name.startsWith("."));
    return names.sort().map((name) => join(folder, name));
  }

  /** Throws `PTX_FILE_EXISTS` unless the folder is empty or not there yet. */
  async requireFree(): Promise<void> {
    const found = await readdir(this.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      if (error.code === "ENOTDIR")
        throw ptxError("PTX_FILE_EXISTS", this.path, "this is a file; name a folder");
      throw error;
    });
    if (found.some((name) => !isLeftover(name))) {
      throw ptxError(
        "PTX_FILE_EXISTS",
        this.path,
        "the folder is not empty; name another --output, or continue the run in it with --resume",
      );
    }
  }

  /** Makes the folder, and removes what a killed process left half-written in it. */
  async create(): Promise<void> {
    await mkdir(this.path, { recursive: true });
    const leftovers = (await readdir(this.path)).filter(isLeftover);
    await Promise.all(leftovers.map((name) => rm(join(this.path, name), { force: true })));
  }

  async saveConfig(config: RunConfig): Promise<void> {
    await this.#write("config", printConfig(config));
  }

  /** The run's resolved config. Data files need not exist any more. */
  async config(registry: Registry): Promise<RunConfig> {
    return resolveConfig(await this.#json("config"), registry, {
      source: this.file("config"),
      checkFiles: false,
    }).config;
  }

  async saveVocabularies(saved: SavedVocabularies): Promise<void> {
    await this.#write("vocabularies", `${JSON.stringify(saved)}\n`);
  }

  async vocabularies(): Promise<SavedVocabularies> {
    const saved = (await this.#json("vocabularies")) as Partial<SavedVocabularies> | null;
    const { tensorizers, data } = saved ?? {};
    if (isObject(tensorizers) && Array.isArray(data)) return { tensorizers, data };
    throw ptxError("PTX_MODEL_FILE", this.file("vocabularies"), "this is not what a run saves in it");
  }

  async saveParameters(parameters: ParameterStore): Promise<void> {
    await writeSafetensors(this.file("parameters"), parameters.feeds());
  }

  /** Keeps the parameters that are best for one of several models; loading them needs that model's name. */
  async savePartParameters(
    part: string,
    parameters: ParameterStore,
    chosen: ReadonlyMap<string, Float32Array>,
  ): Promise<void> {
    const tensors = Object.entries(parameters.feeds()).map(
      ([name, tensor]) => [name, { ...tensor, data: chosen.get(name)! }] as const,
    );
    await writeSafetensors(this.file("parameters", part), Object.fromEntries(tensors));
  }

  /** Whether one of several models has parameters of its own best epoch. */
  hasOwn(part: string): boolean {
    return part !== "" && this.has("parameters", part);
  }

  /** Puts the run's parameters into a store, which then takes no others; those best for one of several models if there are any. */
  async loadParameters(parameters: ParameterStore, part = ""): Promise<void> {
    this.#require("parameters");
    const file = this.file("parameters", this.has("parameters", part) ? part : "");
    const { tensors } = await readSafetensors(file);
    for (const [name, { dims, data }] of Object.entries(tensors)) {
      parameters.add({ name, shape: dims, data: floats(file, name, data), trainable: true });
    }
    parameters.seal(file);
  }

  async saveMetrics(metrics: unknown): Promise<void> {
    await this.#write("metrics", `${JSON.stringify(metrics, null, 2)}\n`);
  }

  async metrics(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#json("metrics")) as Readonly<Record<string, unknown>>;
  }

  /** Keeps rows to check exported files with; of several models, each one's in a file of its own. */
  async saveSamples(rows: readonly Row[], part = ""): Promise<void> {
    await this.#write("samples", jsonLines(rows.map(({ values }) => ({ ...values }))), part);
  }

  async samples(part = ""): Promise<Row[]> {
    const lines = (await this.#text("samples", part)).split("\n").filter((line) => line !== "");
    return lines.map((line, i) => {
      const origin = `${this.file("samples", part)}:${i + 1}`;
      return { values: Object.assign(Object.create(null), parse(line, origin)), origin };
    });
  }

  async saveWorst(rows: readonly object[], part = ""): Promise<void> {
    await this.#write("worst", jsonLines(rows), part);
  }

  async save({ arrays, state }: Checkpoint): Promise<void> {
    const tensors = Object.fromEntries(
      [...arrays].map(([name, { shape, data }]) => [name, { dtype: "float32", dims: shape, data } as const]),
    );
    await writeSafetensors(this.file("checkpoint"), tensors, { metadata: { state: JSON.stringify(state) } });
  }

  async load(): Promise<Checkpoint | null> {
    if (!this.has("checkpoint")) return null;
    const file = this.file("checkpoint");
    const { tensors, metadata } = await readSafetensors(file);
    const arrays = new Map(
      Object.entries(tensors).map(
        ([name, { dims, data }]) => [name, { shape: dims, data: floats(file, name, data) }] as const,
      ),
    );
    if (metadata.state === undefined)
      throw ptxError("PTX_MODEL_FILE", file, "it does not hold a run's state");
    return { arrays, state: parse(metadata.state, file) };
  }

  /** Removes the checkpoint of a run that has ended. */
  async dropCheckpoint(): Promise<void> {
    await rm(this.file("checkpoint"), { force: true });
  }

  async #write(name: keyof typeof FILES, text: string, part = ""): Promise<void> {
    await replaceFiles([{ path: this.file(name, part), pieces: [Buffer.from(text)] }]);
  }

  async #text(name: keyof typeof FILES, part = ""): Promise<string> {
    this.#require(name, part);
    return readFile(this.file(name, part), "utf8");
  }

  async #json(name: keyof typeof FILES): Promise<unknown> {
    return parse(await this.#text(name), this.file(name));
  }

  #require(name: keyof typeof FILES, part = ""): void {
    if (this.has(name, part)) return;
    const what = existsSync(this.path)
      ? `the run lacks ${FILES[name]}; it has not ended, or this is no run folder`
      : "there is no such run folder";
    throw ptxError("PTX_RUN", this.path, what, "pytext-ts train CONFIG --output DIR makes one");
  }
}

/** Names that `replaceFiles` gives to a run's files while it writes them. */
function isLeftover(name: string): boolean {
  const [, stem] = /^\.(.+?)\..*\.part$/.exec(name) ?? [];
  return Object.values(FILES).some((file) => file.startsWith(`${stem}.`));
}

/** Rows as JSON, one a line. Integers beyond 2^53 (Parquet has them) become texts, as numbers would change them. */
function jsonLines(rows: readonly object[]): string {
  const plain = (_: string, value: unknown): unknown =>
    typeof value !== "bigint" ? value : Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return rows.map((row) => `${JSON.stringify(row, plain)}\n`).join("");
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw ptxError("PTX_MODEL_FILE", where, `not valid JSON: ${(error as Error).message}`);
  }
}

function floats(file: string, name: string, data: TensorData): Float32Array {
  if (data instanceof Float32Array) return data;
  throw ptxError("PTX_MODEL_FILE", file, `${name} holds other numbers than 32-bit floats`);
}
