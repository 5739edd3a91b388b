/** @file A config of one model, trained by its own trainer without a run folder: checkpoints, messages and parameters stay in memory. */
import { learn } from "../../src/components/data/data-handler.js";
import type { TrainingResult } from "../../src/components/trainers/contracts.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { openTask } from "../../src/tasks/open-task.js";
import type { Checkpoints } from "../components/trainers/harness.js";

/** A finished training, and what it said. */
export interface TrainedInMemory {
  readonly result: TrainingResult;
  /** The parameters before the first batch, and at the end. */
  readonly first: ReadonlyMap<string, Float32Array>;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly said: readonly string[];
}

/** Trains on a config's train and eval rows; goes on from the first of `checkpoints` if they have one. */
export async function trainInMemory(config: object, checkpoints: Checkpoints): Promise<TrainedInMemory> {
  const registry = defaultRegistry();
  const said: string[] = [];
  const log = { info: (line: string) => void said.push(line), warn: (line: string) => void said.push(line) };
  const resolved = resolveConfig(config, registry, {});
  const open = openTask(resolved.config, registry, log);
  const [name, part] = [...open.task.parts][0]!;
  const data = part.data();
  await learn([data]);
  const train = await data.load("train");
  const held = data.splits.includes("eval") ? await data.load("eval") : null;
  await part.prepare();
  let first: ReadonlyMap<string, Float32Array> = new Map();
  const result = await open.task.trainer.train({
    context: open.context,
    engine: await open.engine(),
    parameters: open.parameters,
    parts: [
      {
        name,
        build: (scope) => part.build(scope, { form: "ids", targets: true }),
        data: { train, eval: held, batcher: data.batcher },
        report: (split, predictions) => part.report(split === "train" ? train : held!, predictions),
      },
    ],
    turns: (batches, epoch) => open.task.turns(batches, epoch),
    combine: (figures) => open.task.combine(figures),
    selections: open.task.selections,
    emit: () => {},
    begin: async () => {
      first = open.parameters.snapshot();
    },
    checkpoints,
  });
  return { result, first, parameters: open.parameters.snapshot(), said };
}
