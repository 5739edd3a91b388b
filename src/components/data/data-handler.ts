import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type Static, Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import type { Context } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import { InputFile } from "../../registry/input-file.js";
import { AddedSource } from "./added-source.js";
import {
  type Batcher,
  type DataSource,
  type FieldValue,
  type Row,
  readsText,
  SkipRow,
  SPLITS,
  type Split,
  type Tensorizer,
} from "./contracts.js";
import { examplesOf } from "./examples.js";
import { HeldOutSource } from "./held-out.js";
import { PartSource } from "./part-source.js";
import { missingColumn } from "./sources/file-source.js";
import { JSONLDataSource } from "./sources/jsonl-source.js";
import { replaceFile } from "./sources/replace-file.js";
import { SkipLog } from "./sources/skip-log.js";
import { type SplitAccount, SplitData, type Tensorizers } from "./split-data.js";

const schema = Type.Object(
  {
    source: Slot("data_source", { description: "Where the rows come from." }),
    batcher: Slot("batcher", { default: "PoolingBatcher", description: "How rows are put into batches." }),
    eval_fraction: Type.Number({
      default: 0,
      minimum: 0,
      maximum: 0.9,
      description:
        "Share of the training rows to hold out as eval rows, for data without an eval file; 0: none.",
    }),
    eval_seed: Type.Integer({
      default: 0,
      description:
        "Chooses the held-out rows; apart from the run's seed, so that runs with other seeds compare on the same rows.",
    }),
    train_fraction: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description:
        "Share of the training rows that is used, those held out aside; a smaller share is part of a larger one.",
    }),
    train_seed: Type.Integer({
      default: 0,
      description: "Chooses the rows of train_fraction; apart from the run's seed, as eval_seed is.",
    }),
    added_filename: InputFile({
      default: null,
      description:
        "A JSON lines file of rows that are trained on too, behind the others, with the columns that the model reads: what `pytext-ts self-train` writes. None of them is held out or left out.",
    }),
  },
  {
    description: "Rows of train, eval and test from one source, turned into numbers once and kept in memory.",
  },
);

/** A file that a run read. */
export interface Fingerprint {
  readonly split: Split;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Feeds tensorizers from a source: vocabularies first, in one pass over the training rows, then the numbers of each split. */
export class DataHandler {
  readonly source: DataSource;
  readonly batcher: Batcher;
  readonly #context: Context;
  readonly #splits = new Map<Split, Promise<SplitData>>();
  #busy: Promise<void> = Promise.resolve();

  constructor(
    source: DataSource,
    batcher: Batcher,
    readonly tensorizers: Tensorizers,
    context: Context,
  ) {
    this.source = source;
    this.batcher = batcher;
    this.#context = context;
  }

  /** The splits that there are. */
  get splits(): readonly Split[] {
    return SPLITS.filter((split) => this.source.has(split));
  }

  /** Reads the test rows from another file of the same form; before they are loaded. Throws `PTX_RUN` where the source cannot. */
  testOn(file: string): void {
    replaceFile(this.source, "test", file);
  }

