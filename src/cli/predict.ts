import type { Row } from "../components/data/contracts.js";
import { loadModel } from "../library.js";
import { inUnit } from "../tasks/prediction.js";
import type { Predictor } from "../tasks/predictor.js";
import type { OffsetUnit } from "../text/offsets.js";
import { inputRows } from "./input-rows.js";
import { UNITS, type UnitName } from "./offset-units.js";
import { OutputLines } from "./output-lines.js";
import { loadRegistry, terminalLog } from "./session.js";

/** Options of `pytext-ts predict`. */
export interface PredictCommand {
  readonly input?: string;
  readonly output?: string;
  readonly offsetUnit: UnitName;
  readonly task?: string;
  readonly include: readonly string[];
}

/** How many rows are predicted together. */
const CHUNK = 256;

/** `pytext-ts predict RUN|MODEL.onnx [TEXT...]`: one JSON object a line. */
export async function predictCommand(
  model: string,
  texts: readonly string[],
  options: PredictCommand,
): Promise<void> {
  const registry = await loadRegistry(options.include);
  const out = await OutputLines.open(options.output);
  let predictor: Predictor | undefined;
  try {
    const { task, input } = options;
    predictor = await loadModel(model, { registry, log: terminalLog(), ...(task !== undefined && { task }) });
    const rows = inputRows({ texts, input }, predictor.columns);
    await predictAll(predictor, rows, out, UNITS[options.offsetUnit]);
    await out.close();
  } catch (error) {
    await out.discard();
    throw error;
  } finally {
    await predictor?.release();
  }
}

async function predictAll(
  predictor: Predictor,
  rows: AsyncIterable<Row>,
  out: OutputLines,
  unit: OffsetUnit,
): Promise<void> {
  let chunk: Row[] = [];
  const flush = async (): Promise<void> => {
    for (const [i, prediction] of (await predictor.predict(chunk)).entries()) {
      await out.write(JSON.stringify({ ...chunk[i]!.values, ...inUnit(prediction, unit) }));
    }
    chunk = [];
  };
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length === CHUNK) await flush();
  }
  await flush();
}
