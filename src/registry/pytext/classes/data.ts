/** @file PyText's data: sources, batchers, samplers. */
import type { PyTextClass } from "../rule.js";
import { gone, mapped, object, only, same, slot, special, when, written } from "../rules.js";

const sizes = {
  train_batch_size: written("train_batch_size", 16),
  eval_batch_size: written("eval_batch_size", 16),
  test_batch_size: written("test_batch_size", 16),
};

const pools = {
  pool_num_batches: written("pool_num_batches", 1000),
  num_shuffled_pools: gone("all rows are shuffled before pools are cut"),
};

const growing = (name: string, growthClass: string): PyTextClass => ({
  name,
  to: name,
  keys: {
    ...sizes,
    ...pools,
    train_batch_size: gone("scheduler_config says how many rows training batches have"),
    scheduler_config: object("scheduler_config", growthClass),
  },
});

const growth = {
  start_batch_size: same("start_batch_size", 32),
  end_batch_size: same("end_batch_size", 256),
  epoch_period: same("epoch_period", 10),
  step_size: same("step_size", 1),
};

const data = {
  source: slot("source", "TSVDataSource"),
  batcher: slot("batcher", "PoolingBatcher", "Batcher"),
  sort_key: gone("PoolingBatcher sorts by the length of the inputs"),
  in_memory: gone("rows are turned into numbers once and kept"),
};

const files = {
  train_filename: same("train_filename", null),
  eval_filename: same("eval_filename", null),
  test_filename: same("test_filename", null),
};

const emptyMap = { column_mapping: same("column_mapping", {}) };

const tsv: PyTextClass = {
  name: "TSVDataSource",
  to: "TSVDataSource",
  // PyText reads the first columns of a row and passes over the rest.
  always: { extra_cells: "ignore" },
  keys: {
    ...files,
    ...emptyMap,
    field_names: same("field_names", null),
    delimiter: same("delimiter", "\t"),
    quoted: same("quoted", false),
    drop_incomplete_rows: mapped("on_error", false, (value) => when(value, "skip", "fail")),
  },
};

const names = "unnormalized_iterator_probs";
const samplers: readonly PyTextClass[] = [
  {
    name: "RoundRobinBatchSampler",
    to: "RoundRobinBatchSampler",
    keys: { iter_to_set_epoch: mapped("iter_to_set_epoch", "", (value) => (value === "" ? null : value)) },
  },
  { name: "RandomizedBatchSampler", to: "RandomizedBatchSampler", keys: { [names]: same(names, {}) } },
  {
    name: "AlternatingRandomizedBatchSampler",
    to: "AlternatingRandomizedBatchSampler",
    keys: { [names]: same(names, {}), [`second_${names}`]: same(`second_${names}`, {}) },
  },
  {
    name: "NaturalBatchSampler",
    to: "NaturalBatchSampler",
    keys: { dataset_counts: gone("rows are counted") },
  },
];

/** Sources, batchers and samplers. */
export const dataClasses: readonly PyTextClass[] = [
  { name: "Data", to: "Data", keys: data },
  {
    name: "PackedLMData",
    to: "PackedLMData",
    keys: { ...data, max_seq_len: special(128, "part", (value) => [["$block", value]]) },
  },
  tsv,
  { ...tsv, name: "BlockShardedTSVDataSource" },
  { name: "Batcher", to: "Batcher", keys: sizes },
  {
    name: "PoolingBatcher",
    to: "PoolingBatcher",
    keys: { ...sizes, ...pools },
  },
  growing("LinearDynamicPoolingBatcher", "BatcherSchedulerConfig"),
  { name: "BatcherSchedulerConfig", keys: growth },
  growing("ExponentialDynamicPoolingBatcher", "ExponentialBatcherSchedulerConfig"),
  { name: "ExponentialBatcherSchedulerConfig", keys: { ...growth, gamma: same("gamma", 5) } },
  ...samplers,
  {
    name: "DisjointMultitaskData",
    keys: {
      sampler: slot("sampler", "RoundRobinBatchSampler"),
      test_key: only(null, "all tasks are tested"),
    },
  },
];
