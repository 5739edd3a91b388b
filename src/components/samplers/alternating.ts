import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { stream } from "../../registry/random.js";
import { batchesPerEpoch, countsOf, mixed, probabilities, sharesByName, turnsOfEpoch } from "./shares.js";

const schema = Type.Object(
  {
    unnormalized_iterator_probs: probabilities(
      "The tasks' shares of every other turn, the first of the run included. {}: all alike.",
    ),
    second_unnormalized_iterator_probs: probabilities("Their shares of the turns between. {}: all alike."),
    batches_per_epoch: batchesPerEpoch,
  },
  {
    description:
      "Two tables of shares that alternate turn by turn, so that for instance every other batch is of one task whatever the others are.",
  },
);

/** Turns `0, 2, 4, ...` of a run by the first table, the others by the second; each in random order. */
export const AlternatingRandomizedBatchSampler = component({
  kind: "batch_sampler",
  name: "AlternatingRandomizedBatchSampler",
  schema,
  create: (config) => ({
    turns: (tasks, seed, epoch) => {
      const count = turnsOfEpoch(config.batches_per_epoch, tasks);
      const parity = (turn: number): number => (epoch * count + turn) % 2;
      const tables = (["unnormalized_iterator_probs", "second_unnormalized_iterator_probs"] as const).map(
        (key, table) => {
          const random = stream(seed, "batch-sampler", table, epoch);
          const turns = Math.floor((count + (parity(0) === table ? 1 : 0)) / 2);
          return mixed(countsOf(sharesByName(config[key], tasks, `sampler.${key}`), turns, random), random);
        },
      );
      return Uint32Array.from({ length: count }, (_, turn) => tables[parity(turn)]![Math.floor(turn / 2)]!);
    },
  }),
});
