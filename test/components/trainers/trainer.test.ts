import { describe, expect, test } from "vitest";
import {
  byHand,
  Checkpoints,
  examples,
  farthest,
  inOrder,
  masksOf,
  type RunOptions,
  run,
  shuffled,
  table,
  watched,
} from "./harness.js";

/** First values of the parameters: those of a run whose learning rate moves nothing. */
async function untrained(options: RunOptions = {}) {
  return run({ ...options, trainer: { epochs: 1, optimizer: { SGD: { lr: 1e-30 } } } });
}

const sgd = (lr: number) => ({ optimizer: { SGD: { lr, momentum: 0 } } });

describe("a step", () => {
  test("moves the parameters against the gradient of the batch's mean loss", async () => {
    const train = table(10);
    const [before, after] = [
      await untrained({ train }),
      await run({ train, batcher: inOrder(10), trainer: { epochs: 1, ...sgd(0.5) } }),
    ];
    const hand = byHand(train, before.weight, before.bias);
    const moved = (start: Float32Array, gradient: number[]) => gradient.map((g, i) => start[i]! - 0.5 * g);
    expect(farthest(after.weight, moved(before.weight, hand.weight))).toBeLessThan(1e-6);
    expect(farthest(after.bias, moved(before.bias, hand.bias))).toBeLessThan(1e-6);
    expect(after.result.epochs[0]!.train_loss).toBeCloseTo(hand.loss, 5);
  });

  test("of accumulated batches equals that of one batch of all their rows", async () => {
    const train = table(29); // the last batch is smaller, the last update holds fewer batches
    const common = { train, trainer: { epochs: 3, optimizer: { Adam: { lr: 0.1 } } } };
    for (const classWeights of [
      [1, 1],
      [3, 0.5],
    ]) {
      const big = await run({ ...common, classWeights, batcher: inOrder(12) });
      const small = await run({
        ...common,
        classWeights,
        batcher: inOrder(4),
        trainer: { ...common.trainer, num_accumulated_batches: 3 },
      });
      expect(farthest(small.weight, big.weight)).toBeLessThan(1e-5);
      expect(farthest(small.bias, big.bias)).toBeLessThan(1e-5);
      expect(small.result.epochs.at(-1)!.steps).toBe(9);
      expect(small.result.epochs.map(({ train_loss }) => train_loss)).toEqual(
        big.result.epochs.map(({ train_loss }) => expect.closeTo(train_loss, 5)),
      );
    }
  });

  test("divides by the loss's count, so that rows of weight 0 change nothing", async () => {
    const train = table(12);
    const counted = {
      x: train.x.filter((_, i) => train.y[i] === 1),
      y: train.y.filter((label) => label === 1),
    };
    const trainer = { epochs: 2, ...sgd(0.3) };
    const weighted = await run({ train, classWeights: [0, 1], batcher: inOrder(12), trainer });
    const alone = await run({ train: counted, batcher: inOrder(12), trainer });
    expect(farthest(weighted.weight, alone.weight)).toBeLessThan(1e-6);
  });

  test("is left out for a batch in which every row weighs nothing", async () => {
    const train = { x: table(4).x, y: [0, 0, 1, 1] };
    const { weight, result } = await run({
      train,
      classWeights: [0, 1],
      batcher: inOrder(2),
      trainer: { epochs: 1, ...sgd(0.3) },
    });
    expect(weight.every(Number.isFinite)).toBe(true);
    expect(result.epochs[0]!.steps).toBe(1);
    await expect(run({ train: { ...train, y: [0, 0, 0, 0] }, classWeights: [0, 1] })).rejects.toThrow(
      "every training row weighs 0 in the loss",
    );
  });
});

test("a schedule knows the steps of a run whose batches grow", async () => {
  const growing = {
    evenFrom: 1,
    train: (lengths: Int32Array, seed: number, epoch: number) =>
      inOrder(epoch === 0 ? 6 : 12).train(lengths, seed, epoch),
    eval: inOrder(6).eval,
  };
  const trained = (total_steps: number | null) =>
    run({
      ...{ train: table(24), batcher: growing },
      trainer: { epochs: 4, ...sgd(0.4), scheduler: { PolynomialDecayScheduler: { total_steps } } },
    });
  const [own, ten, sixteen] = [await trained(null), await trained(4 + 2 + 2 + 2), await trained(16)];
  expect(own.weight).toEqual(ten.weight);
  expect(own.weight).not.toEqual(sixteen.weight);
});

