/** @file Runs that are really killed (SIGKILL), resumed and killed again end with the bits of a run that was left in peace. */
import { type FSWatcher, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { stream } from "../../src/registry/random.js";
import { type CommandResult, cli, jsonLines } from "../support/cli.js";
import { type ToyConfig, workplace, writeConfig, writeToyData } from "../support/toy.js";

vi.setConfig({ testTimeout: 300_000 }); // many processes, one after another

const folder = workplace();
beforeAll(() => writeToyData(folder, 400));

/** Says when to kill a run: `started` is called with what ends it, and gives what to do when it has ended otherwise. */
type Killer = (kill: () => void, run: string) => () => void;

/** After so many milliseconds. */
const after =
  (delay: number): Killer =>
  (kill) => {
    const timer = setTimeout(kill, delay);
    return () => clearTimeout(timer);
  };

/** When a file whose name begins so is written in the run's folder, the `nth` time, or some milliseconds later. */
const onFile =
  (start: string, nth: number, delay = 0): Killer =>
  (kill, run) => {
    const seen = new Set<string>();
    let timer: NodeJS.Timeout | undefined;
    mkdirSync(run, { recursive: true });
    const watcher: FSWatcher = watch(run, (_, name) => {
      if (!name?.startsWith(start) || seen.has(name)) return;
      if (seen.add(name).size !== nth) return;
      if (delay === 0) kill();
      else timer = setTimeout(kill, delay);
    });
    return () => {
      clearTimeout(timer);
      watcher.close();
    };
  };

/** At random moments of a run: in its first second, then some time after its 1st to 6th checkpoint. */
function anytime(seed: number): Killer[] {
  const random = stream(seed, "kill");
  const onTheWay = (): Killer => onFile(CHECKPOINT, 1 + random.int(6), 1 + random.int(60));
  return [after(50 + random.int(900)), onTheWay(), onTheWay(), onTheWay()];
}

/** How the temporary files begin that become the checkpoint. */
const CHECKPOINT = ".checkpoint.safetensors.";

/** One process of the run: killed, or left to end. */
async function attempt(config: string, run: string, killer: Killer | null): Promise<CommandResult> {
  let stop = (): void => {};
  const result = await cli(["train", config, "--output", run, "--resume"], {
    cwd: folder,
    started: (child) => {
      if (killer !== null) stop = killer(() => child.kill("SIGKILL"), join(folder, run));
    },
  });
  stop();
  return result;
}

const cases: readonly { readonly name: string; readonly config: ToyConfig; readonly killers: Killer[] }[] = [
  {
    name: "Adam, plateau schedule, EMA, accumulation, dropout, checkpoints within epochs; at random moments",
    config: {
      around: { seed: 3 },
      model: {
        DocModel: {
          embedding: { WordEmbedding: { embed_dim: 32, dropout: 0.1 } },
          representation: { DocNNRepresentation: { kernel_num: 64, kernel_sizes: [2, 3], dropout: 0.3 } },
          decoder: { MLPDecoder: { hidden_dims: [32] } },
        },
      },
      trainer: {
        epochs: 8,
        scheduler: { ReduceLROnPlateau: { patience: 0, factor: 0.5 } },
        weight_averaging: "EMA",
        num_accumulated_batches: 2,
        max_clip_norm: 1,
        checkpoint_every_batches: 5,
      },
    },
    killers: anytime(11),
  },
  {
    name: "SGD with momentum, one-cycle schedule, SWA, class weights, two threads; while files are being written",
    config: {
      around: { seed: 4, threads: 2 },
      model: {
        DocModel: {
          embedding: { WordEmbedding: { embed_dim: 16 } },
          representation: { BiLSTMDocAttention: { lstm: { lstm_dim: 24, dropout: 0.2 } } },
          output_layer: { ClassificationOutputLayer: { label_weights: "balanced" } },
        },
      },
      trainer: {
        epochs: 3,
        optimizer: { SGD: { lr: 0.2, momentum: 0.9, nesterov: true } },
        scheduler: { OneCycleLR: {} },
        weight_averaging: { SWA: { start_epoch: 1 } },
        load_best_model_after_train: false,
        checkpoint_every_batches: 10,
      },
    },
    killers: [
      onFile(".config.json.", 1),
      onFile(".vocabularies.json.", 1),
      onFile(CHECKPOINT, 1),
      onFile(CHECKPOINT, 4),
      onFile("checkpoint.safetensors", 1),
      onFile(".parameters.safetensors.", 1),
      onFile("worst-rows.jsonl", 1),
      onFile(".metrics.json.", 1),
    ],
  },
  {
    name: "Adagrad on sparse rows, early stopping; at random moments",
    config: {
      around: { seed: 5 },
      model: { BagOfNGramsModel: { embed_dim: 64, dropout: 0.2 } },
      batcher: { PoolingBatcher: { train_batch_size: 4, max_tokens: 60 } },
      trainer: {
        epochs: 12,
        early_stop_after: 3,
        optimizer: { Adagrad: { lr: 0.1 } },
        scheduler: { CosineAnnealingLR: {} },
        checkpoint_every_batches: 40,
      },
    },
    killers: anytime(12),
  },
];

describe.each(cases)("$name", ({ config, killers }) => {
  test("a killed run ends with the same parameters and figures, bit for bit, as one never killed", async () => {
    const id = String(cases.findIndex((each) => each.config === config));
    const file = writeConfig(folder, config, `case-${id}.json`);
    const [whole, broken] = [`whole-${id}`, `broken-${id}`];
    const peaceful = await attempt(file, whole, null);
    expect(peaceful.stderr).not.toContain("PTX");
    expect(peaceful.code).toBe(0);

    let kills = 0;
    for (const killer of killers) {
      const { signal, code, stderr } = await attempt(file, broken, killer);
      if (signal === "SIGKILL") kills++;
      else expect({ code, stderr }).toMatchObject({ code: 0 });
    }
    expect(kills).toBeGreaterThan(1);
    const last = await attempt(file, broken, null);
    expect({ code: last.code, stderr: last.stderr }).toMatchObject({ code: 0 });

    const bytes = (run: string, name: string) => readFileSync(join(folder, run, name));
    for (const name of [
      "parameters.safetensors",
      "vocabularies.json",
      "metrics.json",
      "samples.jsonl",
      "worst-rows.jsonl",
    ]) {
      expect(bytes(broken, name).equals(bytes(whole, name)), name).toBe(true);
    }
    expect(readdirSync(join(folder, broken)).sort()).toEqual(readdirSync(join(folder, whole)).sort());
    const starts = jsonLines(bytes(broken, "log.jsonl").toString()).filter(({ type }) => type === "start");
    expect(starts.some(({ resumed }) => Number(resumed) > 0)).toBe(true);
  });
});

test("a damaged checkpoint is refused, not trained on", async () => {
  const file = writeConfig(folder, { trainer: { epochs: 40 } }, "damaged.json");
  const { signal } = await attempt(file, "damaged", onFile("checkpoint.safetensors", 1));
  expect(signal).toBe("SIGKILL");
  const checkpoint = join(folder, "damaged", "checkpoint.safetensors");
  writeFileSync(checkpoint, readFileSync(checkpoint).subarray(0, -100));
  const { code, stderr } = await attempt(file, "damaged", null);
  expect(code).toBe(2);
  expect(stderr).toContain("checkpoint.safetensors\n  not a whole safetensors file");
});