  /** The columns that the tensorizers read. */
  columns(): string[] {
    return [...new Set(this.#list.flatMap(({ columns }) => columns))];
  }

  /** The columns that make a row what it is, its labels aside: those of inputs, and of texts that are read in training only. */
  textColumns(): string[] {
    return [...new Set(this.#list.filter(readsText).flatMap(({ columns }) => columns))];
  }

  /**
   * Lets all tensorizers see the training rows, in one pass. Before that it checks that every split has the columns that
   * are read. Throws `PTX_DATA`.
   */
  async observe(): Promise<void> {
    if (!this.source.has("train")) {
      throw ptxError("PTX_DATA", "data.source", "there are no training rows: set train_filename");
    }
    for (const split of this.splits) await this.#checkColumns(split);
    let rows = 0;
    for await (const row of this.source.rows("train", this.columns())) {
      for (const tensorizer of this.#list) tensorizer.observe(row);
      rows++;
    }
    if (rows === 0) throw this.#empty("train");
  }

  /** Prints what the tensorizers learned. */
  printFacts(): void {
    for (const [name, tensorizer] of Object.entries(this.tensorizers)) {
      const facts = printNumbers(tensorizer.facts());
      if (facts !== "") this.#context.log.info(`${name}: ${facts}`);
    }
  }

  /** The numbers of a split, made on the first call. Call `learn` first, or load the tensorizers' states. */
  load(split: Split): Promise<SplitData> {
    const known = this.#splits.get(split);
    if (known !== undefined) return known;
    // One after the other: the tensorizers' counts are told apart by what stood before and after a split.
    const loading = this.#busy.then(() => this.#numberize(split));
    this.#busy = loading.then(
      () => {},
      () => {},
    );
    this.#splits.set(split, loading);
    return loading;
  }

  /** The rows behind row numbers of a loaded split, read again from the source, in the order asked for. */
  async examples(data: SplitData, rows: readonly number[]): Promise<Row[]> {
    const wanted = new Set(rows.map((row) => data.sourceRow(row)));
    const found = new Map<number, Row>();
    let at = 0;
    for await (const row of this.source.rows(data.split, this.columns())) {
      if (wanted.has(at)) found.set(at, row);
      at++;
      if (found.size === wanted.size) break;
    }
    return rows.map((row) => {
      const example = found.get(data.sourceRow(row));
      if (example?.origin === data.origin(row)) return example;
      throw ptxError("PTX_DATA", data.origin(row), "the file has changed since its rows were read");
    });
  }

  /** Size and SHA-256 of every file behind the splits. */
  async fingerprints(): Promise<Fingerprint[]> {
    const prints: Fingerprint[] = [];
    for (const split of this.splits) {
      for (const file of this.source.files(split)) {
        prints.push({ split, file, bytes: (await stat(file)).size, sha256: await sha256(file) });
      }
    }
    return prints;
  }

  async #numberize(split: Split): Promise<SplitData> {
    await this.#checkColumns(split);
    const data = new SplitData(split, this.tensorizers);
    const skips = new SkipLog(true);
    const before = this.#list.map((tensorizer) => tensorizer.counts());
    let sourceRow = 0;
    for await (const row of this.source.rows(split, this.columns())) {
      const examples = this.#values(row, skips);
      for (const values of examples) data.push(values, row.origin, sourceRow);
      if (examples.length > 0) data.keep(row, sourceRow);
      sourceRow++;
    }
    if (data.size === 0) throw this.#empty(split);
    data.account = {
      leftOut: [...this.source.skipped(split), ...skips.counts()],
      counts: this.#countsSince(before),
    };
    this.#print(data);
    return data;
  }

  #values(row: Row, skips: SkipLog): FieldValue[][][] {
    try {
      return examplesOf(row, this.#list);
    } catch (error) {
      if (!(error instanceof SkipRow)) throw error;
      skips.reject(row.origin, error.reason, error.reason);
      return [];
    }
  }

  #countsSince(before: readonly Readonly<Record<string, number>>[]): SplitAccount["counts"] {
    const entries = Object.entries(this.tensorizers).map(([name, tensorizer], index) => {
      const counts = Object.entries(tensorizer.counts());
      return [
        name,
        Object.fromEntries(counts.map(([key, n]) => [key, n - (before[index]![key] ?? 0)])),
      ] as const;
    });
    return Object.fromEntries(entries);
  }

  /** Prints what a split holds and lacks. */
  #print(data: SplitData): void {
    const { leftOut, counts } = data.account;
    for (const { reason, count, unit, examples } of leftOut) {
      const all = `${count} ${unit ?? "row"}${count === 1 ? "" : "s"}`;
      const places = count === 0 ? "" : ` (${examples.join(", ")}${count > examples.length ? ", ..." : ""})`;
      // What the format or the config has so is no loss.
      if (unit !== undefined) this.#context.log.info(`${data.split}: ${all} passed over: ${reason}${places}`);
      else this.#context.log.warn(`${data.split}: ${all} left out: ${reason}${places}`);
    }
    const parts = Object.entries(counts).flatMap(([name, numbers]) => {
      const shown = printNumbers(
        Object.fromEntries(Object.entries(numbers).filter(([key, n]) => key !== "rows" && n > 0)),
      );
      return shown === "" ? [] : [`${name}: ${shown}`];
    });
    const several = data.size > data.sourceRows ? ` as ${data.size} examples` : "";
    this.#context.log.info([`${data.split}: ${data.sourceRows} rows${several}`, ...parts].join("; "));
  }

  async #checkColumns(split: Split): Promise<void> {
    if (!this.source.has(split)) {
      throw ptxError("PTX_DATA", "data.source", `there are no ${split} rows: set ${split}_filename`);
    }
    const known = await this.source.columns(split);
    const missing = known === null ? undefined : this.columns().find((column) => !known.includes(column));
    if (known !== null && missing !== undefined) {
      throw missingColumn(this.source.files(split).join(", ") || split, missing, known);
    }
  }

