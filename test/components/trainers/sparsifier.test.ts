import { expect, test } from "vitest";
import { Checkpoints, run } from "./harness.js";

const sparsifier = { L0ProjectionSparsifier: { sparsity: 0.5, starting_epoch: 2 } };

test("zeros are there after every update from the first choice on, and stand in records and result", async () => {
  const checkpoints = new Checkpoints();
  const trainer = { epochs: 3, sparsifier, checkpoint_every_batches: 1 };
  const { result, weight } = await run({ trainer, checkpoints });
  const zeros = checkpoints.history("model.weight").map((data) => data.filter((x) => x === 0).length);
  expect(zeros).toEqual([0, 0, 0, 0, 3, 3, 3, 3, 3, 3, 3, 3]);
  expect(result.epochs.map(({ sparsity }) => sparsity)).toEqual([0, 0.5, 0.5]);
  expect(result.sparsity).toBe(0.5);
  expect(weight.filter((x) => x === 0)).toHaveLength(3);
});

test("an epoch before the zeros is no choice, however good it was", async () => {
  let epoch = 0;
  const report = (split: string) => ({ loss: 1, accuracy: split === "eval" ? 1 / ++epoch : 0 });
  const { result, weight } = await run({ report, trainer: { epochs: 4, sparsifier } });
  expect(result.bestEpoch).toBe(2);
  expect(weight.filter((x) => x === 0)).toHaveLength(3);
});

test("no run stops early before the last zeros are made", async () => {
  const late = { L0ProjectionSparsifier: { sparsity: 0.5, starting_epoch: 4 } };
  const report = () => ({ loss: 1, accuracy: 0.5 });
  const { result } = await run({ report, trainer: { epochs: 9, sparsifier: late, early_stop_after: 1 } });
  expect(result.epochs).toHaveLength(5);
  expect(result.bestEpoch).toBe(4);
});

test("an average of parameters has no place beside it", async () => {
  await expect(run({ trainer: { sparsifier, weight_averaging: "EMA" } })).rejects.toThrow(
    "an average of parameters is not zero where they are",
  );
});

test("each step of pruning begins with the best parameters of the one before", async () => {
  const checkpoints = new Checkpoints();
  let epoch = 0;
  const report = (split: string) => {
    // The analysis looks at eval too: figures of whole epochs alone count up.
    if (split === "train") epoch++;
    return { loss: 1, accuracy: split === "eval" ? 1 / (epoch + 1) : 0 };
  };
  const steps = { SensitivityAnalysisSparsifier: { sparsity: 0.5, starting_epoch: 3 } };
  const trainer = { epochs: 6, sparsifier: steps, optimizer: { SGD: { lr: 0 } } };
  const { result } = await run({ report, checkpoints, trainer });
  const history = checkpoints.history("model.weight");
  const zeros = history.map((data) => data.filter((x) => x === 0).length);
  expect(zeros).toEqual([0, 0, 1, 1, 3, 3]);
  expect(result.bestEpoch).toBe(5);
});
