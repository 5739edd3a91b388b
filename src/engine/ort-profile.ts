/** @file Where ONNX Runtime's profiles end up: it adds a date to the name it is given, we give the asked name back. */
import { readdir, rename } from "node:fs/promises";
import { basename, dirname, join, parse } from "node:path";

/** The name that the run time may extend, for the n-th program of an engine. */
export function profilePrefix(file: string, program: number): string {
  return `${numbered(file, program)}.part`;
}

/** Renames what the run time wrote to the file that the config names (`trace.json`, then `trace.2.json`, ...). */
export async function collectProfile(prefix: string | undefined, file: string | null): Promise<void> {
  if (prefix === undefined || file === null) return;
  const folder = dirname(prefix);
  const start = `${basename(prefix)}_`;
  for (const name of await readdir(folder)) {
    if (name.startsWith(start)) await rename(join(folder, name), prefix.slice(0, -".part".length));
  }
}

function numbered(file: string, program: number): string {
  if (program === 0) return file;
  const { dir, name, ext } = parse(file);
  return join(dir, `${name}.${program + 1}${ext}`);
}
