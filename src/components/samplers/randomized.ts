import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { stream } from "../../registry/random.js";
import { batchesPerEpoch, countsOf, mixed, probabilities, sharesByName, turnsOfEpoch } from "./shares.js";

const schema = Type.Object(
  {
    unnormalized_iterator_probs: probabilities(
      "Each task's share of the turns; they need not add up to 1. {}: all alike.",
    ),
    batches_per_epoch: batchesPerEpoch,
  },
  { description: "Turns in given shares, in random order." },
);

/** Shares by weight. */
export const RandomizedBatchSampler = component({
  kind: "batch_sampler",
  name: "RandomizedBatchSampler",
  schema,
  create: ({ unnormalized_iterator_probs: given, batches_per_epoch: wanted }) => ({
    turns: (tasks, seed, epoch) => {
      const random = stream(seed, "batch-sampler", epoch);
      const shares = sharesByName(given, tasks, "sampler.unnormalized_iterator_probs");
      return mixed(countsOf(shares, turnsOfEpoch(wanted, tasks), random), random);
    },
  }),
});
