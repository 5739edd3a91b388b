import { ptxError } from "../registry/errors.js";
import { loadConfig } from "../registry/load-config.js";
import { type Round, selfTrain } from "../tasks/self-training.js";
import { inputRows } from "./input-rows.js";
import { loadRegistry, print, terminalLog } from "./session.js";

/** Options of `pytext-ts self-train`. */
export interface SelfTrainCommand {
  readonly unlabelled: string;
  readonly output: string;
  readonly threshold: number;
  readonly rounds: number;
  readonly balanced?: boolean;
  readonly set: readonly string[];
  readonly seed?: number;
  readonly threads?: number;
  readonly quiet?: boolean;
  readonly include: readonly string[];
}

/** `pytext-ts self-train CONFIG --unlabelled FILE --output DIR`: a run for each round. */
export async function selfTrainCommand(file: string, options: SelfTrainCommand): Promise<void> {
  const { unlabelled, output, threshold, rounds, balanced = false, quiet = false } = options;
  if (unlabelled === "-")
    throw ptxError("PTX_USAGE", "--unlabelled", "the rows are read in each round anew: name a file");
  const log = terminalLog(quiet);
  const registry = await loadRegistry(options.include);
  const { config, notes } = loadConfig(file, registry, { set: options.set });
  for (const note of notes) log.warn(note);
  const seeded = {
    ...config,
    seed: options.seed ?? config.seed,
    threads: options.threads ?? config.threads,
  };
  const made = await selfTrain(seeded, {
    ...{ registry, log, output, threshold, rounds, balanced, quiet },
    unlabelled: (columns) => inputRows({ texts: [], input: unlabelled, option: "--unlabelled" }, columns),
  });
  for (const round of made) print(roundLine(round));
}

function roundLine({ run, rows, metric, eval: onEval, test: onTest }: Round): string {
  const shown = (split: string, value: number | null): string[] =>
    value === null ? [] : [`${split} ${value.toFixed(4)}`];
  const figures = [...shown("eval", onEval), ...shown("test", onTest)].join(", ");
  const taken = rows && Object.values(rows.taken).reduce((a, b) => a + b, 0);
  const about =
    rows === null ? "the rows with labels" : `and ${taken} rows of its own labels, ${rows.left} left`;
  return `${run}: ${about}; ${metric}: ${figures}`;
}
