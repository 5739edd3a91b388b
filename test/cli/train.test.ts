import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type CommandResult, cli, jsonLines, lines } from "../support/cli.js";
import { toyConfig, workplace, writeConfig, writeToyData } from "../support/toy.js";

const folder = workplace();
const at = (...names: string[]) => join(folder, ...names);
const json = (...names: string[]) => JSON.parse(readFileSync(at(...names), "utf8"));
const train = (...args: string[]) => cli(["train", ...args], { cwd: folder });

let first: CommandResult;

beforeAll(async () => {
  writeToyData(folder);
  writeConfig(folder);
  first = await train("toy.json", "--output", "run");
});

describe("train writes a run folder", () => {
  test("with config, vocabularies, parameters, figures, samples, worst rows and log, and prints each path", () => {
    expect(first.stderr).not.toContain("warning");
    expect(first.code).toBe(0);
    const written = lines(first.stdout).filter((line) => line.startsWith("wrote "));
    expect(written).toEqual(
      [
        "config.json",
        "vocabularies.json",
        "parameters.safetensors",
        "metrics.json",
        "samples.jsonl",
        "worst-rows.jsonl",
        "log.jsonl",
      ].map((name) => `wrote ${join("run", name)}`),
    );
    expect(readdirSync(at("run")).sort()).toEqual(
      written.map((line) => line.replace(/^wrote run./, "")).sort(),
    );
  });

  test("whose metrics.json has the promised shape", () => {
    const metrics = json("run", "metrics.json");
    expect(Object.keys(metrics)).toEqual(["train", "eval", "test", "best_epoch", "epochs"]);
    for (const split of ["train", "eval", "test"]) {
      const figures = metrics[split];
      for (const figure of ["loss", "accuracy", "macro_f1", "micro_f1"]) {
        expect(figures[figure], `${split} ${figure}`).toBeTypeOf("number");
      }
      expect(Object.keys(figures.per_class).sort()).toEqual(["food", "money", "sport"]);
      for (const figuresOfLabel of Object.values<Record<string, unknown>>(figures.per_class)) {
        expect(figuresOfLabel).toMatchObject({
          precision: expect.any(Number),
          recall: expect.any(Number),
          f1: expect.any(Number),
          support: expect.any(Number),
        });
      }
      expect(figures.rows).toBe(split === "train" ? 60 : 24);
    }
    expect(metrics.epochs.map(({ epoch }: { epoch: number }) => epoch)).toEqual([1, 2]);
    expect(metrics.epochs[0]).toMatchObject({
      steps: 4,
      train_loss: expect.any(Number),
      eval_loss: expect.any(Number),
      metric: expect.any(Number),
      learning_rate: 0.02,
      best: true,
    });
    const best = metrics.epochs.filter((epoch: { best: boolean }) => epoch.best).at(-1);
    expect(metrics.best_epoch).toBe(best.epoch);
    expect(metrics.eval.accuracy).toBe(best.metric);
    expect(metrics.eval.loss).toBeCloseTo(best.eval_loss, 6);
  });

  test("whose config.json is complete and trains to the same bits", async () => {
    const { task } = json("run", "config.json");
    const { Trainer } = task.DocumentClassificationTask.trainer;
    expect(Trainer).toMatchObject({
      epochs: 2,
      early_stop_after: 0,
      max_clip_norm: null,
      scheduler: { ConstantLR: {} },
    });
    const again = await train("run/config.json", "--output", "again");
    expect(again.code).toBe(0);
    for (const name of ["config.json", "parameters.safetensors", "vocabularies.json", "metrics.json"]) {
      expect(readFileSync(at("again", name)).equals(readFileSync(at("run", name))), name).toBe(true);
    }
  });

  test("whose log has each event of the run as a line of JSON", () => {
    const events = jsonLines(readFileSync(at("run", "log.jsonl"), "utf8"));
    expect(events.map(({ type, split }) => split ?? type)).toEqual([
      "start",
      "epoch",
      "epoch",
      "stop",
      "eval",
      "test",
    ]);
    expect(events[1]).toMatchObject({ record: json("run", "metrics.json").epochs[0], rows: 60 });
    for (const { time } of events) expect(new Date(String(time)).toISOString()).toBe(time);
  });

  test("whose worst rows are wrong ones, the worst first, with their place in the file", () => {
    const worst = jsonLines(readFileSync(at("run", "worst-rows.jsonl"), "utf8"));
    const rows = readFileSync(at("test.tsv"), "utf8").split("\n");
    expect(worst.length).toBe(24 - Math.round(json("run", "metrics.json").test.accuracy * 24));
    const scores = worst.map(({ score }) => Number(score));
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    for (const { origin, gold, predicted, row } of worst) {
      const line = Number(String(origin).split(":").at(-1));
      const { text, label } = row as { text: string; label: string };
      expect(rows[line - 1]).toBe(`${text}\t${label}`);
      expect(gold).toEqual([label]);
      expect(predicted).not.toEqual(gold);
    }
  });
});