  #empty(split: Split): Error {
    return ptxError(
      "PTX_DATA",
      this.source.files(split).join(", ") || split,
      `there are no ${split} rows in it`,
    );
  }

  get #list(): readonly Tensorizer[] {
    return Object.values(this.tensorizers);
  }
}

/** Lets the tensorizers of all handlers learn from the training rows; one that several handlers share learns from the rows of all. */
export async function learn(handlers: readonly DataHandler[]): Promise<void> {
  for (const handler of handlers) await handler.observe();
  const tensorizers = new Set(handlers.flatMap((handler) => Object.values(handler.tensorizers)));
  for (const tensorizer of tensorizers) await tensorizer.finish();
  for (const handler of handlers) handler.printFacts();
}

/** The data part of a task. */
export const Data = component({
  kind: "data",
  name: "Data",
  schema,
  create: (config, context, tensorizers) => {
    const { component: sourceComponent, config: sourceConfig } = context.part("data_source", config.source);
    const { component: batcherComponent, config: batcherConfig } = context.part("batcher", config.batcher);
    const all = withHeldOut(sourceComponent.create(sourceConfig, context), config);
    const source =
      config.train_fraction === 1 ? all : new PartSource(all, config.train_fraction, config.train_seed);
    const whole =
      config.added_filename === null
        ? source
        : new AddedSource(source, addedRows(config.added_filename, context));
    return new DataHandler(whole, batcherComponent.create(batcherConfig, context), tensorizers, context);
  },
});

/** The rows of a JSON lines file as training rows. */
function addedRows(file: string, context: Context): DataSource {
  const options = { train_filename: file, eval_filename: null, test_filename: null };
  return JSONLDataSource.create({ ...options, column_mapping: {}, on_error: "fail" }, context);
}

function withHeldOut(source: DataSource, config: Static<typeof schema>): DataSource {
  if (config.eval_fraction === 0) return source;
  if (source.has("eval")) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      "data.eval_fraction",
      "the source has eval rows of its own: set eval_fraction to 0 or remove them",
    );
  }
  return new HeldOutSource(source, config.eval_fraction, config.eval_seed);
}

function printNumbers(numbers: Readonly<Record<string, number | string>>): string {
  return Object.entries(numbers)
    .map(([key, value]) => {
      // Behind a colon stands a label, as the data have it.
      const [what, ...label] = key.split(":");
      return `${[what!.replaceAll("_", " "), ...label].join(":")} ${value}`;
    })
    .join(", ");
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    data: { create(config: Config, context: Context, tensorizers: Tensorizers): DataHandler };
  }
}
