import type { Row } from "../components/data/contracts.js";
import { loadModel } from "../library.js";
import { withTop } from "../tasks/class-scores.js";
import { inUnit, type Prediction } from "../tasks/prediction.js";
import type { Predictor } from "../tasks/predictor.js";
import { UNITS, type UnitName } from "../text/offset-units.js";
import { inputRows } from "./input-rows.js";
import { OutputLines } from "./output-lines.js";
import { loadRegistry, terminalLog } from "./session.js";

/** Options of `pytext-ts predict`. */
export interface PredictCommand {
  readonly input?: string;
  readonly output?: string;
  readonly offsetUnit: UnitName;
  readonly task?: string;
  readonly topK?: number;
  readonly include: readonly string[];
}

/** How many rows are predicted together. */
const CHUNK = 256;

/** What is written of a row. */
type Line = (row: Row, prediction: Prediction) => object;

/** `pytext-ts predict RUN|MODEL.onnx [TEXT...]`: one JSON object a line. */
export async function predictCommand(
  model: string,
  texts: readonly string[],
  options: PredictCommand,
): Promise<void> {
  const { topK, offsetUnit } = options;
  const unit = UNITS[offsetUnit];
  await predictLines(model, texts, options, (row, prediction) => ({
    ...row.values,
    ...inUnit(topK === undefined ? prediction : withTop(prediction, topK), unit),
  }));
}

/**
 * Predicts texts and rows, and writes a JSON object for each.
 * @param distributions whether a run tells the probabilities of all tags at each token
 */
export async function predictLines(
  model: string,
  texts: readonly string[],
  { input, output, task, include }: Omit<PredictCommand, "offsetUnit" | "topK">,
  line: Line,
  distributions = false,
): Promise<void> {
  const registry = await loadRegistry(include);
  const out = await OutputLines.open(output);
  let predictor: Predictor | undefined;
  try {
    const which = { ...(task !== undefined && { task }), distributions };
    predictor = await loadModel(model, { registry, log: terminalLog(), ...which });
    await predictAll(predictor, inputRows({ texts, input }, predictor.columns), out, line);
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
  line: Line,
): Promise<void> {
  let chunk: Row[] = [];
  const flush = async (): Promise<void> => {
    for (const [i, prediction] of (await predictor.predict(chunk)).entries())
      await out.write(JSON.stringify(line(chunk[i]!, prediction)));
    chunk = [];
  };
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length === CHUNK) await flush();
  }
  await flush();
}
