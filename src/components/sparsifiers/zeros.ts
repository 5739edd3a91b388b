import type { ParameterEntry } from "../optimizers/contracts.js";

/** How many numbers of parameters are zero. */
export interface Zeros {
  readonly zeros: number;
  readonly numbers: number;
  readonly share: number;
}

/** Counts them. */
export function zerosIn(parameters: Iterable<Pick<ParameterEntry, "data">>): Zeros {
  let [zeros, numbers] = [0, 0];
  for (const { data } of parameters) {
    numbers += data.length;
    for (let i = 0; i < data.length; i++) if (data[i] === 0) zeros++;
  }
  return { zeros, numbers, share: numbers === 0 ? 0 : zeros / numbers };
}