describe("clipping", () => {
  const one = { batcher: inOrder(24), train: table(24) };

  test("by norm scales the whole update down to the limit and reports the norm before", async () => {
    const before = await untrained(one);
    const hand = byHand(one.train, before.weight, before.bias);
    const norm = Math.hypot(...hand.weight, ...hand.bias);
    const after = await run({ ...one, trainer: { epochs: 1, ...sgd(1), max_clip_norm: norm / 4 } });
    expect(after.result.epochs[0]!.gradient_norm).toBeCloseTo(norm, 5);
    expect(
      farthest(
        after.weight,
        hand.weight.map((g, i) => before.weight[i]! - g / 4),
      ),
    ).toBeLessThan(1e-5);
    const loose = await run({ ...one, trainer: { epochs: 1, ...sgd(1), max_clip_norm: norm * 4 } });
    expect(
      farthest(
        loose.weight,
        hand.weight.map((g, i) => before.weight[i]! - g),
      ),
    ).toBeLessThan(1e-5);
  });

  test("by value cuts each element of the mean gradient", async () => {
    const before = await untrained(one);
    const hand = byHand(one.train, before.weight, before.bias);
    const limit = Math.abs(hand.weight[1]!) * 0.9;
    const after = await run({ ...one, trainer: { epochs: 1, ...sgd(1), max_clip_value: limit } });
    const cut = hand.weight.map((g, i) => before.weight[i]! - Math.max(-limit, Math.min(limit, g)));
    expect(farthest(after.weight, cut)).toBeLessThan(1e-5);
  });
});

describe("freezing", () => {
  test("leaves the parameters that a pattern matches as they are, and trains the others", async () => {
    const [before, after] = [
      await untrained(),
      await run({ trainer: { freeze: ["model.weight"], epochs: 3 } }),
    ];
    expect(after.weight).toEqual(before.weight);
    expect(farthest(after.bias, before.bias)).toBeGreaterThan(1e-4);
    const biasFrozen = await run({ trainer: { freeze: ["**.bias"], epochs: 3 } });
    expect(biasFrozen.bias).toEqual(new Float32Array(2));
    expect(farthest(biasFrozen.weight, before.weight)).toBeGreaterThan(1e-4);
  });

  test("of everything, or of nothing that there is, is an error", async () => {
    await expect(run({ trainer: { freeze: ["model"] } })).rejects.toThrow("every parameter is frozen");
    await expect(run({ trainer: { freeze: ["model.wieght", "**.bias", "nix"] } })).rejects.toThrow(
      /trainer\.freeze\[0\]\n.*"model\.wieght"[\s\S]*trainer\.freeze\[2\]\n.*"nix"/,
    );
  });

  test("excuses a parameter that the loss does not depend on, which otherwise is an error", async () => {
    await expect(run({ unused: true })).rejects.toThrow(
      "PTX_CONFIG_VALUE  model.unused\n  the loss does not depend on",
    );
    await expect(
      run({ unused: true, trainer: { freeze: ["model.unused"], epochs: 1 } }),
    ).resolves.toBeDefined();
  });
});

