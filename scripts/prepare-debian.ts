import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rougeScores } from "../src/metrics/rouge.js";
import { ptxError } from "../src/registry/errors.js";
import { isMain } from "./lib/main.js";
import { toTsv, writeAtomically } from "./lib/output.js";
import { Random } from "./lib/random.js";
import { squeeze } from "./spam/clean.js";
import { Groups, joinNearDuplicates } from "./spam/near-duplicates.js";
import { type Split, splits } from "./spam/split.js";

/** A package: what it is in a line, and the first paragraph of what is said of it. */
export interface Described {
  readonly name: string;
  readonly summary: string;
  readonly text: string;
}

/** A shorter first paragraph says little more than the summary. */
const LEAST_WORDS = 15;

/** The share of the smaller text's word triples from which two texts count as near-duplicates. */
const ALIKE = 0.5;

/** Of all rows, how many are held out for eval and for test. */
const HELD_OUT = 0.05;

/** The longest beginning of a text that is tried as its summary, in words. */
const LONGEST_BEGINNING = 20;

const wordsOf = (text: string): string[] => text.split(" ");

/**
 * The packages of a `Translation-en` file of Debian's, in its order; those without a longer description have the text "". Blocks
 * stand between empty lines; what goes on from a field stands behind a space, and " ." between paragraphs.
 * @param file its name, for errors
 */
export function packagesIn(content: string, file: string): Described[] {
  const packages: Described[] = [];
  let line = 1;
  for (const block of content.replace(/\n+$/, "").split("\n\n")) {
    const lines = block.split("\n");
    const at = lines.findIndex((one) => one.startsWith("Description-en: "));
    const [, name] = /^Package: (\S+)$/.exec(lines[0]!) ?? [];
    if (name === undefined || at < 0)
      throw ptxError(
        "PTX_DATA",
        `${file}:${line}`,
        'expected "Package: NAME", and "Description-en: SUMMARY" with the description behind it',
        "a file Translation-en of Debian's, unpacked (unxz Translation-en.xz)",
      );
    const description = lines.slice(at + 1);
    const end = description.findIndex((one) => one === " ." || !one.startsWith(" "));
    const first = end < 0 ? description : description.slice(0, end);
    const summary = squeeze(lines[at]!.slice("Description-en: ".length));
    packages.push({ name, summary, text: squeeze(first.join(" ")) });
    line += lines.length + 1;
  }
  return packages;
}

/**
 * The rows of packages by split. Of packages with one text that is taken whose summary is the shortest: the others' say what part
 * they hold, which the text does not. Left out are texts of fewer than 15 words, and those that share half of their word triples
 * with an earlier one. Which split a row is in follows from the package's name alone.
 */
export function summariesOf(packages: readonly Described[]): Readonly<Record<Split, readonly Described[]>> {
  const byText = new Map<string, Described>();
  for (const each of packages) {
    if (wordsOf(each.text).length < LEAST_WORDS) continue;
    const other = byText.get(each.text);
    if (other === undefined || each.summary.length < other.summary.length) byText.set(each.text, each);
  }
  const texts = [...byText.keys()];
  const groups = new Groups(texts.length);
  joinNearDuplicates(groups, texts, ALIKE);
  const rows: Record<Split, Described[]> = { train: [], eval: [], test: [] };
  for (const [i, each] of [...byText.values()].entries()) {
    if (groups.root(i) !== i) continue;
    const drawn = new Random(`debian ${each.name}`).next();
    rows[drawn < HELD_OUT ? "test" : drawn < 2 * HELD_OUT ? "eval" : "train"].push(each);
  }
  return rows;
}

/** What texts' beginnings reach as their summaries, in test: of as many words as reach the highest ROUGE-L in eval. */
export function describeBeginnings(rows: Readonly<Record<Split, readonly Described[]>>): string {
  const reached = (split: Split, count: number) =>
    rougeScores(
      rows[split].map(({ text, summary }) => ({
        gold: summary,
        predicted: wordsOf(text).slice(0, count).join(" "),
      })),
    );
  const counts = Array.from({ length: LONGEST_BEGINNING }, (_, i) => i + 1);
  const inEval = counts.map((count) => reached("eval", count).rougeL ?? 0);
  const best = counts[inEval.indexOf(Math.max(...inEval))]!;
  const figures = Object.entries(reached("test", best)).map(
    ([name, figure]) => `${name} ${(100 * (figure ?? 0)).toFixed(2)}`,
  );
  return `the first ${best} words of each text as its summary, in test: ${figures.join(", ")}`;
}

if (isMain(import.meta.url)) {
  const [file] = process.argv.slice(2);
  if (file === undefined || !existsSync(file))
    throw ptxError(
      "PTX_FILE_MISSING",
      file ?? "FILE",
      "there is no such file",
      "npm run data:debian -- Translation-en",
    );
  const packages = packagesIn(readFileSync(file, "utf8"), file);
  const rows = summariesOf(packages);
  const folder = fileURLToPath(new URL("../data/debian", import.meta.url));
  console.log(`${packages.length} packages`);
  for (const split of splits) {
    const path = join(folder, `${split}.tsv`);
    const cells = rows[split].map(({ name, summary, text }) => [name, summary, text]);
    writeAtomically(path, toTsv([["package", "summary", "text"], ...cells]));
    console.log(`${path}: ${rows[split].length} texts`);
  }
  console.log(describeBeginnings(rows));
}
