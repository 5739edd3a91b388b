/**
 * Trains a classifier from code, predicts, and writes the file to ship.
 * Run: npx jiti examples/train-and-predict.ts   (in a project that depends on pytext-ts)
 */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultRegistry, exportOnnx, loadModel, loadRun, predict, silentLog, train } from "pytext-ts";

const folder = await mkdtemp(join(tmpdir(), "pytext-ts-example-"));
const requests: readonly (readonly [string, string])[] = [
  ["weather", "will it rain in Oslo tomorrow"],
  ["weather", "how cold is it outside"],
  ["weather", "is it sunny in Rome today"],
  ["alarm", "wake me at seven"],
  ["alarm", "set an alarm for noon"],
  ["alarm", "wake me up early tomorrow"],
];
const rows = Array.from({ length: 10 }, () => requests).flat();
const file = join(folder, "requests.tsv");
await writeFile(file, `label\ttext\n${rows.map((row) => row.join("\t")).join("\n")}\n`);

/** The same config as a file for `pytext-ts train` would hold. */
const config = {
  version: 1,
  task: {
    DocumentClassificationTask: {
      data: { source: { TSVDataSource: { train_filename: file, test_filename: file } } },
      model: {
        DocModel: { representation: { DocNNRepresentation: { kernel_sizes: [1, 2], kernel_num: 16 } } },
      },
      trainer: { epochs: 20, optimizer: { Adam: { lr: 0.01 } } },
    },
  },
};

const { folder: run, metrics } = await train(config, { output: join(folder, "run") });
console.log("accuracy on the rows it was trained on:", metrics.test?.accuracy);

const model = await loadRun(run.path);
const [answer] = await predict(model, ["wake me at six tomorrow"]);
console.log(answer?.label, answer?.scores);
await model.release();

const onnx = join(folder, "requests.onnx");
await exportOnnx(run.path, onnx, { registry: defaultRegistry(), log: silentLog });
const shipped = await loadModel(onnx);
const [same] = await predict(shipped, ["wake me at six tomorrow"]);
console.log("the shipped file says:", same?.label);
await shipped.release();