describe("the best epoch", () => {
  /** Eval accuracies in order, whatever the model does. */
  const scripted = (values: readonly (number | null)[]) => {
    let at = 0;
    return (split: string) => ({ loss: 1, accuracy: split === "eval" ? values[at++]! : 0.5 });
  };

  test("is kept, and its parameters are the run's", async () => {
    const checkpoints = new Checkpoints();
    const report = scripted([0.5, 0.9, 0.7, 0.9]);
    const { result, weight } = await run({ report, checkpoints, trainer: { epochs: 4 } });
    expect(result.bestEpoch).toBe(2); // of equals the first
    expect(result.epochs.map(({ best }) => best)).toEqual([true, true, false, false]);
    expect(weight).toEqual(checkpoints.history("model.weight")[1]);
    expect(weight).not.toEqual(checkpoints.history("model.weight")[3]);
  });

  test("may be passed over for the last one", async () => {
    const checkpoints = new Checkpoints();
    const report = scripted([0.5, 0.9, 0.7]);
    const trainer = { epochs: 3, load_best_model_after_train: false };
    const { result, weight } = await run({ report, checkpoints, trainer });
    expect(result.bestEpoch).toBe(2);
    expect(weight).toEqual(checkpoints.history("model.weight")[2]);
  });

  test("is the lowest where less is better", async () => {
    let at = 0;
    const report = () => ({ loss: [0.5, 0.5, 0.3, 0.3, 0.4, 0.4][at++]! });
    const { result } = await run({ report, select: "loss", trainer: { epochs: 3 } });
    expect(result.bestEpoch).toBe(2);
  });

  test("ends the run when it is early_stop_after epochs past", async () => {
    const report = scripted([0.5, 0.6, 0.6, 0.55, 0.6, 0.9]);
    const { result, events } = await run({ report, trainer: { epochs: 6, early_stop_after: 2 } });
    expect(result.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(result.bestEpoch).toBe(2);
    expect(events.at(-1)).toEqual({ type: "stop", reason: "no better accuracy for 2 epochs", best_epoch: 2 });
  });

  test("is the last one without eval rows, judged by none", async () => {
    const { result, reports } = await run({ eval: null, trainer: { epochs: 3 } });
    expect(result.bestEpoch).toBe(3);
    expect(result.epochs.map(({ eval_loss }) => eval_loss)).toEqual([null, null, null]);
    expect(result.epochs.at(-1)!.metric).toBe(result.train.accuracy);
    expect(reports.map(({ split }) => split)).toEqual(["train", "train", "train"]);
    await expect(run({ eval: null, trainer: { early_stop_after: 2 } })).rejects.toThrow(
      "PTX_CONFIG_VALUE  trainer.early_stop_after\n",
    );
    await expect(run({ eval: null, trainer: { scheduler: "ReduceLROnPlateau" } })).rejects.toThrow(
      "no eval metric",
    );
  });

  test("is the last one where the metric is undefined, with a warning", async () => {
    const report = scripted([null, null, null]);
    const { result, warnings } = await run({ report, trainer: { epochs: 3, early_stop_after: 1 } });
    expect(result.bestEpoch).toBe(3);
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toContain("epoch 1: accuracy is not defined on the eval rows");
    const late = await run({ report: scripted([null, 0.2, null]), trainer: { epochs: 3 } });
    expect(late.result.bestEpoch).toBe(2);
  });
});

describe("weight averaging", () => {
  const rows = { train: table(24), eval: table(12, 2) };

  /** The averages after every step of a run, computed anew from the parameters that its checkpoints hold. */
  function averages(
    history: readonly Float32Array[],
    mix: (average: number, value: number, n: number) => number,
  ) {
    const all: number[][] = [];
    let average: number[] = [];
    for (const [n, values] of history.entries()) {
      average = n === 0 ? [...values] : average.map((a, i) => mix(a, values[i]!, n));
      all.push(average);
    }
    return all;
  }

  test("EMA: evaluation and the final parameters are the average's, training goes on without it", async () => {
    const checkpoints = new Checkpoints();
    const trainer = {
      epochs: 2,
      ...sgd(0.5),
      checkpoint_every_batches: 1,
      load_best_model_after_train: false,
    };
    const ema = { weight_averaging: { EMA: { decay: 0.8, warm_up: false } } };
    const averaged = await run({
      ...rows,
      checkpoints,
      batcher: shuffled(6),
      trainer: { ...trainer, ...ema },
    });
    const plain = await run({ ...rows, batcher: shuffled(6), trainer });
    const [weights, biases] = ["model.weight", "model.bias"].map((name) =>
      averages(checkpoints.history(name), (a, value) => 0.8 * a + 0.2 * value),
    );
    expect(weights).toHaveLength(8);
    expect(farthest(averaged.weight, weights!.at(-1)!)).toBeLessThan(1e-6);
    expect(checkpoints.history("model.weight").at(-1)).toEqual(plain.weight);
    const evals = averaged.reports.filter(({ split }) => split === "eval");
    for (const [epoch, { predictions }] of evals.entries()) {
      const hand = byHand(rows.eval, weights![epoch * 4 + 3]!, biases![epoch * 4 + 3]!);
      expect(farthest(predictions.scores, hand.scores.flat())).toBeLessThan(1e-5);
      expect(predictions.loss).toBeCloseTo(hand.loss, 5);
    }
  });

  test("SWA: the mean of the values at the ends of epochs from start_epoch on", async () => {
    const checkpoints = new Checkpoints();
    const swa = { weight_averaging: { SWA: { start_epoch: 2 } }, load_best_model_after_train: false };
    const { weight } = await run({ ...rows, checkpoints, trainer: { epochs: 5, ...sgd(0.5), ...swa } });
    const ends = checkpoints.history("model.weight").slice(2);
    const mean = Array.from(weight, (_, i) => ends.reduce((sum, values) => sum + values[i]!, 0) / 3);
    expect(farthest(weight, mean)).toBeLessThan(1e-6);
  });
});

describe("training that cannot go on", () => {
  const far = {
    x: [
      [1e30, 0, 0],
      [-1e30, 0, 0],
    ],
    y: [0, 1],
  };

  test("says at which batch the loss stopped being a number", async () => {
    const train = { x: [...table(5).x, [Number.NaN, 0, 0]], y: [0, 1, 0, 1, 0, 1] };
    await expect(run({ train, batcher: inOrder(2) })).rejects.toThrow(
      "PTX_TRAINING  epoch 1, batch 3\n  the loss is NaN",
    );
  });

  test("is noticed by its parameters when the loss came too early to tell", async () => {
    const trainer = { epochs: 1, ...sgd(1e30) };
    await expect(run({ train: far, eval: null, batcher: inOrder(2), trainer })).rejects.toThrow(
      /PTX_TRAINING {2}epoch 1\n {2}the parameter model\.weight is not finite any more/,
    );
  });

  test("needs a loss", async () => {
    await expect(run({ withoutLoss: true })).rejects.toThrow("the model has no loss");
  });
});

describe("dropout", () => {
  async function masks(seed: number, batcher = shuffled(6)) {
    const all: number[][] = [];
    let runs = 0;
    await run({
      dropout: 0.3,
      seed,
      batcher,
      trainer: { epochs: 3 },
      around: (engine) =>
        watched(engine, (feeds) => {
          runs++;
          for (const { data } of masksOf(feeds)) all.push([...(data as Float32Array)]);
        }),
    });
    return { all, runs };
  }

  test("draws another mask for every batch of every epoch, the same ones in every run, and none in evaluation", async () => {
    const first = await masks(1);
    expect(first.all).toHaveLength(12);
    expect(first.runs).toBe(12 + 3 * 2);
    expect(new Set(first.all.map(String)).size).toBe(12);
    expect((await masks(1)).all).toEqual(first.all);
    expect((await masks(2)).all).not.toEqual(first.all);
  });

  test("draws another mask for every batch when epochs have different numbers of batches", async () => {
    const uneven = {
      ...inOrder(6),
      train: (lengths: Int32Array, seed: number, epoch: number) =>
        inOrder(6 + 6 * epoch).train(lengths, seed, epoch),
    };
    const { all } = await masks(1, uneven);
    expect(all.map(({ length }) => length)).toEqual([18, 18, 18, 18, 36, 36, 54, 18]);
    expect(new Set(all.map((mask) => String(mask.slice(0, 18)))).size).toBe(8);
  });

  test("keeps elements with the configured probability and scales them up", async () => {
    const values = (await masks(1)).all.flat();
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
    const kept = values.filter((value) => value > 0).length / values.length;
    expect(Math.abs(kept - 0.7)).toBeLessThan(0.12); // over three standard deviations of 216 draws
  });
});

describe("evaluation", () => {
  const rows = table(13, 5);

  test("gives scores in row order and the mean loss, whatever the order and sizes of batches", async () => {
    const odd = {
      ...inOrder(6),
      eval: () => [[12, 3, 7], [0], [11, 1, 2, 4, 5], [6, 8, 9, 10]].map((b) => Uint32Array.from(b)),
    };
    const [straight, mixed] = [
      await run({ eval: rows, trainer: { epochs: 1 }, batcher: inOrder(6) }),
      await run({ eval: rows, trainer: { epochs: 1 }, batcher: odd }),
    ];
    const hand = byHand(rows, straight.weight, straight.bias);
    for (const { reports } of [straight, mixed]) {
      const { predictions } = reports.find(({ split }) => split === "eval")!;
      expect(farthest(predictions.scores, hand.scores.flat())).toBeLessThan(1e-5);
      expect(predictions.loss).toBeCloseTo(hand.loss, 5);
    }
  });

  test("refuses a batcher that leaves rows out or gives them twice", async () => {
    const batches = (...eachOf: number[][]) => ({
      ...inOrder(6),
      eval: () => eachOf.map((b) => Uint32Array.from(b)),
    });
    const eval4 = table(4, 5);
    await expect(run({ eval: eval4, batcher: batches([0, 1], [3]) })).rejects.toThrow("row 2 of 4 0 times");
    await expect(run({ eval: eval4, batcher: batches([0, 1, 2], [1, 3]) })).rejects.toThrow(
      "row 1 of 4 2 times",
    );
  });

  test("the training pass is reported with the scores its batches had, by row, and the epoch's mean loss", async () => {
    const train = table(10);
    const checkpoints = new Checkpoints();
    const before = await untrained({ train });
    const trainer = { epochs: 1, ...sgd(0.7), checkpoint_every_batches: 1 };
    const { reports, result } = await run({ train, checkpoints, batcher: inOrder(5), trainer });
    const second = checkpoints.history("model.weight")[0]!;
    const secondBias = checkpoints.history("model.bias")[0]!;
    const part = (from: number, to: number) => ({ x: train.x.slice(from, to), y: train.y.slice(from, to) });
    const [a, b] = [byHand(part(0, 5), before.weight, before.bias), byHand(part(5, 10), second, secondBias)];
    const { predictions } = reports.find(({ split }) => split === "train")!;
    expect(farthest(predictions.scores, [...a.scores, ...b.scores].flat())).toBeLessThan(1e-5);
    expect(predictions.loss).toBeCloseTo((a.loss + b.loss) / 2, 5);
    expect(result.epochs[0]!.train_loss).toBe(predictions.loss);
    expect(result.train.loss).toBe(predictions.loss);
  });
});

describe("events", () => {
  test("tell the start, every batch, every epoch and the end", async () => {
    const { events, result } = await run({ trainer: { epochs: 2 } });
    expect(events[0]).toEqual({ type: "start", epochs: 2, batches: 4, rows: 24, parameters: 8, resumed: 0 });
    const progress = events.filter((event) => event.type === "progress");
    expect(progress.map(({ epoch, batch, batches, rows }) => [epoch, batch, batches, rows])).toEqual(
      [1, 2].flatMap((epoch) => [1, 2, 3, 4].map((batch) => [epoch, batch, 4, 6])),
    );
    const epochs = events.filter((event) => event.type === "epoch");
    expect(epochs.map(({ record }) => record)).toEqual(result.epochs);
    expect(progress.at(3)!.loss).toBe(result.epochs[0]!.train_loss);
    expect(events.at(-1)).toEqual({
      type: "stop",
      reason: "all 2 epochs done",
      best_epoch: result.bestEpoch,
    });
  });

  test("show the learning rate that the schedule gave", async () => {
    const scheduler = { ExponentialLR: { gamma: 0.5 } };
    const { result } = await run({ trainer: { epochs: 3, ...sgd(0.4), scheduler } });
    expect(result.epochs.map(({ learning_rate }) => learning_rate)).toEqual([0.4, 0.2, 0.1]);
  });
});

test("feeds of a table hold the asked rows", () => {
  const rows = table(3);
  const { x, y } = examples(rows).batch(Uint32Array.of(2, 0));
  expect([...(x!.data as Float32Array)]).toEqual([...rows.x[2]!, ...rows.x[0]!].map(Math.fround));
  expect([...(y!.data as Int32Array)]).toEqual([rows.y[2], rows.y[0]]);
});
