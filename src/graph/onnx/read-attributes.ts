/** @file Node attributes as files have them, brought to the form that our operators have. */
import { textOfBytes } from "../byte-text.js";
import type { DType, HostTensor } from "../dtype.js";
import type { Attributes, AttributeValue } from "../ops/define.js";
import type { OpName } from "../ops/table.js";
import { byteAttributes } from "./operators.js";
import { onnx } from "./proto/onnx.js";
import { dtypeOfCode, tensorValue, typeName } from "./tensor-proto.js";

/** Says what is wrong with a node. */
export type NodeFail = (message: string) => Error;

/** An attribute's value as the file has it. */
export type RawValue =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | HostTensor
  | onnx.GraphProto.$Properties;

/** The attributes of a node by name, of whatever type the file gives them; `read` gives the values of tensors among them. */
export function rawAttributes(
  node: onnx.NodeProto.$Properties,
  fail: NodeFail,
  read = (tensor: onnx.TensorProto.$Properties): HostTensor => tensorValue(tensor, "an attribute"),
): Map<string, RawValue> {
  const { AttributeType } = onnx.AttributeProto;
  return new Map(
    (node.attribute ?? []).map((proto): [string, RawValue] => {
      const name = proto.name ?? "";
      const text = (bytes: Uint8Array): string =>
        byteAttributes.has(name) ? textOfBytes(bytes) : Buffer.from(bytes).toString();
      switch (proto.type) {
        case AttributeType.INT:
          return [name, integer(proto.i ?? 0, name, fail)];
        case AttributeType.INTS:
          return [name, (proto.ints ?? []).map((value) => integer(value, name, fail))];
        case AttributeType.FLOAT:
          return [name, proto.f ?? 0];
        case AttributeType.FLOATS:
          return [name, proto.floats ?? []];
        case AttributeType.STRING:
          return [name, text(proto.s ?? new Uint8Array())];
        case AttributeType.STRINGS:
          return [name, (proto.strings ?? []).map(text)];
        case AttributeType.TENSOR:
          return [name, read(proto.t ?? {})];
        case AttributeType.GRAPH:
          return [name, proto.g ?? {}];
        default:
          throw fail(`its attribute "${name}" has a type that is not supported`);
      }
    }),
  );
}

function integer(value: number | { toNumber(): number }, name: string, fail: NodeFail): number {
  const number = typeof value === "number" ? value : value.toNumber();
  if (!Number.isSafeInteger(number)) throw fail(`its attribute "${name}" is beyond 2^53`);
  return number;
}

/** What ONNX says of an attribute, and what we take of it. */
interface Rule {
  /** What ONNX assumes when a node leaves it out. */
  readonly default?: AttributeValue;
  /** A node is wrong without it. */
  readonly needed?: true;
  /** The only value that our operator has the meaning of. */
  readonly only?: AttributeValue;
  /** The values that our operator has the meaning of. */
  readonly among?: readonly AttributeValue[];
  /** Our operator does not carry it, as it has the meaning of that one value. */
  readonly dropped?: true;
}

type Rules = Readonly<Record<string, Rule>>;

const none: Rules = {};
const axisOf = (axis: number): Rules => ({ axis: { default: axis } });
const fixed = (value: AttributeValue): Rule => ({ only: value, dropped: true });
const reduced: Rules = { keepdims: { default: 1 } };

const recurrent: Rules = {
  hidden_size: { needed: true },
  direction: { default: "forward" },
  layout: fixed(0),
};

