/** @file What tasks ask of targets that are numbers. */
import type { Range } from "../components/contracts.js";
import type { Tensorizer } from "../components/data/contracts.js";
import {
  isNumberTensorizer,
  type NumberTensorizer,
} from "../components/data/tensorizers/numeric-label-tensorizer.js";
import { ptxError } from "../registry/errors.js";

/** The tensorizer of the input `name`, if it gives numbers. Throws `PTX_CONFIG_VALUE` otherwise. */
export function requireNumberTarget(
  target: Tensorizer | undefined,
  name: string,
  task: string,
): NumberTensorizer {
  if (isNumberTensorizer(target)) return target;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    `model.inputs.${name}`,
    `${task} learns from numbers, which this tensorizer does not give`,
    "use NumericLabelTensorizer",
  );
}

/** Throws `PTX_CONFIG_VALUE` at `place` where the training rows' numbers are not all within a range; null: any are. */
export function requireWithin(
  { spread }: NumberTensorizer,
  range: Range | null,
  place: string,
  remedy: string,
): void {
  const { lowest, highest } = spread!;
  if (range === null || (range[0] <= lowest && highest <= range[1])) return;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    place,
    `the training rows' numbers go from ${lowest} to ${highest}, the ${place.split(".").at(-1)}'s from ${range[0]} to ${range[1]}`,
    remedy,
  );
}
