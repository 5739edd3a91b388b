/** @file SNIPS with a tenth of its training rows: a task that is poor in data. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache } from "./environment.js";

/** The folder that holds `snips/` with every tenth training row and all others, made from that of the whole set. */
export function snipsTenth(data: string): string {
  const folder = join(cache, "snips-tenth");
  for (const split of ["train", "valid", "test"]) {
    const from = join(data, "snips", split);
    const to = join(folder, "snips", split);
    mkdirSync(to, { recursive: true });
    for (const name of ["seq.in", "seq.out", "label"]) {
      if (split !== "train") cpSync(join(from, name), join(to, name));
      else writeFileSync(join(to, name), everyTenth(readFileSync(join(from, name), "utf8")));
    }
  }
  return folder;
}

const everyTenth = (text: string): string =>
  text
    .split("\n")
    .filter((line, i) => i % 10 === 0 && line !== "")
    .map((line) => `${line}\n`)
    .join("");
