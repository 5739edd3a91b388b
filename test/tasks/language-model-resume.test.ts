import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { stream } from "../../src/registry/random.js";
import { Checkpoints } from "../components/trainers/harness.js";
import { workplace } from "../support/toy.js";
import { trainInMemory } from "../support/train-in-memory.js";

const folder = workplace();

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
  const { result, parameters } = await trainInMemory({ version: 1, threads: 1, task }, checkpoints);
  return { result, parameters };
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
