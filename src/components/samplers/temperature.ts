import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { stream } from "../../registry/random.js";
import { batchesPerEpoch, countsOf, mixed, turnsOfEpoch } from "./shares.js";

const schema = Type.Object(
  {
    temperature: Type.Number({
      exclusiveMinimum: 0,
      default: 2,
      description:
        "A task with n batches has a share in proportion to n^(1 / temperature): 1 is by size, the higher the more alike.",
    }),
    batches_per_epoch: batchesPerEpoch,
  },
  {
    description:
      "Shares between the tasks' sizes and equal ones, in random order (Arivazhagan et al., 2019).",
  },
);

/** Shares `n^(1 / T)`. */
export const TemperatureBatchSampler = component({
  kind: "batch_sampler",
  name: "TemperatureBatchSampler",
  schema,
  create: ({ temperature, batches_per_epoch: wanted }) => ({
    turns: (tasks, seed, epoch) => {
      const random = stream(seed, "batch-sampler", epoch);
      const most = Math.max(...tasks.map(({ batches }) => batches));
      const shares = tasks.map(({ batches }) => (batches / most) ** (1 / temperature));
      return mixed(countsOf(shares, turnsOfEpoch(wanted, tasks), random), random);
    },
  }),
});
