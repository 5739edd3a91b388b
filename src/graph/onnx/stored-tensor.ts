/** @file Whether a stored tensor's data are what its type and sizes say, for every type that ONNX has. */
import { type ExternalFiles, externalRange } from "./external-data.js";
import { onnx } from "./proto/onnx.js";
import { storedShape, tensorFail, typeName } from "./tensor-proto.js";

type TensorProto = onnx.TensorProto.$Properties;
const { DataLocation, DataType } = onnx.TensorProto;

/** How a type's elements are stored. */
interface Storage {
  readonly bits: number;
  /** The field that holds them where they are not raw bytes. */
  readonly field: "floatData" | "int32Data" | "int64Data" | "doubleData" | "uint64Data";
  /** How many numbers of that field make an element, or a part of one. */
  readonly numbers: number;
}

const storage = (bits: number, field: Storage["field"], numbers = 1): Storage => ({ bits, field, numbers });

/** By ONNX's type code. Strings are stored otherwise; types that are not here are too new to be known. */
const storages: Readonly<Record<number, Storage>> = {
  [DataType.FLOAT]: storage(32, "floatData"),
  [DataType.UINT8]: storage(8, "int32Data"),
  [DataType.INT8]: storage(8, "int32Data"),
  [DataType.UINT16]: storage(16, "int32Data"),
  [DataType.INT16]: storage(16, "int32Data"),
  [DataType.INT32]: storage(32, "int32Data"),
  [DataType.INT64]: storage(64, "int64Data"),
  [DataType.BOOL]: storage(8, "int32Data"),
  [DataType.FLOAT16]: storage(16, "int32Data"),
  [DataType.DOUBLE]: storage(64, "doubleData"),
  [DataType.UINT32]: storage(32, "uint64Data"),
  [DataType.UINT64]: storage(64, "uint64Data"),
  [DataType.COMPLEX64]: storage(64, "floatData", 2),
  [DataType.COMPLEX128]: storage(128, "doubleData", 2),
  [DataType.BFLOAT16]: storage(16, "int32Data"),
  [DataType.FLOAT8E4M3FN]: storage(8, "int32Data"),
  [DataType.FLOAT8E4M3FNUZ]: storage(8, "int32Data"),
  [DataType.FLOAT8E5M2]: storage(8, "int32Data"),
  [DataType.FLOAT8E5M2FNUZ]: storage(8, "int32Data"),
  [DataType.FLOAT8E8M0]: storage(8, "int32Data"),
  [DataType.UINT4]: storage(4, "int32Data", 1 / 2),
  [DataType.INT4]: storage(4, "int32Data", 1 / 2),
  [DataType.FLOAT4E2M1]: storage(4, "int32Data", 1 / 2),
  [DataType.UINT2]: storage(2, "int32Data", 1 / 4),
  [DataType.INT2]: storage(2, "int32Data", 1 / 4),
};

/** What a stored tensor takes. */
export interface StoredSize {
  readonly elements: number;
  readonly bytes: number;
}

/**
 * What a stored tensor takes, its data being all there. Throws `PTX_MODEL_FILE` where they are not, are more than its
 * sizes say, or lie where a model may not reach.
 */
export function storedSize(
  proto: TensorProto,
  where: string,
  files?: Pick<ExternalFiles, "require">,
): StoredSize {
  const fail = tensorFail(proto, where);
  const { dims, size } = storedShape(proto, fail);
  const type = proto.dataType ?? 0;
  if (type === DataType.STRING) {
    const texts = proto.stringData ?? [];
    if (texts.length !== size)
      throw fail(`has ${texts.length} elements, its shape [${dims.join(",")}] needs ${size}`);
    return { elements: size, bytes: texts.reduce((total, text) => total + text.byteLength, 0) };
  }
  const known = storages[type];
  if (known === undefined) return { elements: size, bytes: proto.rawData?.byteLength ?? 0 };
  const bytes = Math.ceil((size * known.bits) / 8);
  if (proto.dataLocation === DataLocation.EXTERNAL) {
    const range = externalRange(proto, bytes, fail);
    if (files === undefined) throw fail(`is kept in "${range.location}"; read the model by its path`);
    files.require(range);
    return { elements: size, bytes };
  }
  const raw = proto.rawData?.byteLength ?? 0;
  if (raw > 0 && raw !== bytes)
    throw fail(`has ${raw} bytes, ${typeName(type)}[${dims.join(",")}] needs ${bytes}`);
  const [numbers, needed] = [proto[known.field]?.length ?? 0, Math.ceil(size * known.numbers)];
  if (raw === 0 && numbers !== needed)
    throw fail(`has ${numbers} elements, its shape [${dims.join(",")}] needs ${needed}`);
  return { elements: size, bytes };
}
