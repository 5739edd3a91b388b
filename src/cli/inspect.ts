import { drawModel } from "../exporters/drawing.js";
import { inspectionLines } from "../exporters/inspection-text.js";
import { inspectModel } from "../graph/onnx/inspect.js";
import { replaceFiles } from "../graph/replace-file.js";
import { ptxError } from "../registry/errors.js";
import { requireFileTarget } from "../registry/output-file.js";
import { print } from "./session.js";

/** Options of `pytext-ts inspect`. */
export interface InspectCommand {
  readonly json?: boolean;
  readonly svg?: string;
}

/** `pytext-ts inspect MODEL.onnx`: what any ONNX file holds. Throws `PTX_MODEL_FILE`, after all is printed, where it is not what was exported. */
export async function inspectCommand(model: string, { json, svg }: InspectCommand): Promise<void> {
  if (svg !== undefined) requireFileTarget(svg, "--svg");
  const inspection = await inspectModel(model);
  if (json) print(JSON.stringify(inspection));
  else for (const line of inspectionLines(inspection)) print(line);
  if (svg !== undefined) {
    await replaceFiles([{ path: svg, pieces: [Buffer.from(drawModel(inspection))] }]);
    // Standard output is one JSON object then.
    if (json) process.stderr.write(`wrote ${svg}\n`);
    else print(`wrote ${svg}`);
  }
  const { sha256, recorded, state } = inspection.content;
  if (state !== "differs") return;
  throw ptxError(
    "PTX_MODEL_FILE",
    model,
    `its graph and weights have the content hash ${sha256}, not the one recorded in it when it was exported (${recorded})`,
    "pytext-ts export RUN --onnx FILE writes it anew",
  );
}
