import { basename, join } from "node:path";
import { ptxError } from "../registry/errors.js";
import { loadConfig } from "../registry/load-config.js";
import { train } from "../tasks/train.js";
import { loadRegistry, print, terminalLog } from "./session.js";

/** Options of `pytext-ts train`. */
export interface TrainCommand {
  readonly output?: string;
  readonly include: readonly string[];
  readonly set: readonly string[];
  readonly resume?: boolean;
  readonly seed?: number;
  readonly threads?: number;
  readonly quiet?: boolean;
}

/** `pytext-ts train CONFIG`: trains, tests, and writes a run folder. */
export async function trainCommand(file: string, options: TrainCommand): Promise<void> {
  const log = terminalLog(options.quiet);
  if (options.resume && options.output === undefined) {
    throw ptxError("PTX_USAGE", "--resume", "which run? name its folder with --output");
  }
  const registry = await loadRegistry(options.include);
  const { config, name, notes } = loadConfig(file, registry, { set: options.set });
  for (const note of notes) log.warn(note);
  const output = options.output ?? join("runs", `${name || basename(file)}-${timestamp(new Date())}`);
  const run = await train(
    { ...config, seed: options.seed ?? config.seed, threads: options.threads ?? config.threads },
    { registry, output, log, resume: options.resume ?? false, quiet: options.quiet ?? false },
  );
  for (const path of run.written) print(`wrote ${path}`);
}

/** `20261122-031500`: sorts by time and needs no quoting. */
function timestamp(now: Date): string {
  return now.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
}
