import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { learn } from "../../src/components/data/data-handler.js";
import { silentLog } from "../../src/library.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { stream } from "../../src/registry/random.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { openTask } from "../../src/tasks/open-task.js";
import { Checkpoints } from "../components/trainers/harness.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();

/** Trains a language model with dropout, drawn candidates and a carried state; gives its parameters and records. */
async function trained(checkpoints: Checkpoints) {
  const random = stream(1, "text");
  const lines = Array.from({ length: 40 }, () =>
    Array.from({ length: 5 }, () => "abcdefgh"[random.int(8)]).join(" "),
  );
  writeFileSync(join(folder, "text.txt"), `${lines.join("\n")}\n`);
  const source = { TextDataSource: { train_filename: join(folder, "text.txt") } };
  const model = { lstm_dim: 5, dropout: 0.3, softmax: { SampledSoftmax: { num_sampled: 3 } } };
  const trainer = { epochs: 2, optimizer: { SGD: { lr: 1, momentum: 0.5 } }, checkpoint_every_batches: 3 };
  const task = {
    LMTask: {
      data: { LanguageModelData: { source, batch_size: 4, bptt: 8 } },
      model: { LMLSTM: { embedding: { WordEmbedding: { embed_dim: 4 } }, ...model } },
      trainer: { Trainer: trainer },
    },
  };
  const { config } = resolveConfig({ version: 1, threads: 1, task }, registry, {});
  const open = openTask(config, registry, silentLog);
  const [[name, part]] = [...open.task.parts] as [
    [string, NonNullable<ReturnType<typeof open.task.parts.get>>],
  ];
  const data = part.data();
  await learn([data]);
  const rows = await data.load("train");
  const result = await open.task.trainer.train({
    context: open.context,
    engine: await open.engine(),
    parameters: open.parameters,
    parts: [
      {
        name,
        build: (scope) => part.build(scope, { form: "ids", targets: true }),
        data: { train: rows, eval: null, batcher: data.batcher },
        report: (_split, predictions) => part.report(rows, predictions),
      },
    ],
    turns: (batches, epoch) => open.task.turns(batches, epoch),
    combine: (figures) => open.task.combine(figures),
    selections: open.task.selections,
    emit: () => {},
    begin: async () => {},
    checkpoints,
  });
  return { result, parameters: open.parameters.snapshot() };
}

it("a language model's run that goes on from the middle of an epoch ends with the same bits", async () => {
  const all = new Checkpoints();
  const whole = await trained(all);
  expect(all.saved.length).toBe(6); // after batches 3 and 6 of 8, and after the epoch
  for (const checkpoint of all.saved) {
    const resumed = await trained(new Checkpoints(checkpoint));
    expect(resumed).toEqual(whole);
  }
});
