import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { stream } from "../../../registry/random.js";
import type { Batcher } from "../contracts.js";
import { batchSizes } from "./batcher.js";

/** Config keys of pools. */
export const poolOptions = {
  pool_num_batches: Type.Integer({
    default: 100,
    minimum: 1,
    description: "Rows are shuffled, then sorted by length within pools of so many batches.",
  }),
  bucket_width: Type.Integer({
    default: 8,
    minimum: 1,
    description:
      "Rows whose lengths differ by less are mixed at random within a pool, so that every epoch has new batches; 1 sorts exactly.",
  }),
  max_tokens: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
    default: null,
    description:
      "Largest number of tokens in a batch, padding included; null: no limit. A longer row is a batch of its own.",
  }),
};

/** The resolved keys of pools and of the batches of held-out rows. */
export interface PoolSizes {
  readonly eval_batch_size: number;
  readonly test_batch_size: number;
  readonly pool_num_batches: number;
  readonly bucket_width: number;
  readonly max_tokens: number | null;
}

const schema = Type.Object(
  { ...batchSizes, ...poolOptions },
  {
    description:
      "Batches of rows of like length, so that little is padded; in a new random order each epoch.",
  },
);

/** Shuffles all rows, sorts them by length within pools, cuts the pools into batches and shuffles the batches. */
export class LengthBatcher implements Batcher {
  /**
   * @param sizeIn rows in a training batch of an epoch (from 0)
   * @param evenFrom the epoch from which on that is one number
   */
  constructor(
    readonly config: PoolSizes,
    readonly sizeIn: (epoch: number) => number,
    readonly evenFrom = 0,
  ) {}

  train(lengths: Int32Array, seed: number, epoch: number): Uint32Array[] {
    const { pool_num_batches, bucket_width } = this.config;
    const size = this.sizeIn(epoch);
    const random = stream(seed, "batcher", epoch);
    const rows = random.permutation(lengths.length);
    const batches: Uint32Array[] = [];
    for (let start = 0; start < rows.length; start += size * pool_num_batches) {
      // Another phase for each pool: rows that a bucket's border parts now are mixed another time.
      const phase = random.int(bucket_width);
      const bucket = (row: number): number => Math.floor((lengths[row]! + phase) / bucket_width);
      const pool = rows.slice(start, start + size * pool_num_batches);
      const sorted = sortBy(pool, bucket); // stable: random order within a bucket
      batches.push(...this.#cut(sorted, lengths, size));
    }
    return random.shuffle(batches);
  }

  eval(lengths: Int32Array, split: "eval" | "test"): Uint32Array[] {
    const size = split === "eval" ? this.config.eval_batch_size : this.config.test_batch_size;
    return this.#cut(
      sortBy(Uint32Array.from(lengths.keys()), (row) => lengths[row]!),
      lengths,
      size,
    );
  }

  #cut(rows: Uint32Array, lengths: Int32Array, size: number): Uint32Array[] {
    const { max_tokens } = this.config;
    const batches: Uint32Array[] = [];
    let start = 0;
    let longest = 0;
    for (let at = 0; at < rows.length; at++) {
      const length = lengths[rows[at]!]!;
      const tokens = Math.max(longest, length) * (at - start + 1);
      if (at > start && (at - start === size || (max_tokens !== null && tokens > max_tokens))) {
        batches.push(rows.slice(start, at));
        start = at;
        longest = 0;
      }
      longest = Math.max(longest, length);
    }
    if (start < rows.length) batches.push(rows.slice(start));
    return batches;
  }
}

/** Batches of rows of like length. */
export const PoolingBatcher = component({
  kind: "batcher",
  name: "PoolingBatcher",
  schema,
  create: (config) => new LengthBatcher(config, () => config.train_batch_size),
});

/** Sorted by a key; rows with equal keys keep their order. */
function sortBy(rows: Uint32Array, key: (row: number) => number): Uint32Array {
  const keys = Float64Array.from(rows, key);
  const order = Uint32Array.from(rows.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b);
  return order.map((index) => rows[index]!);
}
