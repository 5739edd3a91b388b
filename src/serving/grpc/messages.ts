/** @file The messages of the proto file as its loader gives and takes them, and the tensors in them. */
import { FrontError } from "../front/faults.js";
import { quoted } from "../front/quoted.js";
import {
  DATATYPES,
  type Datatype,
  type Element,
  fromRaw,
  textOf,
  toRaw,
} from "../open-inference/datatypes.js";
import { elementsOf } from "../open-inference/json-data.js";
import { type OipTensor, type OutputTensor, sizeOf } from "../open-inference/tensors.js";

/** A value of a parameter; `parameter_choice` names the field that is set. */
export interface InferParameter {
  readonly parameter_choice?: string;
  readonly [field: string]: unknown;
}

/** Whole numbers of 64 bits are texts. */
type Contents = Readonly<Partial<Record<ContentsField, readonly (number | string | boolean | Buffer)[]>>>;

const FIELDS = {
  BOOL: "bool_contents",
  ...{ INT8: "int_contents", INT16: "int_contents", INT32: "int_contents", INT64: "int64_contents" },
  ...{ UINT8: "uint_contents", UINT16: "uint_contents", UINT32: "uint_contents", UINT64: "uint64_contents" },
  ...{ FP32: "fp32_contents", FP64: "fp64_contents", BYTES: "bytes_contents" },
} as const satisfies Readonly<Record<Exclude<Datatype, "FP16">, string>>;
type ContentsField = (typeof FIELDS)[keyof typeof FIELDS];

/** `ModelInferRequest`. */
export interface InferRequest {
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly parameters: Readonly<Record<string, InferParameter>>;
  readonly inputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly string[];
    readonly contents: Contents | null;
  }[];
  readonly outputs: readonly { readonly name: string }[];
  readonly raw_input_contents: readonly Buffer[];
}

/** Values of parameters, without their types. */
export function parametersOf(parameters: InferRequest["parameters"]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const choice = value.parameter_choice;
      const found = choice === undefined ? undefined : value[choice];
      return [name, choice === "int64_param" || choice === "uint64_param" ? Number(found) : found];
    }),
  );
}

/** The tensors of a request. Throws `invalid`. */
export function inputsOf({ inputs, raw_input_contents: raw }: InferRequest): OipTensor[] {
  if (inputs.length === 0) throw new FrontError("invalid", "there are no inputs", { place: "inputs" });
  if (raw.length > 0 && raw.length !== inputs.length)
    throw new FrontError("invalid", `there are ${inputs.length} inputs, and raw contents of ${raw.length}`, {
      place: "raw_input_contents",
    });
  return inputs.map(({ name, datatype, shape: sizes, contents }, i) => {
    const place = `inputs[${i}]`;
    if (!isDatatype(datatype))
      throw new FrontError("invalid", `${quoted(datatype)} is none of ${DATATYPES.join(", ")}`, {
        place: `${place}.datatype`,
      });
    const shape = sizes.map(Number);
    const count = sizeOf(shape, place);
    const bytes = raw[i];
    if (bytes !== undefined && contents !== null)
      throw new FrontError("invalid", "contents are given typed and raw", { place: `${place}.contents` });
    const data =
      bytes === undefined
        ? typed(contents ?? {}, datatype, count, `${place}.contents`)
        : fromRaw(datatype, bytes, count, `raw_input_contents[${i}]`);
    return { name, datatype, shape, data };
  });
}

const isDatatype = (name: string): name is Datatype => (DATATYPES as readonly string[]).includes(name);

function typed(contents: Contents, datatype: Datatype, count: number, place: string): Element[] {
  if (datatype === "FP16") throw new FrontError("invalid", "FP16 has raw contents alone", { place });
  const field = FIELDS[datatype];
  const other = Object.entries(contents).find(
    ([name, values]) => name !== field && (values?.length ?? 0) > 0,
  );
  if (other !== undefined)
    throw new FrontError("invalid", `${datatype} stands in ${field}, not in ${other[0]}`, { place });
  const at = `${place}.${field}`;
  const given = contents[field] ?? [];
  const values =
    datatype === "BYTES" ? given.map((bytes, i) => textOf(bytes as Buffer, `${at}[${i}]`)) : given;
  return elementsOf(values, [count], datatype, at);
}

/** `ModelInferResponse`. Raw contents answer raw ones. */
export function responseOf(
  { id, raw_input_contents: raw }: Pick<InferRequest, "id" | "raw_input_contents">,
  { model, version }: { readonly model: string; readonly version: string },
  tensors: readonly OutputTensor[],
): object {
  const outputs = tensors.map(({ name, datatype, shape, data, parameters = {} }) => ({
    ...{ name, datatype, shape },
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [key, { string_param: value }]),
    ),
    ...(raw.length === 0 && {
      contents: {
        [FIELDS[datatype]]:
          datatype === "BYTES" ? Array.from(data, (text) => Buffer.from(String(text))) : Array.from(data),
      },
    }),
  }));
  const head = { model_name: model, model_version: version, id, outputs };
  if (raw.length === 0) return head;
  return { ...head, raw_output_contents: tensors.map(({ datatype, data }) => toRaw(datatype, data)) };
}
