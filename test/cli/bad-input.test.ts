import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { cli } from "../support/cli.js";
import { workplace, writeConfig, writeToyData } from "../support/toy.js";

const folder = workplace();
const at = (...names: string[]) => join(folder, ...names);
let before: string[];

beforeAll(async () => {
  writeToyData(folder);
  writeConfig(folder);
  expect((await cli(["train", "toy.json", "--output", "run", "--quiet"], { cwd: folder })).code).toBe(0);
});

/** Runs a command that must fail: exit code 2, nothing on standard output, no file made, these texts on standard error. */
async function refused(args: readonly string[], ...messages: string[]): Promise<string> {
  before = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const { code, stdout, stderr } = await cli(args, { cwd: folder });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  for (const message of messages) expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/\n {4}at /); // no stack
  expect(readdirSync(folder, { recursive: true, encoding: "utf8" })).toEqual(before);
  return stderr;
}

const train = (config: string, ...args: string[]) => ["train", config, "--output", "out", ...args];
const set = (change: string) => train("toy.json", "--set", change);

describe("a config that is wrong", () => {
  test("an unknown key, a wrong type and a value out of range are told with path, rule, value and nearest name", async () => {
    await refused(
      set("task.trainer.epoch=3"),
      "PTX_CONFIG_OVERRIDE  --set task.trainer.epoch=3\n",
      'did you mean "task.trainer.epochs"?',
    );
    await refused(
      set('task.trainer.epochs="three"'),
      "toy.json  task.DocumentClassificationTask.trainer.Trainer.epochs",
      'expected integer >= 1, got the string "three"',
    );
    await refused(
      set("task.trainer.optimizer.lr=-1"),
      "toy.json  task.DocumentClassificationTask.trainer.Trainer.optimizer.Adam.lr",
      "-1",
    );
  });

  test("two errors are told at once", async () => {
    const config = JSON.parse(readFileSync(at("toy.json"), "utf8"));
    const { trainer, model } = config.task.DocumentClassificationTask;
    trainer.Trainer.epocs = 3;
    model.DocModel.representation.DocNNRepresentation.kernel_num = 0;
    config.task.DocumentClassificationTask.data.Data.source.TSVDataSource.eval_filename = "evil.tsv";
    writeFileSync(at("three.json"), JSON.stringify(config));
    const told = await refused(
      train("three.json"),
      'unknown key "epocs"; did you mean "epochs"?',
      "kernel_num",
      'the file "evil.tsv" does not exist',
      'did you mean "eval.tsv"?',
    );
    expect(told.match(/^PTX_/gm)).toHaveLength(3);
  });

  test("a missing, broken or empty config file", async () => {
    await refused(train("toi.json"), "PTX_FILE_MISSING  toi.json");
    writeFileSync(at("broken.json"), '{ "version": 1, "task": { ');
    await refused(train("broken.json"), "PTX_CONFIG_SYNTAX  broken.json:1:");
    writeFileSync(at("empty.json"), "");
    await refused(train("empty.json"), "PTX_CONFIG_SYNTAX  empty.json:1:1\n  the file is empty");
    await refused(train("run"), "PTX_FILE_MISSING  run");
  });

  test("a missing component of one's own names the file", async () => {
    await refused(
      train("toy.json", "--include", "mine.ts"),
      'PTX_FILE_MISSING  --include mine.ts\n  the file "mine.ts" does not exist',
    );
  });
});

describe("a command line that is wrong", () => {
  test.each([
    [["trian", "toy.json"], "unknown command 'trian'\n(Did you mean train?)"],
    [["train"], "missing required argument 'config'"],
    [["train", "toy.json", "spam.json"], "too many arguments"],
    [["train", "toy.json", "--ouput", "x"], "unknown option '--ouput'\n(Did you mean --output?)"],
    [["train", "toy.json", "--seed", "one"], "expected a whole number from 0 to 4294967295"],
    [["train", "toy.json", "--seed", "4294967296"], "expected a whole number from 0 to 4294967295"],
    [["train", "toy.json", "--seed", ""], "expected a whole number"],
    [["train", "toy.json", "--threads", "0"], "expected a whole number from 1"],
    [["export", "run"], "name the file to write: --onnx FILE, --ort FILE, or both"],
  ])("%j", async (args, message) => {
    await refused(args, message);
  });
});

