/** @file Whether an output is the one that ONNX expects. */
import { type HostTensor, isFloat } from "../../src/graph/dtype.js";
import { halfToNumber } from "../../src/graph/half.js";

/** ONNX's own tolerances: `|got - wanted| <= atol + rtol * |wanted|`. */
export const tolerances = { rtol: 1e-3, atol: 1e-7 } as const;

/** What differs, said in one line; null when nothing does. Integers and strings must be equal, as must infinities and NaN. */
export function differenceOf(got: HostTensor, wanted: HostTensor): string | null {
  const type = ({ dtype, dims }: HostTensor): string => `${dtype}[${dims.join(",")}]`;
  if (type(got) !== type(wanted)) return `${type(got)} for ${type(wanted)}`;
  for (let i = 0; i < wanted.data.length; i++) {
    const [a, b] = [elementOf(got, i), elementOf(wanted, i)];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const allowed = isFloat(wanted.dtype) ? tolerances.atol + tolerances.rtol * Math.abs(Number(b)) : 0;
    if (!(Math.abs(Number(a) - Number(b)) <= allowed) || typeof b === "string")
      return `element ${i} is ${a} for ${b}`;
  }
  return null;
}

function elementOf({ dtype, data }: HostTensor, i: number): number | bigint | string {
  return dtype === "float16" ? halfToNumber(data[i] as number) : data[i]!;
}
