/** @file The types of a model's inputs and outputs, as people write them. */

import { damaged } from "./model-file.js";
import type { onnx } from "./proto/onnx.js";
import { declaredSize, dtypeOfCode, typeName } from "./tensor-proto.js";

/** What a model takes or gives under a name. */
export interface ValueSignature {
  readonly name: string;
  /** Its type in one word: `float32[batch,2]`, `sequence(string[?])`. */
  readonly type: string;
  /** The elements of a tensor; null for anything else. */
  readonly dtype: string | null;
  /** The sizes of a tensor: numbers, symbols, null where one is open. Null where no shape is declared. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** What a declared value says of itself. Throws `PTX_MODEL_FILE` for sizes that nothing can have. */
export function signatureOf({ name, type }: onnx.ValueInfoProto.$Properties): ValueSignature {
  const tensor = type?.tensorType;
  return {
    name: name ?? "",
    type: typeText(type),
    dtype: tensor ? elementName(tensor.elemType) : null,
    shape: tensor?.shape ? sizesOf(tensor.shape) : null,
  };
}

function typeText(type: onnx.TypeProto.$Properties | null | undefined): string {
  if (type?.tensorType) return tensorText(type.tensorType);
  if (type?.sparseTensorType) return `sparse(${tensorText(type.sparseTensorType)})`;
  if (type?.sequenceType) return `sequence(${typeText(type.sequenceType.elemType)})`;
  if (type?.optionalType) return `optional(${typeText(type.optionalType.elemType)})`;
  if (type?.mapType) return `map(${elementName(type.mapType.keyType)},${typeText(type.mapType.valueType)})`;
  return type?.opaqueType
    ? `opaque(${type.opaqueType.domain ?? ""}.${type.opaqueType.name ?? ""})`
    : "undeclared";
}

function tensorText({ elemType, shape }: onnx.TypeProto.Tensor.$Properties): string {
  const sizes = shape ? `[${sizesOf(shape).map((size) => size ?? "?")}]` : "";
  return `${elementName(elemType)}${sizes}`;
}

function sizesOf({ dim }: onnx.TensorShapeProto.$Properties): (number | string | null)[] {
  return (dim ?? []).map((size) => declaredSize(size, (message) => damaged("a declared value", message)));
}

function elementName(code: number | null | undefined): string {
  return dtypeOfCode(code ?? 0) ?? typeName(code ?? 0).toLowerCase();
}
