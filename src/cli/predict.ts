import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Row } from "../components/data/contracts.js";
import { loadModel } from "../library.js";
import { ptxError } from "../registry/errors.js";
import { OutputLines } from "./output-lines.js";
import { loadRegistry, terminalLog } from "./session.js";

/** Options of `pytext-ts predict`. */
export interface PredictCommand {
  readonly input?: string;
  readonly output?: string;
  readonly include: readonly string[];
  readonly threads?: number;
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
  const predictor = await loadModel(model, { registry, log: terminalLog() });
  const out = new OutputLines(options.output);
  try {
    let chunk: Row[] = [];
    const flush = async (): Promise<void> => {
      for (const [i, prediction] of (await predictor.predict(chunk)).entries()) {
        await out.write(JSON.stringify({ ...chunk[i]!.values, ...prediction }));
      }
      chunk = [];
    };
    for await (const row of inputRows(texts, options.input, predictor.columns)) {
      chunk.push(row);
      if (chunk.length === CHUNK) await flush();
    }
    await flush();
    await out.close();
  } catch (error) {
    await out.discard();
    throw error;
  } finally {
    await predictor.release();
  }
}

async function* inputRows(
  texts: readonly string[],
  input: string | undefined,
  columns: readonly string[],
): AsyncGenerator<Row> {
  for (const [i, text] of texts.entries()) yield textRow(text, `argument ${i + 1}`, columns);
  if (input === undefined && texts.length > 0) return;
  const name = input === undefined || input === "-" ? "standard input" : input;
  const stream = name === "standard input" ? process.stdin : createReadStream(input!);
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  stream.once("error", () => lines.close());
  let number = 0;
  for await (const line of lines) {
    number++;
    const origin = `${name}:${number}`;
    yield line.startsWith("{") ? jsonRow(line, origin, columns) : textRow(line, origin, columns);
  }
  if (stream.errored) throw ptxError("PTX_FILE_MISSING", name, `cannot be read: ${stream.errored.message}`);
}

function textRow(text: string, origin: string, columns: readonly string[]): Row {
  const [column, ...others] = columns;
  if (column === undefined || others.length > 0) {
    throw ptxError(
      "PTX_DATA",
      origin,
      `the model reads ${columns.join(", ")}: give JSON objects with these keys, not plain lines`,
    );
  }
  return { values: Object.assign(Object.create(null), { [column]: text }), origin };
}

function jsonRow(line: string, origin: string, columns: readonly string[]): Row {
  let values: object;
  try {
    values = JSON.parse(line) as object;
  } catch (error) {
    throw ptxError(
      "PTX_DATA",
      origin,
      `a line that starts with "{" must be a JSON object: ${(error as Error).message}`,
    );
  }
  const missing = columns.filter((column) => !Object.hasOwn(values, column));
  if (missing.length > 0)
    throw ptxError(
      "PTX_DATA",
      origin,
      `the object lacks ${missing.join(", ")}  found: ${Object.keys(values).join(", ")}`,
    );
  return { values: Object.assign(Object.create(null), values), origin };
}
