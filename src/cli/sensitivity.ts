import type { SensitivityAnalysis } from "../components/sparsifiers/sensitivity.js";
import { replaceFiles } from "../graph/replace-file.js";
import { requireFileTarget } from "../registry/output-file.js";
import { analyseRun } from "../tasks/sensitivity.js";
import { table } from "./export-lines.js";
import { loadRegistry, print, terminalLog } from "./session.js";

/** Options of `pytext-ts sensitivity`. */
export interface SensitivityCommand {
  readonly sparsity: readonly number[];
  readonly parameter: readonly string[];
  readonly output?: string;
  readonly task?: string;
  readonly json?: boolean;
  readonly include: readonly string[];
}

/** What is tried where nothing is said. */
const SHARES = [0.5, 0.8, 0.9];

/** `pytext-ts sensitivity RUN`: what it costs when a parameter loses its numbers of the least magnitude. */
export async function sensitivityCommand(run: string, options: SensitivityCommand): Promise<void> {
  const { sparsity, parameter: parameters, output, task, json } = options;
  if (output !== undefined) requireFileTarget(output, "--output");
  const registry = await loadRegistry(options.include);
  const analysis = await analyseRun(run, {
    ...{ registry, log: terminalLog(json), shares: sparsity.length > 0 ? sparsity : SHARES, parameters },
    ...(task !== undefined && { task }),
  });
  if (output !== undefined)
    await replaceFiles([{ path: output, pieces: [Buffer.from(`${JSON.stringify(analysis, null, 2)}\n`)] }]);
  if (json) print(JSON.stringify(analysis));
  else for (const line of analysisLines(analysis)) print(line);
  if (output !== undefined) print(`wrote ${output}`);
}

function analysisLines({ metric, split, rows, value, changes }: SensitivityAnalysis): string[] {
  const shares = Object.keys(Object.values(changes)[0]!).sort();
  return [
    `${metric} ${value.toFixed(4)} on ${rows} ${split} rows; its change when so many of a parameter's numbers are zero (negative is worse):`,
    ...table([
      ["parameter", ...shares.map((share) => `${Number((100 * Number(share)).toFixed(4))} %`)],
      ...Object.entries(changes).map(([name, own]) => [name, ...shares.map((share) => signed(own[share]!))]),
    ]),
  ];
}

const signed = (change: number): string => `${change > 0 ? "+" : ""}${change.toFixed(4)}`;
