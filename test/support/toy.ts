/** @file Small data sets made on the spot, configs for them, and runs trained on them within a second. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { stream } from "../../src/registry/random.js";

/** A folder for one test file, removed when its tests are done. */
export function workplace(): string {
  const path = mkdtempSync(join(tmpdir(), "pytext-ts-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A labelled text. */
export interface ToyRow {
  readonly text: string;
  readonly label: string;
}

const LABELS = ["sport", "money", "food"] as const;
const OWN_WORDS: Readonly<Record<string, readonly string[]>> = {
  sport: ["goal", "match", "league", "coach"],
  money: ["bank", "price", "loan", "share"],
  food: ["soup", "bread", "cook", "taste"],
};
const COMMON = Array.from({ length: 30 }, (_, i) => `word${i}`);

/** Texts of 3 to 12 words, one to three of them telling the label, mostly. */
export function toyRows(count: number, seed: number, labels: readonly string[] = LABELS): ToyRow[] {
  const random = stream(seed, "toy");
  const pick = <T>(from: readonly T[]): T => from[random.int(from.length)]!;
  return Array.from({ length: count }, () => {
    const label = pick(labels);
    const words = Array.from({ length: 3 + random.int(10) }, () => pick(COMMON));
    for (let i = 0; i <= random.int(3); i++) {
      words[random.int(words.length)] = pick(OWN_WORDS[random.uniform() < 0.95 ? label : pick(labels)]!);
    }
    return { text: words.join(" "), label };
  });
}

/** Rows as a tab-separated file with a header. */
export function tsv(rows: readonly object[]): string {
  const columns = Object.keys(rows[0]!);
  const lines = rows.map((row) =>
    columns.map((column) => (row as Record<string, unknown>)[column]).join("\t"),
  );
  return [columns.join("\t"), ...lines, ""].join("\n");
}

/** Writes train.tsv, eval.tsv and test.tsv of toy rows into a folder. */
export function writeToyData(folder: string, rows = 60): void {
  for (const [seed, split] of ["train", "eval", "test"].entries()) {
    writeFileSync(join(folder, `${split}.tsv`), tsv(toyRows(split === "train" ? rows : 24, seed)));
  }
}

/** Parts of a toy config that a test wants otherwise. */
export interface ToyConfig {
  /** Where the three files lie; "." by default. */
  readonly data?: string;
  readonly source?: object;
  readonly model?: object | string;
  readonly trainer?: object;
  readonly batcher?: object | string;
  readonly reporter?: object;
  readonly channels?: readonly (object | string)[];
  /** Keys beside the task: seed, threads, engine. */
  readonly around?: object;
}

/** A model of a few hundred parameters over `text` and `label`. */
export const smallModel = {
  DocModel: {
    embedding: { WordEmbedding: { embed_dim: 8 } },
    representation: { DocNNRepresentation: { kernel_num: 6, kernel_sizes: [2], dropout: 0.2 } },
  },
};

/** A config over the toy files: two epochs of a tiny DocNN on one thread. */
export function toyConfig(wanted: ToyConfig = {}): object {
  const at = (split: string) => join(wanted.data ?? ".", `${split}.tsv`);
  const files = { train_filename: at("train"), eval_filename: at("eval"), test_filename: at("test") };
  return {
    version: 1,
    threads: 1,
    ...wanted.around,
    task: {
      DocumentClassificationTask: {
        data: {
          Data: {
            source: wanted.source ?? { TSVDataSource: files },
            batcher: wanted.batcher ?? { PoolingBatcher: { train_batch_size: 16 } },
          },
        },
        model: wanted.model ?? smallModel,
        trainer: { Trainer: { epochs: 2, optimizer: { Adam: { lr: 0.02 } }, ...wanted.trainer } },
        ...(wanted.reporter && { metric_reporter: { ClassificationMetricReporter: wanted.reporter } }),
        ...(wanted.channels && { channels: wanted.channels }),
      },
    },
  };
}

/** Writes a toy config into a folder and gives its path. */
export function writeConfig(folder: string, wanted: ToyConfig = {}, name = "toy.json"): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(toyConfig(wanted), null, 2));
  return path;
}
