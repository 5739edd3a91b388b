import { exportOnnx } from "../exporters/onnx-exporter.js";
import { loadRegistry, print, terminalLog } from "./session.js";

/** Options of `pytext-ts export`. */
export interface ExportCommand {
  readonly onnx: string;
  readonly card?: string;
  readonly task?: string;
  readonly include: readonly string[];
}

/** `pytext-ts export RUN --onnx FILE [--card FILE.md]`. */
export async function exportCommand(run: string, options: ExportCommand): Promise<void> {
  const { written, rows, difference } = await exportOnnx(run, options.onnx, {
    registry: await loadRegistry(options.include),
    log: terminalLog(),
    ...(options.card !== undefined && { card: options.card }),
    ...(options.task !== undefined && { task: options.task }),
  });
  print(`checked ${rows} rows: largest difference of a score ${difference.toExponential(1)}`);
  for (const path of written) print(`wrote ${path}`);
}
