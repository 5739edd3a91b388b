/** @file Node attributes as files have them, brought to the form that our operators have. */
import type { DType, HostTensor } from "../dtype.js";
import type { Attributes, AttributeValue } from "../ops/define.js";
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

/** The attributes of a node by name, of whatever type the file gives them. */
export function rawAttributes(node: onnx.NodeProto.$Properties, fail: NodeFail): Map<string, RawValue> {
  const { AttributeType } = onnx.AttributeProto;
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
  return new Map(
    (node.attribute ?? []).map((proto): [string, RawValue] => {
      const name = proto.name ?? "";
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
          return [name, tensorValue(proto.t ?? {}, `attribute ${name}`)];
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

/** What ONNX assumes for an attribute that a node leaves out, and which values are the only ones that we have. */
type Rule =
  | { readonly default: AttributeValue }
  | { readonly only: AttributeValue }
  | "required"
  | "optional";

const axisOf = (axis: number): Record<string, Rule> => ({ axis: { default: axis } });
const reduced: Record<string, Rule> = { keepdims: { default: 1 } };
const coder: Record<string, Rule> = {
  keys_strings: "optional",
  values_strings: "optional",
  keys_int64s: "optional",
  values_int64s: "optional",
  default_string: "optional",
  default_int64: "optional",
  default_float: { only: -0 },
};

/** Operators that are not listed take their attributes as the file has them. */
const rules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  ArgMax: { axis: { default: 0 }, keepdims: { default: 1 }, select_last_index: { only: 0 } },
  Cast: { to: "required", saturate: { only: 1 } },
  Concat: { axis: "required" },
  CumSum: { exclusive: { default: 0 }, reverse: { default: 0 } },
  Gather: axisOf(0),
  GatherElements: axisOf(0),
  Gemm: { transA: { default: 0 }, transB: { default: 0 }, alpha: { default: 1 }, beta: { default: 1 } },
  LabelEncoder: coder,
  LayerNormalization: { axis: { default: -1 }, epsilon: { default: 1e-5 }, stash_type: { only: 1 } },
  LogSoftmax: axisOf(-1),
  OneHot: axisOf(-1),
  Pad: { mode: { default: "constant" } },
  ReduceMax: reduced,
  ReduceMean: reduced,
  ReduceMin: reduced,
  ReduceSum: reduced,
  Reshape: { allowzero: { default: 0 } },
  ScatterElements: { axis: { default: 0 }, reduction: "required" },
  Shape: { start: { only: 0 } },
  Softmax: axisOf(-1),
  TopK: { axis: { default: -1 }, largest: { default: 1 }, sorted: { default: 1 } },
  Transpose: { perm: "required" },
};

/** A node's attributes in our operators' form, defaults filled in. Fails for what our operators do not have. */
export function readAttributes(
  operator: string,
  raw: ReadonlyMap<string, RawValue>,
  fail: NodeFail,
): Attributes {
  if (operator === "Cast") return { to: castTarget(raw.get("to"), fail) };
  if (operator === "ConstantOfShape") return constantOfShape(raw.get("value"), fail);
  const known = rules[operator];
  if (known === undefined)
    return Object.fromEntries([...raw].map(([name, value]) => [name, plain(name, value, fail)]));
  for (const name of raw.keys()) if (!(name in known)) throw fail(`its attribute "${name}" is not known`);
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, rule] of Object.entries(known)) {
    const value = raw.get(name);
    if (value !== undefined && !(typeof rule === "object" && "only" in rule))
      attributes[name] = plain(name, value, fail);
    else if (rule === "required") throw fail(`it needs the attribute "${name}"`);
    else if (typeof rule === "object" && "default" in rule) attributes[name] = rule.default;
    else if (value !== undefined && typeof rule === "object" && value !== rule.only) {
      throw fail(`its attribute "${name}" is ${value}; only ${rule.only} is supported`);
    }
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
