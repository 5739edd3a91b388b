/** @file Rows as the Open Inference Protocol's tensors, and answers as such. Every tensor's first axis is the rows. */
import type { Embedded } from "../../tasks/embed/contracts.js";
import type { LabelScore, Prediction } from "../../tasks/prediction.js";
import type { ModelDescription, ServeAnswer, ServeInput } from "../contracts.js";
import { FrontError } from "../front/faults.js";
import { quoted } from "../front/quoted.js";
import type { Datatype, Element } from "./datatypes.js";

/** A tensor with its elements row by row. */
export interface OipTensor<D extends Datatype = Datatype> {
  readonly name: string;
  readonly datatype: D;
  readonly shape: readonly number[];
  readonly data: ArrayLike<Element>;
}

/** A tensor that goes out, with what its last axis means. */
export interface OutputTensor extends OipTensor<Exclude<Datatype, "FP16">> {
  readonly parameters?: Readonly<Record<string, string>>;
}

/** What a model says of a tensor: -1 is any size. */
export type TensorMetadata = Pick<OipTensor, "name" | "datatype" | "shape">;

/** How many elements a shape has. Throws `invalid` for sizes that none can have. */
export function sizeOf(shape: readonly number[], place: string): number {
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (shape.length > 0 && shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0) && size <= 2 ** 31)
    return size;
  throw new FrontError("invalid", `[${shape.slice(0, 8).join(", ")}] is no shape of a tensor with rows`, {
    place: `${place}.shape`,
  });
}

/** The rows that tensors hold, a tensor a column. Throws `invalid` where they do not fit each other or the model. */
export function rowsOf(
  tensors: readonly OipTensor[],
  { columns, example }: Pick<ModelDescription, "columns" | "example">,
): ServeInput[] {
  const known = `its inputs: ${columns.join(", ")}`;
  const values = new Map<string, readonly unknown[]>();
  for (const [i, tensor] of tensors.entries()) {
    const place = `inputs[${i}]`;
    if (!columns.includes(tensor.name))
      throw new FrontError("invalid", `the model has no input ${quoted(tensor.name)}; ${known}`, {
        place: `${place}.name`,
      });
    if (values.has(tensor.name))
      throw new FrontError("invalid", `"${tensor.name}" is given twice`, { place: `${place}.name` });
    const rows = cellsOf(tensor, Array.isArray(example?.input[tensor.name]), place);
    const other = [...values].find(([, cells]) => cells.length !== rows.length);
    if (other !== undefined)
      throw new FrontError(
        "invalid",
        `"${tensor.name}" has ${rows.length} rows and "${other[0]}" has ${other[1].length}`,
        { place: `${place}.shape` },
      );
    values.set(tensor.name, rows);
  }
  const missing = columns.find((column) => !values.has(column));
  if (missing !== undefined)
    throw new FrontError("invalid", `"${missing}" is missing; ${known}`, { place: "inputs" });
  const count = values.get(columns[0]!)!.length;
  if (count === 0) throw new FrontError("invalid", "there are no rows", { place: "inputs[0].shape" });
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries([...values].map(([name, cells]) => [name, cells[row]])),
  );
}

/**
 * A tensor's rows as values of a column: one element, or a list of them. Of one element a row (`[n, 1]`) it is the element
 * itself, unless the column is known to hold lists.
 */
function cellsOf({ shape, data, datatype }: OipTensor, lists: boolean, place: string): unknown[] {
  const elements = Array.from(data, (element, i) => {
    if (typeof element !== "bigint") return element;
    throw new FrontError("invalid", `${element} of ${datatype} is beyond 2^53`, {
      place: `${place}.data[${i}]`,
    });
  });
  const [rows = 0, ...rest] = shape;
  if (rest.length > 1)
    throw new FrontError("invalid", `a row of ${shape.length - 1} axes; at most 1 is taken`, {
      place: `${place}.shape`,
    });
  const [width] = rest;
  if (width === undefined || (width === 1 && !lists)) return elements;
  return Array.from({ length: rows }, (_, row) => elements.slice(row * width, (row + 1) * width));
}

const rowsShape = (answers: readonly unknown[]): number[] => [answers.length];

/** Makes a tensor of answers; undefined: they have no such thing. */
type Output<A> = (
  answers: readonly A[],
  description: ModelDescription,
) => Omit<OutputTensor, "name"> | undefined;

/** A text that every answer has, or undefined. */
const textOutput =
  (key: "label" | "intent"): Output<Prediction> =>
  (answers) => {
    const data = answers.map((answer) => answer[key]);
    return data.every((text) => typeof text === "string")
      ? { datatype: "BYTES", shape: rowsShape(answers), data }
      : undefined;
  };

const numberOutput =
  (key: "score" | "intent_score" | "perplexity"): Output<Prediction> =>
  (answers) => {
    const data = answers.map((answer) => answer[key]);
    return data.every((number) => typeof number === "number")
      ? { datatype: "FP32", shape: rowsShape(answers), data }
      : undefined;
  };

const scoresOutput: Output<Prediction> = (answers) => {
  const labels = Object.keys(answers[0]?.scores ?? {});
  const width = labels.length;
  if (width === 0) return undefined;
  const data = new Float32Array(answers.length * width);
  for (const [row, { scores }] of answers.entries()) {
    if (scores === undefined || Object.keys(scores).length !== width) return undefined;
    for (const [column, label] of labels.entries()) data[row * width + column] = scores[label]!;
  }
  return {
    datatype: "FP32",
    shape: [answers.length, width],
    data,
    parameters: { labels: JSON.stringify(labels) },
  };
};