describe("options of train", () => {
  test("without --output the run goes to runs/<config name>-<time>", async () => {
    const elsewhere = at("elsewhere");
    mkdirSync(elsewhere);
    writeConfig(elsewhere, { data: folder }, "my-spam.jsonc");
    const { code, stdout } = await cli(["train", "my-spam.jsonc", "--quiet"], { cwd: elsewhere });
    expect(code).toBe(0);
    const [run, ...others] = readdirSync(join(elsewhere, "runs"));
    expect(others).toEqual([]);
    expect(run).toMatch(/^my-spam-\d{8}-\d{6}$/);
    expect(lines(stdout)).toContain(`wrote ${join("runs", run!, "metrics.json")}`);
  });

  test("--quiet prints the written paths alone", async () => {
    const { code, stdout, stderr } = await train("toy.json", "--output", "quiet", "--quiet");
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(lines(stdout).every((line) => line.startsWith("wrote "))).toBe(true);
    expect(existsSync(at("quiet", "log.jsonl"))).toBe(true);
  });

  test("--quiet keeps the channels that write files", async () => {
    writeConfig(
      folder,
      { channels: [{ JSONLChannel: { path: "own.jsonl" } }, "ConsoleChannel"] },
      "channels.json",
    );
    const { code, stdout } = await train("channels.json", "--output", "channelled", "--quiet");
    expect(code).toBe(0);
    expect(stdout).not.toContain("epoch");
    const own = jsonLines(readFileSync(at("own.jsonl"), "utf8")).map(({ type }) => type);
    expect(own).toEqual(
      jsonLines(readFileSync(at("channelled", "log.jsonl"), "utf8")).map(({ type }) => type),
    );
  });

  test("--seed, --threads and --set change the config that the run keeps", async () => {
    const { code } = await train(
      ...["toy.json", "--output", "options", "--quiet", "--seed", "7", "--threads", "2"],
      ...["--set", "task.trainer.epochs=3", "--set", "task.model.embedding.embed_dim=4"],
    );
    expect(code).toBe(0);
    const config = json("options", "config.json");
    expect(config).toMatchObject({ seed: 7, threads: 2 });
    expect(config.task.DocumentClassificationTask.trainer.Trainer.epochs).toBe(3);
    expect(config.task.DocumentClassificationTask.model.DocModel.embedding.WordEmbedding.embed_dim).toBe(4);
    expect(json("options", "metrics.json").epochs).toHaveLength(3);
    expect(readFileSync(at("options", "parameters.safetensors")).length).toBeLessThan(
      readFileSync(at("run", "parameters.safetensors")).length,
    );
  });

  test("another seed gives other parameters", async () => {
    const { code } = await train("toy.json", "--output", "seeded", "--quiet", "--seed", "1");
    expect(code).toBe(0);
    const bytes = (run: string) => readFileSync(at(run, "parameters.safetensors"));
    expect(bytes("seeded").equals(bytes("run"))).toBe(false);
  });

  test("a run without eval and test files has train figures alone", async () => {
    const source = { TSVDataSource: { train_filename: "train.tsv" } };
    writeConfig(folder, { source }, "train-only.json");
    const { code, stderr } = await train("train-only.json", "--output", "train-only", "--quiet");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const metrics = json("train-only", "metrics.json");
    expect(metrics).toMatchObject({ eval: null, test: null, best_epoch: 2 });
    expect(metrics.epochs[1].metric).toBe(metrics.train.accuracy);
  });
});

describe("a folder that is there already", () => {
  test("is refused and stays as it is, unless it is empty", async () => {
    mkdirSync(at("full"));
    writeFileSync(at("full", "thesis.txt"), "years of work");
    const refused = await train("toy.json", "--output", "full");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("PTX_FILE_EXISTS  full\n  the folder is not empty");
    expect(readdirSync(at("full"))).toEqual(["thesis.txt"]);
    mkdirSync(at("empty"));
    expect((await train("toy.json", "--output", "empty", "--quiet")).code).toBe(0);
  });

  test("is refused when it is a file", async () => {
    const { code, stderr } = await train("toy.json", "--output", "train.tsv");
    expect(code).toBe(2);
    expect(stderr).toContain("PTX_FILE_EXISTS  train.tsv\n  this is a file");
  });

  test("--resume of a finished run changes nothing", async () => {
    const before = readFileSync(at("run", "log.jsonl"));
    const { code, stderr } = await train("toy.json", "--output", "run", "--resume");
    expect(code).toBe(0);
    expect(stderr).toContain("the run in run has ended already");
    expect(readFileSync(at("run", "log.jsonl"))).toEqual(before);
  });

  test("--resume with another config is refused, naming what differs", async () => {
    const args = ["toy.json", "--output", "run", "--resume", "--set", "task.trainer.epochs=5"];
    const { code, stderr } = await train(...args);
    expect(code).toBe(2);
    expect(stderr).toContain("task.DocumentClassificationTask.trainer.Trainer.epochs 2 -> 5");
  });

  test("--resume without --output asks which run", async () => {
    const { code, stderr } = await train("toy.json", "--resume");
    expect(code).toBe(2);
    expect(stderr).toContain("name its folder with --output");
    expect(existsSync(at("runs"))).toBe(false);
  });

  test("--resume where there is no run begins one", async () => {
    const { code, stderr } = await train("toy.json", "--output", "begun", "--resume");
    expect(code).toBe(0);
    expect(stderr).toContain("begun holds no run yet");
    expect(json("begun", "metrics.json")).toEqual(json("run", "metrics.json"));
  });

  test("--resume after the data changed is refused, naming the file", async () => {
    const config = toyConfig({ source: { TSVDataSource: { train_filename: "moving.tsv" } } });
    writeFileSync(at("moving.json"), JSON.stringify(config));
    cpSync(at("train.tsv"), at("moving.tsv"));
    expect((await train("moving.json", "--output", "moving", "--quiet")).code).toBe(0);
    cpSync(at("test.tsv"), at("moving.tsv"));
    rmSync(at("moving", "metrics.json")); // as if it had been killed before its end
    const { code, stderr } = await train("moving.json", "--output", "moving", "--resume");
    expect(code).toBe(2);
    expect(stderr).toContain("PTX_RUN  moving.tsv\n  the file has changed since the run began");
  });
});
