/** @file Layers that the backward pass computes once more train as others do, dropout included, in less memory. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { silentLog } from "../../../src/library.js";
import { resolveConfig } from "../../../src/registry/load-config.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";
import { openTask } from "../../../src/tasks/open-task.js";
import { learnFor, summarize } from "../../../src/tasks/summary.js";
import { toyConfig, workplace, writeToyData } from "../../support/toy.js";
import { trainInMemory } from "../../support/train-in-memory.js";
import { Checkpoints } from "../trainers/harness.js";

const folder = workplace();
writeToyData(folder, 32);
const pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ..."abcdefghijklmnopqrstuvwxyz"].slice(0, 30);

function config(family: string, encoder: object): object {
  const base = join(folder, family);
  cpSync(fileURLToPath(new URL(`fixtures/${family}`, import.meta.url)), base, { recursive: true });
  writeFileSync(join(base, "vocab.txt"), pieces.join("\n"));
  const model = {
    NewBertModel: {
      inputs: { tokens: { BERTTensorizer: { vocab_file: join(base, "vocab.txt"), max_seq_len: 14 } } },
      encoder: { TransformerEncoder: { pretrained: base, ...encoder } },
      pooling: "MeanPool",
    },
  };
  const trainer = { epochs: 1, optimizer: { SGD: { lr: 0.05 } }, max_clip_norm: 1 };
  const { task, ...around } = toyConfig({ data: folder, model, trainer }) as {
    task: { DocumentClassificationTask: object };
  };
  return { ...around, task: { NewBertClassificationTask: task.DocumentClassificationTask } };
}

it.each([
  ["bert", {}],
  ["albert", {}],
  ["bert", { adapter: { LoRA: { rank: 2, dropout: 0.1 } } }],
] as const)("a training of %s %j ends with the same parameters", async (family, encoder) => {
  const [kept, again] = await Promise.all(
    [false, true].map((on) =>
      trainInMemory(config(family, { ...encoder, gradient_checkpointing: on }), new Checkpoints()),
    ),
  );
  let moved = 0;
  for (const [name, values] of kept!.parameters) {
    const [other, start] = [again!.parameters.get(name)!, kept!.first.get(name)!];
    for (const [i, value] of values.entries()) {
      expect(Math.abs(other[i]! - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
      moved = Math.max(moved, Math.abs(value - start[i]!));
    }
  }
  expect(moved).toBeGreaterThan(1e-3);
  expect(again!.result.epochs[0]!.train_loss).toBeCloseTo(kept!.result.epochs[0]!.train_loss, 6);
});

it("a summary predicts less memory for activations, and the same for all else", async () => {
  const [kept, again] = await Promise.all(
    [false, true].map(async (on) => {
      const { config: resolved } = resolveConfig(
        config("bert", { gradient_checkpointing: on }),
        defaultRegistry(),
      );
      const open = openTask(resolved, defaultRegistry(), silentLog);
      await learnFor(open);
      return summarize(open, resolved, new Map([["pieces", 64]])).memory;
    }),
  );
  expect(again!.activations).toBeLessThan(0.9 * kept!.activations);
  for (const key of ["parameters", "gradients", "optimizer", "best"] as const)
    expect(again![key]).toBe(kept![key]);
});
