import { FrontError } from "../front/faults.js";
import type { Datatype, Element } from "./datatypes.js";

/** Elements that a type has, as JSON writes them. Whole numbers of 64 bits may be texts: JSON's numbers end at 2^53. */
function elementOf(value: unknown, datatype: Datatype, place: string): Element {
  if (datatype === "BYTES") {
    if (typeof value === "string") return value;
  } else if (datatype === "BOOL") {
    if (typeof value === "boolean" || value === 0 || value === 1) return Boolean(value);
  } else if (datatype.startsWith("FP")) {
    if (typeof value === "number") return value;
  } else {
    const whole = typeof value === "string" && /^-?\d{1,20}$/.test(value) ? BigInt(value) : value;
    if (
      (typeof whole === "bigint" || Number.isSafeInteger(whole)) &&
      fits(whole as number | bigint, datatype)
    )
      return typeof whole === "bigint" && Number.isSafeInteger(Number(whole))
        ? Number(whole)
        : (whole as Element);
  }
  throw new FrontError("invalid", `${shown(value)} is no element of ${datatype}`, { place });
}

function fits(value: number | bigint, datatype: Datatype): boolean {
  const bits = BigInt(/\d+$/.exec(datatype)![0]);
  const [low, high] = datatype.startsWith("U") ? [0n, 2n ** bits] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n)];
  return value >= low && value < high;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : JSON.stringify(value).slice(0, 60);
}

/** A tensor's elements from JSON: flat, or lists within each other as the shape has axes. Throws `invalid`. */
export function elementsOf(
  data: unknown,
  shape: readonly number[],
  datatype: Datatype,
  place: string,
): Element[] {
  if (!Array.isArray(data))
    throw new FrontError("invalid", `expected a list of elements, got ${shown(data)}`, { place });
  const nested = shape.length > 1 && data.some(Array.isArray);
  const elements: Element[] = [];
  const visit = (values: unknown, sizes: readonly number[], where: string): void => {
    const [size, ...inner] = sizes;
    if (!Array.isArray(values) || values.length !== size)
      throw new FrontError(
        "invalid",
        `the shape has ${size} elements here, got ${Array.isArray(values) ? values.length : shown(values)}`,
        { place: where },
      );
    for (const [i, value] of values.entries())
      if (inner.length > 0) visit(value, inner, `${where}[${i}]`);
      else elements.push(elementOf(value, datatype, `${where}[${i}]`));
  };
  visit(data, nested ? shape : [shape.reduce((product, axis) => product * axis, 1)], place);
  return elements;
}
