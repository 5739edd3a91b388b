import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadModel, train } from "../../src/library.js";
import { stream } from "../../src/registry/random.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();

const SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const NOUNS = ["cat", "dog", "cow", "owl"];
const SOUNDS = ["meows", "barks", "moos", "hoots"];
const PIECES = [...SPECIALS, ...NOUNS, ...SOUNDS, "the", "and", ".", "so", "##s"];

/** Sentences in which a noun tells its sound. */
function sentences(count: number, seed: number): string[] {
  const random = stream(seed, "animals");
  return Array.from({ length: count }, () => {
    const [a, b] = [random.int(4), random.int(4)];
    return `the ${NOUNS[a]} ${SOUNDS[a]} and the ${NOUNS[b]} ${SOUNDS[b]} .`;
  });
}

/** Entropy of the pieces of texts by themselves, in nats: what a model that knows only how frequent they are cannot beat. */
function unigramEntropy(texts: readonly string[]): number {
  const counts = new Map<string, number>();
  const words = texts.flatMap((text) => text.split(" "));
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / words.length) * Math.log(n / words.length), 0);
}

writeFileSync(join(folder, "vocab.txt"), `${PIECES.join("\n")}\n`);
for (const [seed, [split, count]] of Object.entries({ train: 600, eval: 100 }).entries())
  writeFileSync(join(folder, `${split}.txt`), `${sentences(count, seed).join("\n\n")}\n`);

const encoder = {
  hidden_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 32,
  max_position_embeddings: 24,
  hidden_dropout_prob: 0,
  attention_probs_dropout_prob: 0,
};

function config(more: { tokens?: object; encoder?: object; trainer?: object; data?: object } = {}): object {
  const files = { train_filename: join(folder, "train.txt"), eval_filename: join(folder, "eval.txt") };
  return {
    version: 1,
    threads: 1,
    task: {
      MaskedLMTask: {
        data: more.data ?? {
          PackedLMData: {
            source: { TextDataSource: files },
            batcher: { PoolingBatcher: { train_batch_size: 8 } },
          },
        },
        model: {
          MaskedLanguageModel: {
            inputs: {
              tokens: {
                MaskedTokenTensorizer: {
                  vocab_file: join(folder, "vocab.txt"),
                  max_seq_len: 22,
                  ...more.tokens,
                },
              },
            },
            encoder: { TransformerEncoder: { ...encoder, ...more.encoder } },
          },
        },
        trainer: {
          Trainer: { epochs: 10, optimizer: { Adam: { lr: 0.005 } }, max_clip_norm: 1, ...more.trainer },
        },
      },
    },
  };
}

describe("a tiny BERT that is trained from nothing", () => {
  const run = join(folder, "run");

  it("learns more than how frequent pieces are", async () => {
    const metrics = await train(config(), { output: run, registry });
    const { loss, accuracy } = metrics.eval as unknown as { loss: number; accuracy: number };
    console.log(metrics.eval);
    expect(loss).toBeLessThan(unigramEntropy(sentences(100, 1)) / 2);
    expect(accuracy).toBeGreaterThan(0.7);
  });
});