describe("data that is wrong", () => {
  const dataCase = async (train: string | Buffer, ...messages: string[]) => {
    const source = { TSVDataSource: { train_filename: "case.tsv", eval_filename: "eval.tsv" } };
    writeFileSync(at("case.tsv"), train);
    writeConfig(folder, { source }, "case.json");
    await refused(["train", "case.json", "--output", "out", "--quiet"], ...messages);
  };

  test("a file without rows, or without anything", async () => {
    await dataCase("text\tlabel\n", "PTX_DATA  case.tsv\n  there are no train rows in it");
    await dataCase("", "PTX_DATA  case.tsv\n  the file is empty");
  });

  test("one row, or rows of one label: nothing to tell apart", async () => {
    await dataCase(
      "text\tlabel\ngoal\tsport\n",
      'PTX_DATA  inputs.labels\n  "sport" is the only label in the training rows',
    );
    await dataCase("text\tlabel\ngoal\tsport\nmatch\tsport\n", '"sport" is the only label');
  });

  test("a label that only the eval rows have is told with its line", async () => {
    await dataCase(
      "text\tlabel\ngoal\tsport\nbank\tmoney\n",
      "PTX_DATA  eval.tsv:",
      'the label "food" is not',
    );
  });

  test("a row with too many cells, and a column that is missing", async () => {
    await dataCase(
      "text\tlabel\ngoal\tsport\tx\nbank\tmoney\n",
      "PTX_DATA  case.tsv:2\n  3 cells where 2 columns are expected",
    );
    await dataCase("txt\tlabel\ngoal\tsport\nbank\tmoney\n", 'there is no column "text"');
    await dataCase("text\tlabel\n\n\ngoal\tsport\n", "PTX_DATA  case.tsv:2\n  an empty line");
  });

  test("an empty label, and bytes that are not UTF-8", async () => {
    await dataCase(
      "text\tlabel\ngoal\tsport\nbank\t \n",
      'PTX_DATA  case.tsv:3\n  the column "label" should hold a label',
    );
    await dataCase(
      Buffer.from("text\tlabel\ngo\xe4l\tsport\n", "latin1"),
      "PTX_DATA  case.tsv:2\n  byte 0xe4",
    );
  });
});

describe("a setting that only the data or the model shows to be wrong", () => {
  test.each([
    [
      'task.metric_reporter.target_label="sports"',
      'no label is called "sports"; did you mean "sport"?  known:',
    ],
    [
      'task.trainer.freeze=["model.embeding"]',
      'no parameter matches "model.embeding"  parameters: model.embedding.weight',
    ],
    ['task.trainer.freeze=["model"]', "every parameter is frozen: nothing would be trained"],
    [
      'task.model.output_layer={"BinaryClassificationOutputLayer":{}}',
      "it decides between two labels, but there are 3",
    ],
    ['task.model.output_layer.label_weights={"sprt": 2}', 'no label is called "sprt"'],
    ['task.model.representation={"BiLSTM":{}}', "gives vectors of words only"],
    ['task.channels=[{"JSONLChannel":{"path":"no/log.jsonl"}}]', "there is no folder"],
  ])("%s", async (change, message) => {
    await refused(set(change), message);
  });
});

describe("a run folder that is damaged", () => {
  const damaged = (name: string) => {
    rmSync(at("hurt"), { recursive: true, force: true });
    cpSync(at("run"), at("hurt"), { recursive: true });
    return at("hurt", name);
  };

  test("parameters cut short, of other shapes, or replaced by something else", async () => {
    const file = damaged("parameters.safetensors");
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, bytes.length - 10));
    await refused(
      ["predict", "hurt", "goal"],
      "PTX_MODEL_FILE  hurt/parameters.safetensors\n  not a whole safetensors file",
    );
    writeFileSync(file, "hello");
    await refused(["test", "hurt"], "not a whole safetensors file");
    copyFileSync(at("hurt", "config.json"), at("config.json"));
    writeFileSync(file, bytes);
    const config = readFileSync(at("config.json"), "utf8");
    writeFileSync(at("hurt", "config.json"), config.replace('"kernel_num": 6', '"kernel_num": 7'));
    await refused(["export", "hurt", "--onnx", "x.onnx"], "PTX_MODEL_FILE", "but the model needs [");
  });

  test("parameters that lack one are not filled up at random, and none is left out", async () => {
    const file = damaged("config.json");
    const config = readFileSync(file, "utf8");
    const deeper = config.replace('"hidden_dims": []', '"hidden_dims": [3]');
    expect(deeper).not.toBe(config);
    writeFileSync(file, deeper);
    const where = "PTX_MODEL_FILE  hurt/parameters.safetensors\n ";
    for (const command of [
      ["predict", "hurt", "goal"],
      ["test", "hurt"],
      ["export", "hurt", "--onnx", "x.onnx"],
    ]) {
      await refused(command, `${where} the model needs the parameter model.decoder.layer1.weight`);
    }
    expect(
      (await cli(["train", "hurt/config.json", "--output", "deep", "--quiet"], { cwd: folder })).code,
    ).toBe(0);
    copyFileSync(at("deep", "parameters.safetensors"), at("hurt", "parameters.safetensors"));
    writeFileSync(file, config);
    for (const command of [
      ["predict", "hurt", "goal"],
      ["test", "hurt"],
      ["export", "hurt", "--onnx", "x.onnx"],
    ]) {
      await refused(command, `${where} the model has no use for the saved model.decoder.layer1`);
    }
  });

  test("vocabularies of another form, or not JSON", async () => {
    const file = damaged("vocabularies.json");
    for (const [text, message] of [
      ["{", "not valid JSON"],
      ["[]", "this is not what a run saves in it"],
      ['{"tensorizers": {}, "data": []}', 'nothing is saved for the input "tokens"'],
      ['{"tensorizers": {"tokens": {}, "labels": {}}, "data": []}', "the saved state does not fit"],
    ] as const) {
      writeFileSync(file, text);
      await refused(["predict", "hurt", "goal"], "PTX_MODEL_FILE", message);
    }
  });

  test("a config that was edited by hand into something wrong", async () => {
    const file = damaged("config.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"epochs"', '"epocs"'));
    await refused(["predict", "hurt", "goal"], "hurt/config.json", 'did you mean "epochs"?');
    rmSync(file);
    await refused(["predict", "hurt", "goal"], "PTX_RUN  hurt\n  the run lacks config.json");
  });
});
