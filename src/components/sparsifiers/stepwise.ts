/** @file Sparsifiers that look at the parameters after every so many updates. */
import { Type } from "typebox";
import { ptxError } from "../../registry/errors.js";
import type { ParameterEntry } from "../optimizers/contracts.js";
import type { Sparsifier, SparsifierInfo } from "./contracts.js";
import { Masks } from "./masks.js";

/** The keys that say when. */
export const stepwiseOptions = (starting_epoch: number) => ({
  starting_epoch: Type.Integer({
    minimum: 1,
    default: starting_epoch,
    description: "The epoch, counted from 1, with which it begins.",
  }),
  frequency: Type.Integer({
    minimum: 1,
    default: 1,
    description:
      "How many updates pass from one choice of zeros to the next; what was chosen stays zero between.",
  }),
});

/** The key that says how much. */
export const sparsityOption = Type.Number({
  minimum: 0,
  exclusiveMaximum: 1,
  default: 0.9,
  description: "The share of numbers that become zero.",
});

/** When a sparsifier acts. */
interface Moments {
  readonly starting_epoch: number;
  readonly frequency: number;
}

/** Whether it acts after an update. */
export const acts = ({ starting_epoch, frequency }: Moments, step: number, epoch: number): boolean =>
  epoch >= starting_epoch - 1 && step % frequency === 0;

/** The epochs (from 0) after one of whose updates it acts. Throws `PTX_CONFIG_VALUE` where the run ends before. */
export function actingEpochs(moments: Moments, info: SparsifierInfo, where: string): number[] {
  const { epochs } = info;
  const { starting_epoch, frequency } = moments;
  const found: number[] = [];
  for (let epoch = starting_epoch - 1; epoch < epochs; epoch++) {
    const [before, after] = [info.stepsBefore(epoch), info.stepsBefore(epoch + 1)];
    if (Math.floor(after / frequency) > Math.floor(before / frequency)) found.push(epoch);
  }
  if (found.length === 0)
    throw ptxError(
      "PTX_CONFIG_VALUE",
      where,
      `nothing would become zero: the run has ${epochs} epochs and ${info.stepsBefore(epochs)} updates, and it would begin with epoch ${starting_epoch}, every ${frequency} updates`,
      "lower starting_epoch or frequency, or train longer",
    );
  return found;
}

/**
 * A sparsifier that chooses the numbers that stay after every `frequency` updates, and keeps the others at zero.
 * @param choose the masks of all parameters, given those that hold
 * @param more whether each choice takes more away than the one before
 */
export function projection(
  name: string,
  moments: Moments,
  parameters: readonly ParameterEntry[],
  info: SparsifierInfo,
  choose: (masks: Masks) => Float32Array[],
  more = false,
): Sparsifier {
  const masks = new Masks(parameters, `sparsifier ${name}`);
  const acting = actingEpochs(moments, info, `trainer.sparsifier.${name}`);
  return {
    parameters,
    rises: more ? acting : acting.slice(0, 1),
    beforeEpoch: async () => {},
    afterStep({ step, epoch }) {
      if (acts(moments, step, epoch)) masks.replace(choose(masks));
      masks.apply();
    },
    state: () => masks.state(),
    load: (state) => masks.load(state),
  };
}
