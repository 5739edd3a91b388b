import { describe, expect, test } from "vitest";
import { Checkpoints, type RunOptions, run, shuffled, table } from "./harness.js";

const trainers: readonly { readonly name: string; readonly trainer: object }[] = [
  {
    name: "SGD with momentum",
    trainer: { optimizer: { SGD: { lr: 0.3, momentum: 0.9 } }, scheduler: "OneCycleLR" },
  },
  {
    name: "Adam, accumulation, EMA",
    trainer: { num_accumulated_batches: 3, weight_averaging: "EMA", max_clip_norm: 0.5 },
  },
  {
    name: "AdamW, warm-up, SWA",
    trainer: { optimizer: "AdamW", scheduler: "WarmupScheduler", weight_averaging: "SWA" },
  },
  {
    name: "Adagrad, plateau",
    trainer: { optimizer: "Adagrad", scheduler: { ReduceLROnPlateau: { patience: 0 } } },
  },
  {
    name: "RAdam, early stopping",
    trainer: { optimizer: "RAdam", scheduler: "CosineAnnealingLR", early_stop_after: 2 },
  },
  {
    name: "Lamb, last epoch",
    trainer: { optimizer: "Lamb", load_best_model_after_train: false, weight_averaging: "EMA" },
  },
  {
    name: "zeros by magnitude, chosen at times",
    trainer: {
      sparsifier: { L0ProjectionSparsifier: { sparsity: 0.5, frequency: 3, accumulate_mask: true } },
    },
  },
  {
    name: "zeros after an analysis, in steps",
    trainer: { sparsifier: { SensitivityAnalysisSparsifier: { sparsity: 0.7 } } },
  },
  {
    name: "cyclic rate, clipped values",
    trainer: { scheduler: "CyclicLR", max_clip_value: 0.1, freeze: ["model.bias"] },
  },
];

describe.each(trainers)("$name", ({ trainer }) => {
  const options = (checkpoints: Checkpoints): RunOptions => ({
    dropout: 0.4,
    train: table(25),
    batcher: shuffled(4),
    checkpoints,
    trainer: { epochs: 3, checkpoint_every_batches: 2, ...trainer },
  });

  test("a run that goes on from any of its checkpoints ends with the same bits, records and figures", async () => {
    const all = new Checkpoints();
    const whole = await run(options(all));
    expect(all.saved.length).toBeGreaterThan(5);
    for (const [i, checkpoint] of all.saved.entries()) {
      const later = new Checkpoints(checkpoint);
      const resumed = await run(options(later));
      expect(resumed.weight, `weight from checkpoint ${i}`).toEqual(whole.weight);
      expect(resumed.bias, `bias from checkpoint ${i}`).toEqual(whole.bias);
      expect(resumed.result).toEqual(whole.result);
      expect(later.saved).toEqual(all.saved.slice(i + 1));
      const [start] = resumed.events;
      expect(start).toMatchObject({
        type: "start",
        resumed: (checkpoint.state as { progress: { step: number } }).progress.step,
      });
    }
  });
});

test("the same seed gives the same bits, another seed others", async () => {
  const [a, b, c] = [
    await run({ dropout: 0.2 }),
    await run({ dropout: 0.2 }),
    await run({ dropout: 0.2, seed: 2 }),
  ];
  expect(b.weight).toEqual(a.weight);
  expect(b.result).toEqual(a.result);
  expect(c.weight).not.toEqual(a.weight);
});

test("checkpoints are written after every epoch, and within epochs when asked, at whole updates", async () => {
  const steps = async (trainer: object) => {
    const checkpoints = new Checkpoints();
    await run({ train: table(40), batcher: shuffled(4), checkpoints, trainer: { epochs: 2, ...trainer } });
    return checkpoints.saved.map(({ state }) => {
      const { epoch, turn, pending } = (
        state as { progress: { epoch: number; turn: number; pending: number } }
      ).progress;
      expect(pending).toBe(0);
      return epoch * 10 + turn;
    });
  };
  expect(await steps({})).toEqual([10, 20]);
  expect(await steps({ checkpoint_every_batches: 4 })).toEqual([4, 8, 10, 14, 18, 20]);
  expect(await steps({ checkpoint_every_batches: 5, num_accumulated_batches: 3 })).toEqual([6, 10, 16, 20]);
});

test("a run that goes on with another number of threads warns that its last bits may differ", async () => {
  const checkpoints = new Checkpoints();
  await run({ checkpoints, trainer: { epochs: 1 } });
  const { arrays, state } = checkpoints.saved[0]!;
  const elsewhere = new Checkpoints({ arrays, state: { ...(state as object), threads: 8 } });
  const resumed = await run({ checkpoints: elsewhere, trainer: { epochs: 2 } });
  expect(resumed.warnings).toEqual([
    "the run was begun with 8 threads and goes on with 1: its last bits may differ; --threads 8 keeps them",
  ]);
  expect(
    (await run({ checkpoints: new Checkpoints(checkpoints.saved[0]), trainer: { epochs: 2 } })).warnings,
  ).toEqual([]);
});

describe("a checkpoint that does not fit", () => {
  const first = async () => {
    const checkpoints = new Checkpoints();
    await run({ checkpoints, trainer: { epochs: 1 } });
    return checkpoints.saved[0]!;
  };

  test("because it lacks a parameter is refused", async () => {
    const { arrays, state } = await first();
    const fewer = new Map([...arrays].filter(([name]) => name !== "parameter/model.bias"));
    await expect(run({ checkpoints: new Checkpoints({ arrays: fewer, state }) })).rejects.toThrow(
      "PTX_MODEL_FILE  model.bias\n  the checkpoint lacks this parameter",
    );
  });

  test("because a parameter has another size is refused", async () => {
    const { arrays, state } = await first();
    const other = new Map(arrays).set("parameter/model.bias", { shape: [3], data: new Float32Array(3) });
    await expect(run({ checkpoints: new Checkpoints({ arrays: other, state }) })).rejects.toThrow(
      "PTX_MODEL_FILE",
    );
  });

  test("because it is of another optimizer is refused", async () => {
    const checkpoints = new Checkpoints(await first());
    const trainer = { optimizer: { SGD: { lr: 0.1, momentum: 0.9 } } };
    await expect(run({ checkpoints, trainer })).rejects.toThrow("PTX_MODEL_FILE");
  });
});
