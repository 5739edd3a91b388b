import { Type } from "typebox";
import type { CheckProblem } from "../../registry/component.js";
import type { Range } from "../contracts.js";

/** The schema of a range. */
export const rangeSchema = Type.Tuple([Type.Number(), Type.Number()]);

/** The rule that a range's first number is the lower one. */
export function checkRange(range: Range | null, path: string): readonly CheckProblem[] {
  if (range === null || range[0] < range[1]) return [];
  return [{ path, message: `[low, high]: ${range[0]} is not below ${range[1]}` }];
}
