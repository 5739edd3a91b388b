import { learn } from "../components/data/data-handler.js";
import { type DataReport, inspectData } from "../components/data/debug-data.js";
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
  const parts = [...openTask(config, registry, log).task.parts];
  await learn(parts.map(([, part]) => part.data()));
  const reports: Record<string, DataReport> = {};
  for (const [name, part] of parts)
    reports[name] = await inspectData(part.data(), { rareBelow: RARE_BELOW, examples: EXAMPLES });
  const [only, ...others] = Object.values(reports);
  if (options.json) print(JSON.stringify(others.length === 0 ? only : reports));
  else
    for (const [name, report] of Object.entries(reports)) {
      if (name !== "") print(`Task ${name}`);
      print(renderDataReport(report));
    }
}
