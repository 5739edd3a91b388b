import { statSync } from "node:fs";
import { ptxError } from "../registry/errors.js";
import { loadConfig } from "../registry/load-config.js";
import { openRun, openTask } from "../tasks/open-task.js";
import { learnFor, type Summary, summarize } from "../tasks/summary.js";
import { loadRegistry, print, terminalLog } from "./session.js";
import { parseSizes } from "./sizes.js";

/** Options of `pytext-ts summary`. */
export interface SummaryCommand {
  readonly include: readonly string[];
  readonly set: readonly string[];
  readonly size: readonly string[];
  readonly json?: boolean;
}

/** `pytext-ts summary CONFIG|RUN`: the parameters of a model, who shares them, and the memory that training takes. Of a config the vocabularies are learnt from its data first. */
export async function summaryCommand(path: string, options: SummaryCommand): Promise<void> {
  const log = terminalLog(true);
  const registry = await loadRegistry(options.include);
  const sizes = parseSizes(options.size);
  let summary: Summary;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    if (options.set.length > 0)
      throw ptxError("PTX_USAGE", "--set", `${path} is a run, whose config is as it is; name a config file`);
    const open = await openRun(path, registry, log);
    summary = summarize(open, open.config, sizes);
  } else {
    const { config, notes } = loadConfig(path, registry, { set: options.set });
    for (const note of notes) log.warn(note);
    const open = openTask(config, registry, log);
    await learnFor(open);
    summary = summarize(open, config, sizes);
  }
  if (options.json) print(JSON.stringify(summary));
  else for (const line of summaryLines(summary)) print(line);
}

function summaryLines(summary: Summary): string[] {
  const { parameters, count, trainable, frozen, batch, memory, members = [] } = summary;
  const several = new Set(parameters.flatMap(({ tasks }) => tasks)).size > 1;
  const rows = [
    ["parameter", "shape", "count", "", ...(several ? ["used by"] : [])],
    ...parameters.map((each) => [
      each.name,
      `[${each.shape}]`,
      each.count.toLocaleString("en"),
      each.trainable ? "" : "frozen",
      ...(several ? [each.tasks.join(", ")] : []),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const cell = (text: string, column: number): string =>
    column === 2 ? text.padStart(widths[column]!) : text.padEnd(widths[column]!);
  const sizes = Object.entries(batch).map(([axis, size]) => `${axis} ${size}`);
  return [
    ...rows.map((row) => row.map(cell).join("  ").trimEnd()),
    `${count.toLocaleString("en")} parameters: ${trainable.toLocaleString("en")} trainable, ${frozen.toLocaleString("en")} frozen`,
    ...members.map(
      (member) =>
        `${member.name}: ${member.count.toLocaleString("en")} parameters, ${megabytes(member.memory.total)} MB to train it`,
    ),
    `memory of training${members.length > 0 ? " the largest member" : ""}, predicted for ${sizes.join(", ")}:`,
    ...Object.entries(memory).map(
      ([what, bytes]) => `  ${what.padEnd(11)}  ${megabytes(bytes).padStart(9)} MB`,
    ),
  ];
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);
