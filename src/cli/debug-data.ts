import { inspectData } from "../components/data/debug-data.js";
import { renderDataReport } from "../components/data/debug-data-text.js";
import { loadConfig } from "../registry/load-config.js";
import { openTask } from "../tasks/open-task.js";
import { loadRegistry, print, terminalLog } from "./session.js";

/** Options of `pytext-ts debug-data`. */
export interface DebugDataCommand {
  readonly include: readonly string[];
  readonly set: readonly string[];
  readonly json?: boolean;
}

/** Labels with fewer training rows are called rare. */
const RARE_BELOW = 5;

/** How many examples of each finding are shown. */
const EXAMPLES = 5;

/** `pytext-ts debug-data CONFIG`: what a person should know of the data before training on it. Writes nothing. */
export async function debugDataCommand(file: string, options: DebugDataCommand): Promise<void> {
  const log = terminalLog(options.json);
  const registry = await loadRegistry(options.include);
  const { config, notes } = loadConfig(file, registry, { set: options.set });
  for (const note of notes) log.warn(note);
  const data = openTask(config, registry, log).task.data();
  await data.learn();
  const report = await inspectData(data, { rareBelow: RARE_BELOW, examples: EXAMPLES });
  if (options.json) print(JSON.stringify(report));
  else print(renderDataReport(report));
}
