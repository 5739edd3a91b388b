/** @file Batches that grow from epoch to epoch, in place of a learning rate that falls (Smith et al., 2018). */
import { type Static, type TProperties, Type } from "typebox";
import { type CheckProblem, component } from "../../../registry/component.js";
import { batchSizes } from "./batcher.js";
import { LengthBatcher, type PoolSizes, poolOptions } from "./pooling-batcher.js";

const growth = {
  start_batch_size: Type.Integer({
    default: 32,
    minimum: 1,
    description: "Rows in a training batch of the first epoch.",
  }),
  end_batch_size: Type.Integer({
    default: 256,
    minimum: 1,
    description: "The most rows in a training batch, and as many in each after epoch_period.",
  }),
  epoch_period: Type.Integer({
    default: 10,
    minimum: 1,
    description: "After the first, so many epochs may have larger batches each; later ones have the largest.",
  }),
  step_size: Type.Integer({
    default: 1,
    minimum: 1,
    description: "Epochs that one size is kept for.",
  }),
};

const { eval_batch_size, test_batch_size } = batchSizes;

/** The schema of a batcher whose training batches grow by these options. */
const growing = <P extends TProperties>(options: P, description: string) =>
  Type.Object(
    {
      eval_batch_size,
      test_batch_size,
      ...poolOptions,
      scheduler_config: Type.Object(options, { default: {}, description: "How training batches grow." }),
    },
    { description },
  );

const linear = growing(
  growth,
  "As PoolingBatcher, with training batches that grow by as many rows each time.",
);

const exponential = growing(
  {
    ...growth,
    gamma: Type.Number({
      default: 5,
      exclusiveMinimum: 1,
      description: "What the size is multiplied by each time.",
    }),
  },
  "As PoolingBatcher, with training batches that grow by a factor each time.",
);

type Growth = Static<typeof linear>["scheduler_config"];

/** Training batches of `grown(times)` rows once the size has been changed so many times, and no more than the largest. */
function batcher(config: PoolSizes, growth: Growth, grown: (times: number) => number): LengthBatcher {
  const { epoch_period, step_size, end_batch_size } = growth;
  const sizeIn = (epoch: number): number =>
    epoch > epoch_period
      ? end_batch_size
      : Math.min(end_batch_size, Math.ceil(grown(Math.floor(epoch / step_size))));
  return new LengthBatcher(config, sizeIn, epoch_period + 1);
}

function checkGrowth({ start_batch_size, end_batch_size }: Growth): CheckProblem[] {
  if (end_batch_size > start_batch_size) return [];
  const message = `batches grow from start_batch_size ${start_batch_size}, so end_batch_size must be larger, got ${end_batch_size}; batches of one size: PoolingBatcher`;
  return [{ path: "scheduler_config.end_batch_size", message }];
}

/** Rows in a batch of epoch e (from 0): `start + (end - start) step_size floor(e / step_size) / epoch_period`, rounded up. */
export const LinearDynamicPoolingBatcher = component({
  kind: "batcher",
  name: "LinearDynamicPoolingBatcher",
  schema: linear,
  check: ({ scheduler_config }) => checkGrowth(scheduler_config),
  create(config) {
    const { start_batch_size: start, end_batch_size: end, ...own } = config.scheduler_config;
    return batcher(
      config,
      config.scheduler_config,
      (times) => start + ((end - start) * own.step_size * times) / own.epoch_period,
    );
  },
});

/** Rows in a batch of epoch e (from 0): `start gamma^floor(e / step_size)`, rounded up. */
export const ExponentialDynamicPoolingBatcher = component({
  kind: "batcher",
  name: "ExponentialDynamicPoolingBatcher",
  schema: exponential,
  check: ({ scheduler_config }) => checkGrowth(scheduler_config),
  create(config) {
    const { start_batch_size, gamma } = config.scheduler_config;
    return batcher(config, config.scheduler_config, (times) => start_batch_size * gamma ** times);
  },
});
