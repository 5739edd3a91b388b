import { type Static, Type } from "typebox";
import { component } from "../../../registry/component.js";
import { stream } from "../../../registry/random.js";
import type { Batcher as BatcherContract } from "../contracts.js";

/** Config keys of the batch sizes. */
export const batchSizes = {
  train_batch_size: Type.Integer({ default: 32, minimum: 1, description: "Rows in a training batch." }),
  eval_batch_size: Type.Integer({ default: 128, minimum: 1, description: "Rows in an eval batch." }),
  test_batch_size: Type.Integer({ default: 128, minimum: 1, description: "Rows in a test batch." }),
};

const schema = Type.Object(batchSizes, {
  description: "Batches of a fixed number of rows: training rows in random order, others in file order.",
});

/** Cuts the rows, in a new random order each epoch, into batches of one size; the last batch may be smaller. */
class FixedBatcher implements BatcherContract {
  constructor(readonly config: Static<typeof schema>) {}

  train(lengths: Int32Array, seed: number, epoch: number): Uint32Array[] {
    return cut(stream(seed, "batcher", epoch).permutation(lengths.length), this.config.train_batch_size);
  }

  eval(lengths: Int32Array, split: "eval" | "test"): Uint32Array[] {
    const size = split === "eval" ? this.config.eval_batch_size : this.config.test_batch_size;
    return cut(Uint32Array.from(lengths.keys()), size);
  }
}

/** Batches of a fixed size. */
export const Batcher = component({
  kind: "batcher",
  name: "Batcher",
  schema,
  create: (config) => new FixedBatcher(config),
});

function cut(rows: Uint32Array, size: number): Uint32Array[] {
  const batches: Uint32Array[] = [];
  for (let start = 0; start < rows.length; start += size) batches.push(rows.slice(start, start + size));
  return batches;
}
