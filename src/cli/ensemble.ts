import { ensembleOfRuns, type FromRunsOptions } from "../tasks/ensemble/from-runs.js";
import { loadRegistry, print, terminalLog } from "./session.js";

/** Options of `pytext-ts ensemble`. */
export interface EnsembleCommand {
  readonly output: string;
  readonly combine: FromRunsOptions["combine"];
  readonly quiet?: boolean;
  readonly include: readonly string[];
}

/** `pytext-ts ensemble RUN RUN... --output DIR`: one model of runs that have ended. */
export async function ensembleCommand(runs: readonly string[], options: EnsembleCommand): Promise<void> {
  const { output, combine, quiet = false, include } = options;
  const registry = await loadRegistry(include);
  const made = await ensembleOfRuns(runs, { registry, log: terminalLog(quiet), output, combine, quiet });
  for (const path of made.written) print(`wrote ${path}`);
}
