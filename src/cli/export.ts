import type { InputForm } from "../components/data/contracts.js";
import { exportOnnx } from "../exporters/onnx-exporter.js";
import { UNITS, type UnitName } from "./offset-units.js";
import { loadRegistry, print, terminalLog } from "./session.js";
import { parseSizes } from "./sizes.js";

/** Options of `pytext-ts export`. */
export interface ExportCommand {
  readonly onnx: string;
  readonly task?: string;
  readonly input: InputForm;
  readonly offsetUnit: UnitName;
  readonly size: readonly string[];
  readonly include: readonly string[];
}

/** `pytext-ts export RUN --onnx FILE`. */
export async function exportCommand(run: string, options: ExportCommand): Promise<void> {
  const { written, rows, difference } = await exportOnnx(run, options.onnx, {
    registry: await loadRegistry(options.include),
    log: terminalLog(),
    input: options.input,
    unit: UNITS[options.offsetUnit],
    sizes: parseSizes(options.size),
    ...(options.task !== undefined && { task: options.task }),
  });
  print(`checked ${rows} rows: largest difference of a score ${difference.toExponential(1)}`);
  for (const path of written) print(`wrote ${path}`);
}
