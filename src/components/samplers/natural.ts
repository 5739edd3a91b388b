import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { stream } from "../../registry/random.js";
import { mixed } from "./shares.js";

/** Each task as often as it has batches. */
export const NaturalBatchSampler = component({
  kind: "batch_sampler",
  name: "NaturalBatchSampler",
  schema: Type.Object(
    {},
    { description: "Each batch of each task once an epoch, in random order: large tasks have most turns." },
  ),
  create: () => ({
    turns: (tasks, seed, epoch) =>
      mixed(
        tasks.map(({ batches }) => batches),
        stream(seed, "batch-sampler", epoch),
      ),
  }),
});
