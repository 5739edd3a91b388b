/** @file Floating-point numbers of 16 and of 64 bits as float32, in which graphs are trained. */
import type { HostTensor } from "../dtype.js";
import { bfloat16ToNumber, halfToNumber } from "../half.js";
import type { ExternalReader } from "./external-data.js";
import { onnx } from "./proto/onnx.js";
import { tensorValue } from "./tensor-proto.js";

const { DataType } = onnx.TensorProto;
const NARROW: ReadonlySet<number> = new Set([DataType.FLOAT16, DataType.BFLOAT16, DataType.DOUBLE]);

/** Whether ONNX's type code is that of floating-point numbers other than float32. */
export function isNarrow(code: number | null | undefined): boolean {
  return NARROW.has(code ?? 0);
}

/** ONNX's type code, float32's in place of the other ones' of floating-point numbers. */
export function widenedCode(code: number): number {
  return isNarrow(code) ? DataType.FLOAT : code;
}

/** The largest finite float32. */
const LARGEST = 3.4028234663852886e38;

/** A stored tensor of floating-point numbers as float32. Finite numbers stay finite: masks are made of the largest ones. */
export function widenedValue(
  proto: onnx.TensorProto.$Properties,
  where: string,
  external?: ExternalReader,
): HostTensor {
  const brain = proto.dataType === DataType.BFLOAT16; // stored as float16 is
  const stored = brain ? { ...proto, dataType: DataType.FLOAT16 } : proto;
  const { dtype, dims, data } = tensorValue(stored, where, external);
  const read = brain ? bfloat16ToNumber : dtype === "float16" ? halfToNumber : finite;
  return { dtype: "float32", dims, data: Float32Array.from(data as ArrayLike<number>, (x) => read(x)) };
}

function finite(x: number): number {
  return Number.isFinite(x) ? Math.min(Math.max(x, -LARGEST), LARGEST) : x;
}
