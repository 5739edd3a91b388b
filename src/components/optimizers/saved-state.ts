import { ptxError } from "../../registry/errors.js";

/** Takes an array out of a saved state; throws `PTX_MODEL_FILE` when it is absent or of another size. */
export function takeArray(
  arrays: Map<string, Float32Array>,
  key: string,
  size: number,
  place: string,
): Float32Array {
  const array = arrays.get(key);
  if (array === undefined || array.length !== size) {
    const found = array === undefined ? "is missing" : `has ${array.length} values, not ${size}`;
    throw ptxError("PTX_MODEL_FILE", place, `the saved state does not fit: array "${key}" ${found}`);
  }
  arrays.delete(key);
  return array;
}

/** Takes a finite number out of a saved state; throws `PTX_MODEL_FILE` when it is absent or not one. */
export function takeNumber(numbers: Map<string, number>, key: string, place: string): number {
  const value = numbers.get(key);
  if (value === undefined || !Number.isFinite(value)) {
    const found = value === undefined ? "is missing" : `is ${value}`;
    throw ptxError("PTX_MODEL_FILE", place, `the saved state does not fit: number "${key}" ${found}`);
  }
  numbers.delete(key);
  return value;
}
