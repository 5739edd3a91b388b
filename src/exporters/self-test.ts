/** @file Rows with the answers that a model gave when it was made: whoever loads it can tell whether it still is that model. */
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Row } from "../components/data/contracts.js";
import { ptxError } from "../registry/errors.js";
import { isObject, type JsonObject } from "../registry/json.js";
import type { Prediction } from "../tasks/prediction.js";
import { difference } from "./agreement.js";
import { forms, type QuantizedForm } from "./quantize/forms.js";

/** A row and what is to be said of it: a prediction, or `{"vector": [...]}`. */
export interface SelfTestRow {
  readonly row: JsonObject;
  readonly answer: JsonObject;
}

/** Rows with recorded answers. */
export interface SelfTest {
  /** By how much a number may differ, of numbers beyond 1 as a share of them: other processors round otherwise. */
  readonly tolerance: number;
  readonly rows: readonly SelfTestRow[];
}

/** The key of an exported file's metadata. */
const KEY = "self_test";

/** The file in a folder of a run or an encoder. */
export const SELF_TEST_FILE = "self-test.json";

/** Rows in a file, characters of each with its answer, and of all. */
const MOST = { rows: 4, characters: 1500, all: 4096 };

const NO_ROWS: SelfTest = { tolerance: 0, rows: [] };

/**
 * A few short rows with what the model says of them, as metadata: of different labels first, and none that rounding could
 * decide otherwise. Only the columns that the model reads; empty where there is no such row.
 */
export function selfTestMetadata(
  samples: readonly Row[],
  expected: readonly Prediction[],
  columns: readonly string[],
  undecided: (prediction: Prediction, tolerance: number) => boolean,
  form: QuantizedForm | undefined,
): Readonly<Record<string, string>> {
  const tolerance = toleranceOf(form);
  const fit = samples.flatMap(({ values }, i) => {
    const answer = expected[i]!;
    const row = Object.fromEntries(columns.map((column) => [column, values[column]]));
    const text = JSON.stringify({ row, answer }, short);
    const odd = answer.truncated === true || undecided(answer, tolerance) || text.length > MOST.characters;
    return odd ? [] : [{ label: answer.label ?? answer.intent, text }];
  });
  const labels = new Set<string | undefined>();
  const first = fit.filter(({ label }) => !labels.has(label) && labels.add(label));
  const chosen: string[] = [];
  for (const { text } of [...first, ...fit.filter((one) => !first.includes(one))]) {
    const all = chosen.reduce((sum, one) => sum + one.length, text.length);
    if (chosen.length < MOST.rows && all <= MOST.all) chosen.push(text);
  }
  if (chosen.length === 0) return {};
  return { [KEY]: `{"tolerance":${tolerance},"rows":[${chosen.join(",")}]}` };
}

/** Rows with an encoder's vectors, as the text of `self-test.json`. */
export function vectorSelfTest(rows: readonly JsonObject[], answers: readonly object[]): string {
  const recorded = rows.map((row, i) => ({ row, answer: { vector: plain(answers[i]!).vector } }));
  return JSON.stringify({ tolerance: toleranceOf(undefined), rows: recorded }, short);
}

const toleranceOf = (form: QuantizedForm | undefined): number =>
  Math.max(1e-3, form === undefined ? 0 : 5 * forms[form].tolerance);

/** Numbers to six significant digits, far below any tolerance. */
function short(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

/** The rows in an exported file's metadata, or in `self-test.json` of a folder; none where there are none. Throws `PTX_MODEL_FILE` where they are damaged. */
export async function readSelfTest(
  path: string,
  metadata: Readonly<Record<string, string>>,
): Promise<SelfTest> {
  if (!(await stat(path)).isDirectory()) {
    const text = metadata[KEY];
    return text === undefined ? NO_ROWS : parsed(text, `${path}  metadata "${KEY}"`);
  }
  const file = join(path, SELF_TEST_FILE);
  return existsSync(file) ? parsed(await readFile(file, "utf8"), file) : NO_ROWS;
}

function parsed(text: string, where: string): SelfTest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw ptxError("PTX_MODEL_FILE", where, `not valid JSON: ${(error as Error).message}`);
  }
  const { tolerance, rows } = isObject(value) ? value : {};
  if (typeof tolerance === "number" && tolerance >= 0 && Array.isArray(rows) && rows.every(isTestRow))
    return { tolerance, rows };
  throw ptxError(
    "PTX_MODEL_FILE",
    where,
    "this is no self-test",
    '{"tolerance": 0.001, "rows": [{"row": {"text": "..."}, "answer": {...}}]}',
  );
}

const isTestRow = (value: unknown): value is SelfTestRow =>
  isObject(value) && isObject(value.row) && isObject(value.answer);

/** What is wrong with answers to a self-test's rows; undefined: nothing. */
export function selfTestFailure(
  { rows, tolerance }: SelfTest,
  answers: readonly object[],
  undecided: (prediction: Prediction, tolerance: number) => boolean,
): string | undefined {
  for (const [i, { answer: wanted }] of rows.entries()) {
    const got = plain(answers[i]!);
    // Of a vector's answer only the vector was recorded.
    const compared = "vector" in wanted ? { vector: got.vector } : got;
    const { number, other } = difference(wanted, compared, true);
    if (!(number <= tolerance))
      return `row ${i + 1}: a number differs by ${number} from the recorded one (limit ${tolerance})`;
    if (other !== undefined && !undecided(wanted as Prediction, tolerance))
      return `row ${i + 1}: ${other[0]} is ${JSON.stringify(other[2])}, recorded is ${JSON.stringify(other[1])}`;
  }
  return undefined;
}

/** An answer as JSON would give it back. */
function plain(answer: object): JsonObject {
  const arrays = (_key: string, value: unknown): unknown =>
    value instanceof Float32Array ? Array.from(value) : value;
  return JSON.parse(JSON.stringify(answer, arrays)) as JsonObject;
}