/** One side of the likeliest labels, which all answers have as many of. */
const topOutput =
  (datatype: "BYTES" | "FP32", side: keyof LabelScore): Output<Prediction> =>
  (answers) => {
    const width = answers[0]?.top?.length ?? 0;
    if (width === 0) return undefined;
    const data = answers.flatMap(({ top = [] }) => top.map((one) => one[side]));
    return { datatype, shape: [answers.length, width], data: data as string[] | number[] };
  };

const vectorsOutput: Output<Prediction> = (answers) => {
  const width = answers[0]?.embedding?.length;
  if (width === undefined) return undefined;
  const data = new Float32Array(answers.length * width);
  for (const [row, { embedding }] of answers.entries()) data.set(embedding!, row * width);
  return { datatype: "FP32", shape: [answers.length, width], data };
};

const jsonOutput: Output<Prediction> = (answers) => ({
  datatype: "BYTES",
  shape: rowsShape(answers),
  data: answers.map((answer) => JSON.stringify(answer)),
});

/** What may be had of predictors, the whole answer as JSON last. */
const PREDICTOR_OUTPUTS: Readonly<Record<string, Output<Prediction>>> = {
  label: textOutput("label"),
  intent: textOutput("intent"),
  intent_score: numberOutput("intent_score"),
  score: numberOutput("score"),
  scores: scoresOutput,
  top_labels: topOutput("BYTES", "label"),
  top_scores: topOutput("FP32", "score"),
  perplexity: numberOutput("perplexity"),
  embedding: vectorsOutput,
  prediction: jsonOutput,
};

/** Vectors; those of tokens `[rows, tokens, dim]`, zeros after the last token of a row. */
const embeddedOutput: Output<Embedded> = (answers) => {
  const dim = answers[0]!.dims.at(-1)!;
  const perToken = answers[0]!.dims.length === 2;
  const most = perToken ? answers.reduce((longest, { dims }) => Math.max(longest, dims[0]!), 0) : 1;
  const data = new Float32Array(answers.length * most * dim);
  for (const [row, { vector }] of answers.entries()) data.set(vector, row * most * dim);
  return {
    datatype: "FP32",
    shape: perToken ? [answers.length, most, dim] : [answers.length, dim],
    data,
  };
};

/** What may be had of encoders. */
const ENCODER_OUTPUTS: Readonly<Record<string, Output<Embedded>>> = {
  embedding: embeddedOutput,
  lengths: (answers) =>
    answers[0]!.dims.length === 2
      ? { datatype: "INT32", shape: rowsShape(answers), data: answers.map(({ dims }) => dims[0]!) }
      : undefined,
  truncated: (answers) => ({
    datatype: "BOOL",
    shape: rowsShape(answers),
    data: answers.map(({ truncated }) => truncated),
  }),
  tokens: (answers) => ({
    datatype: "BYTES",
    shape: rowsShape(answers),
    data: answers.map(({ tokens }) => JSON.stringify(tokens)),
  }),
};

/** What is not sent unless it is named: the same again in other words. */
const asideOf = (kind: ModelDescription["kind"], names: readonly string[]): string =>
  kind === "encoder" ? "tokens" : names.includes("embedding") ? "prediction" : "";

/** The tensors of an answer: those named, else all but what only repeats them. Throws `invalid` for one that there is not. */
export function outputsOf(
  response: { readonly kind: ModelDescription["kind"]; readonly answers: readonly ServeAnswer[] },
  description: ModelDescription,
  wanted: readonly string[],
): OutputTensor[] {
  const table = tableOf(response.kind);
  const make = (name: string): OutputTensor[] => {
    const tensor = Object.hasOwn(table, name) ? table[name]!(response.answers, description) : undefined;
    return tensor === undefined ? [] : [{ name, ...tensor }];
  };
  const all = (): OutputTensor[] => Object.keys(table).flatMap(make);
  if (wanted.length === 0) {
    const tensors = all();
    const aside = asideOf(
      response.kind,
      tensors.map(({ name }) => name),
    );
    return tensors.filter(({ name }) => name !== aside);
  }
  return wanted.flatMap((name, i) => {
    const made = make(name);
    if (made.length > 0) return made;
    const there = all().map((tensor) => tensor.name);
    throw new FrontError(
      "invalid",
      `the model has no output ${quoted(name)}; its outputs: ${there.join(", ")}`,
      {
        place: `outputs[${i}].name`,
      },
    );
  });
}

const tableOf = (kind: ModelDescription["kind"]): Readonly<Record<string, Output<ServeAnswer>>> =>
  (kind === "encoder" ? ENCODER_OUTPUTS : PREDICTOR_OUTPUTS) as Readonly<Record<string, Output<ServeAnswer>>>;

/** The tensors that a model takes. */
export function inputMetadata({ columns, example }: ModelDescription): TensorMetadata[] {
  return columns.map((name) => {
    const value = example?.input[name];
    const cell = Array.isArray(value) ? value[0] : value;
    return {
      name,
      datatype: typeof cell === "number" ? "FP64" : "BYTES",
      shape: Array.isArray(value) ? [-1, -1] : [-1],
    };
  });
}

/** The tensors that a model gives, as far as its first answer shows them. */
export function outputMetadata(description: ModelDescription): TensorMetadata[] {
  const { kind, example, dim } = description;
  if (example !== undefined)
    return outputsOf({ kind, answers: [example.answer] }, description, []).map(
      ({ name, datatype, shape }) => ({ name, datatype, shape: [-1, ...shape.slice(1)] }),
    );
  return kind === "encoder"
    ? [{ name: "embedding", datatype: "FP32", shape: [-1, dim ?? -1] }]
    : [{ name: "prediction", datatype: "BYTES", shape: [-1] }];
}