const rules: Readonly<Record<Exclude<OpName, "Cast" | "ConstantOfShape" | "If" | "Scan">, Rules>> = {
  Abs: none,
  Add: none,
  And: none,
  ArgMax: { axis: { default: 0 }, keepdims: { default: 1 }, select_last_index: fixed(0) },
  Concat: { axis: { needed: true } },
  Cos: none,
  CumSum: { exclusive: { default: 0 }, reverse: { default: 0 } },
  Div: none,
  DynamicQuantizeLinear: none,
  DynamicQuantizeLSTM: { ...recurrent, input_forget: fixed(0) },
  Equal: none,
  Erf: none,
  Exp: none,
  Expand: none,
  Floor: none,
  Gather: axisOf(0),
  GatherElements: axisOf(0),
  GRU: { ...recurrent, linear_before_reset: { default: 0 } },
  Gemm: { transA: { default: 0 }, transB: { default: 0 }, alpha: { default: 1 }, beta: { default: 1 } },
  Greater: none,
  GreaterOrEqual: none,
  Identity: none,
  LabelEncoder: {
    keys_strings: {},
    values_strings: {},
    keys_int64s: {},
    values_int64s: {},
    default_string: {},
    default_int64: {},
    default_float: fixed(0), // written by others beside values that are not floats
  },
  LayerNormalization: { axis: { default: -1 }, epsilon: { default: 1e-5 }, stash_type: fixed(1) },
  Less: none,
  LessOrEqual: none,
  Log: none,
  LogSoftmax: axisOf(-1),
  LSTM: { ...recurrent, input_forget: fixed(0) },
  MatMul: none,
  MatMulInteger: none,
  Max: none,
  Min: none,
  Mul: none,
  Neg: none,
  Not: none,
  OneHot: axisOf(-1),
  Or: none,
  Pad: { mode: { default: "constant", only: "constant" } },
  Pow: none,
  Range: none,
  Reciprocal: none,
  ReduceMax: reduced,
  ReduceMean: reduced,
  ReduceMin: reduced,
  ReduceSum: reduced,
  RegexFullMatch: { pattern: { needed: true } },
  Relu: none,
  Reshape: { allowzero: { default: 0 } },
  ScatterElements: { axis: { default: 0 }, reduction: { default: "none", among: ["none", "add"] } },
  Shape: { start: fixed(0) },
  Sigmoid: none,
  Sign: none,
  Sin: none,
  Slice: none,
  Softmax: axisOf(-1),
  Softplus: none,
  Split: axisOf(0),
  Sqrt: none,
  Squeeze: none,
  StringConcat: none,
  StringSplit: { delimiter: { needed: true }, maxsplit: { needed: true } },
  Sub: none,
  Tanh: none,
  Tokenizer: {
    mark: { needed: true, only: 0 },
    mincharnum: { needed: true, only: 1 },
    pad_value: { needed: true },
    separators: {},
    tokenexp: {},
  },
  TopK: { axis: { default: -1 }, largest: { default: 1 }, sorted: { default: 1 } },
  Unique: { sorted: { default: 1, only: 1 } },
  Transpose: { perm: { needed: true } },
  Unsqueeze: none,
  Where: none,
};

/** A node's attributes in our operators' form, defaults filled in. Fails for what our operators do not have. */
export function readAttributes(
  operator: string,
  raw: ReadonlyMap<string, RawValue>,
  fail: NodeFail,
): Attributes {
  if (operator === "Cast") return { to: castTarget(raw.get("to"), fail) };
  if (operator === "ConstantOfShape") return constantOfShape(raw.get("value"), fail);
  const known = rules[operator as keyof typeof rules];
  for (const name of raw.keys()) {
    if (!Object.hasOwn(known, name)) throw fail(`its attribute "${name}" is not known`);
  }
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, rule] of Object.entries(known)) {
    const value = raw.get(name) ?? (rule.default as RawValue | undefined);
    if (value === undefined) {
      if (rule.needed) throw fail(`it needs the attribute "${name}"`);
      continue;
    }
    if (rule.only !== undefined && value !== rule.only) {
      throw fail(`its attribute "${name}" is ${value}; only ${rule.only} is supported`);
    }
    if (rule.among !== undefined && !rule.among.includes(value as AttributeValue)) {
      throw fail(`its attribute "${name}" is ${value}; only ${rule.among.join(" and ")} are supported`);
    }
    if (!rule.dropped) attributes[name] = plain(name, value, fail);
  }
  return attributes;
}

function plain(name: string, value: RawValue, fail: NodeFail): AttributeValue {
  if (typeof value === "object" && !Array.isArray(value))
    throw fail(`its attribute "${name}" is of a type it cannot have`);
  return value as AttributeValue;
}

function castTarget(code: RawValue | undefined, fail: NodeFail): DType {
  const dtype = typeof code === "number" ? dtypeOfCode(code) : undefined;
  if (dtype === undefined) throw fail(`it casts to ${typeName(Number(code))}, which is not supported`);
  return dtype;
}

function constantOfShape(value: RawValue | undefined, fail: NodeFail): Attributes {
  if (value === undefined) return { dtype: "float32", fill: 0 };
  const { dtype, data } = value as HostTensor;
  if (data?.length !== 1) throw fail("its value must be one number");
  return { dtype, fill: Number(data[0]) };
}
