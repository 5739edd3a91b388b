/** @file Training rows without those that stand among the rows to evaluate on. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { cache } from "./environment.js";

/**
 * Writes the training file of a set of tab-separated rows without the rows whose text stands in the eval or test rows too, and
 * returns its path.
 * @param folder Holds train.tsv, dev.tsv and test.tsv; the text is the last column.
 */
export function unseenRows(folder: string): string {
  const lines = (split: string): string[] =>
    readFileSync(join(folder, `${split}.tsv`), "utf8")
      .trimEnd()
      .split(/\r?\n/);
  const textOf = (line: string): string => line.split("\t").at(-1)!.trim();
  const [header, ...rows] = lines("train");
  const seen = new Set(["dev", "test"].flatMap((split) => lines(split).slice(1).map(textOf)));
  const kept = rows.filter((line) => !seen.has(textOf(line)));
  const path = join(cache, "unseen", basename(folder), "train.tsv");
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.part`;
  writeFileSync(temporary, [header, ...kept].map((line) => `${line}\n`).join(""));
  renameSync(temporary, path);
  console.error(`${path}: ${kept.length} of ${rows.length} rows`);
  return path;
}
