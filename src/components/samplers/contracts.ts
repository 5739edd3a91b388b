import type { Context } from "../../registry/context.js";

/** One of the tasks whose batches are mixed. */
export interface SampledTask {
  readonly name: string;
  /** How many batches a pass over its rows has. */
  readonly batches: number;
}

/** Says whose batch comes when. A task that runs out of batches begins anew; what an epoch leaves over is the next one's. */
export interface BatchSampler {
  /** The turns of an epoch as task numbers: a pure function of its arguments. Throws `PTX_CONFIG_VALUE` for tasks that the config names wrongly. */
  turns(tasks: readonly SampledTask[], seed: number, epoch: number): Uint32Array;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    batch_sampler: { create(config: Config, context: Context): BatchSampler };
  }
}
