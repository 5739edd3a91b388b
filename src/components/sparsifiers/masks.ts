import { ptxError } from "../../registry/errors.js";
import type { ParameterEntry, SavedState } from "../optimizers/contracts.js";
import { matchParameters, PATTERN_SYNTAX } from "../optimizers/parameter-match.js";
import { takeArray } from "../optimizers/saved-state.js";

/** What the key `parameters` of a sparsifier says. */
export const PARAMETERS_KEY = `What is made sparse; empty = all that is trained and has two or more axes (no biases, no scales). ${PATTERN_SYNTAX}`;

/**
 * The parameters that patterns name, or all matrices; frozen ones are left out. Throws `PTX_CONFIG_VALUE` where a pattern
 * matches none that is trained, or there is nothing to make sparse.
 */
export function chosenParameters(
  patterns: readonly string[],
  parameters: readonly ParameterEntry[],
  where: string,
): ParameterEntry[] {
  const trained = parameters.filter(({ trainable }) => trainable);
  const names = trained.map(({ name }) => name);
  const matched = new Set(matchParameters(patterns, names, (i) => `${where}.parameters[${i}]`).flat());
  const chosen = trained.filter(({ name, shape }) =>
    patterns.length === 0 ? shape.length >= 2 : matched.has(name),
  );
  if (chosen.length === 0)
    throw ptxError(
      "PTX_CONFIG_VALUE",
      where,
      "no trained parameter has two axes: nothing could be made sparse",
    );
  return chosen;
}

/** For each of some parameters which of its numbers stay (1) and which are zero (0); all stay at first. */
export class Masks {
  readonly #masks = new Map<string, Float32Array>();

  /** @param place the sparsifier, for messages */
  constructor(
    readonly parameters: readonly ParameterEntry[],
    readonly place: string,
  ) {}

  get(name: string): Float32Array | undefined {
    return this.#masks.get(name);
  }

  /** Takes another mask for each parameter, in their order. */
  replace(masks: readonly Float32Array[]): void {
    for (const [i, { name }] of this.parameters.entries()) this.#masks.set(name, masks[i]!);
  }

  /** Sets to zero what the masks say. */
  apply(): void {
    for (const { name, data } of this.parameters) {
      const mask = this.#masks.get(name);
      if (mask === undefined) continue;
      for (let i = 0; i < data.length; i++) if (mask[i] === 0) data[i] = 0;
    }
  }

  state(): SavedState {
    const arrays: Record<string, Float32Array> = {};
    for (const [name, mask] of this.#masks) arrays[`mask/${name}`] = mask;
    return { arrays, numbers: {} };
  }

  load(state: SavedState): void {
    const arrays = new Map(Object.entries(state.arrays));
    this.#masks.clear();
    if (arrays.size > 0)
      for (const { name, data } of this.parameters)
        this.#masks.set(name, takeArray(arrays, `mask/${name}`, data.length, this.place).slice());
    const [unknown] = arrays.keys();
    if (unknown !== undefined)
      throw ptxError(
        "PTX_MODEL_FILE",
        this.place,
        `the saved state holds "${unknown}", which this sparsifier has no use for`,
      );
  }
}
