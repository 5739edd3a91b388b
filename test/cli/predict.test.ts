import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { cli, jsonLines, lines } from "../support/cli.js";
import { workplace, writeConfig, writeToyData } from "../support/toy.js";

const folder = workplace();
const at = (...names: string[]) => join(folder, ...names);
const run = (args: readonly string[], input?: string | Buffer) =>
  cli(args, { cwd: folder, ...(input !== undefined && { input }) });
const predict = (args: readonly string[], input?: string | Buffer) => run(["predict", ...args], input);

beforeAll(async () => {
  writeToyData(folder, 240);
  writeConfig(folder, { trainer: { epochs: 8 } });
  expect((await run(["train", "toy.json", "--output", "run", "--quiet"])).code).toBe(0);
  expect((await run(["export", "run", "--onnx", "model.onnx"])).code).toBe(0);
});

const TEXTS = [
  "word1 goal word2 match league",
  "the bank word3 loan share price",
  "soup and bread cook taste",
  "",
  "   ",
  "🍕🍜 soup 👨‍👩‍👧 \u{1F3F4}",
  "unknown words only",
  "GOAL Goal goal",
  "tab\tand \u00a0 no-break \u2028 line separator",
  '"quoted" \\ back / slash',
];

describe.each(["run", "model.onnx"])("predict %s", (model) => {
  test("gives one JSON object a line for texts of the command line: text, label, scores", async () => {
    const { code, stdout, stderr } = await predict([model, ...TEXTS]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const results = jsonLines(stdout);
    expect(results.map(({ text }) => text)).toEqual(TEXTS);
    for (const result of results) {
      expect(Object.keys(result)).toEqual(["text", "label", "scores"]);
      const scores = Object.entries(result.scores as Record<string, number>);
      expect(scores.map(([label]) => label).sort()).toEqual(["food", "money", "sport"]);
      expect(scores.reduce((sum, [, score]) => sum + score, 0)).toBeCloseTo(1, 5);
      expect(result.label).toBe(scores.reduce((a, b) => (b[1] > a[1] ? b : a))[0]);
    }
    expect(results.slice(0, 3).map(({ label }) => label)).toEqual(["sport", "money", "food"]);
  });

  test("reads plain lines, of any line ending, from a file", async () => {
    const texts = TEXTS.filter((text) => !text.includes("\n"));
    const direct = await predict([model, ...texts]);
    for (const [name, ending] of [
      ["unix.txt", "\n"],
      ["dos.txt", "\r\n"],
    ] as const) {
      writeFileSync(at(name), texts.join(ending) + ending);
      const { code, stdout } = await predict([model, "--input", name]);
      expect(code).toBe(0);
      expect(stdout).toBe(direct.stdout);
    }
  });

  test("reads JSON objects and plain lines from standard input, and keeps the objects' other keys", async () => {
    const input = [
      JSON.stringify({ id: 7, text: "soup and bread" }),
      "goal of the match",
      JSON.stringify({ text: "bank\nloan" }),
    ];
    const { code, stdout } = await predict([model, "--input", "-"], input.join("\n"));
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([
      { id: 7, text: "soup and bread", label: "food" },
      { text: "goal of the match", label: "sport" },
      { text: "bank\nloan", label: "money" },
    ]);
    expect((await predict([model], input.join("\n"))).stdout).toBe(stdout);
  });

  test("reads texts of the command line first, then the input", async () => {
    const { stdout } = await predict([model, "soup", "--input", "-"], "goal\n");
    expect(jsonLines(stdout).map(({ text }) => text)).toEqual(["soup", "goal"]);
  });

  test("takes more lines than fit into a batch, and a very long one among them", async () => {
    const texts = Array.from({ length: 600 }, (_, i) =>
      i === 300 ? "soup word1 ".repeat(40_000) : `goal ${i}`,
    );
    const { code, stdout } = await predict([model, "--input", "-"], texts.join("\n"));
    expect(code).toBe(0);
    const results = jsonLines(stdout);
    expect(results.map(({ text }) => text)).toEqual(texts.map((text) => text));
    expect(results[300]!.label).toBe("food");
    expect(results[299]!.label).toBe("sport");
  });

  test("writes --output whole, printing where", async () => {
    const name = `${model}.jsonl`;
    const { code, stdout, stderr } = await predict([model, ...TEXTS, "--output", name]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toBe(`wrote ${name}\n`);
    expect(readFileSync(at(name), "utf8")).toBe((await predict([model, ...TEXTS])).stdout);
    expect(readdirSync(folder).filter((file) => file.endsWith(".part"))).toEqual([]);
  });

  test("leaves the old --output alone when a line cannot be read", async () => {
    writeFileSync(at("old.jsonl"), "old");
    const input = `${"goal\n".repeat(300)}{"txt": "soup"}\n`;
    const { code, stderr } = await predict([model, "--input", "-", "--output", "old.jsonl"], input);
    expect(code).toBe(2);
    expect(stderr).toContain("PTX_DATA  standard input:301\n  the object lacks text  found: txt");
    expect(readFileSync(at("old.jsonl"), "utf8")).toBe("old");
    expect(readdirSync(folder).filter((file) => file.endsWith(".part"))).toEqual([]);
  });
});

describe("an exported file", () => {
  test("predicts the very lines that its run predicts", async () => {
    const [ofRun, ofFile] = [await predict(["run", ...TEXTS]), await predict(["model.onnx", ...TEXTS])];
    const [expected, got] = [jsonLines(ofRun.stdout), jsonLines(ofFile.stdout)];
    for (const [i, { scores, ...rest }] of expected.entries()) {
      const { scores: gotScores, ...gotRest } = got[i]!;
      expect(gotRest).toEqual(rest);
      for (const [label, score] of Object.entries(scores as Record<string, number>)) {
        expect((gotScores as Record<string, number>)[label]).toBeCloseTo(score, 5);
      }
    }
  });

  test("is said to be checked and written, over a file that was there", async () => {
    writeFileSync(at("again.onnx"), "an older model");
    const { code, stdout } = await run(["export", "run", "--onnx", "again.onnx"]);
    expect(code).toBe(0);
    expect(lines(stdout)[0]).toMatch(/^checked 24 rows: largest difference of a score \d\.\de[-+]\d+$/);
    expect(lines(stdout)[1]).toBe("wrote again.onnx");
    expect(readFileSync(at("again.onnx")).equals(readFileSync(at("model.onnx")))).toBe(true);
    expect(readdirSync(folder).filter((file) => file.startsWith(".export"))).toEqual([]);
  });

  test("is known by being a file, whatever it is called", async () => {
    expect((await run(["export", "run", "--onnx", "classifier.bin"])).code).toBe(0);
    const { code, stdout } = await predict(["classifier.bin", "soup"]);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([{ label: "food" }]);
  });
});

describe("test", () => {
  const figuresOf = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(["test", ...args]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return stdout;
  };
  const metrics = () => JSON.parse(readFileSync(at("run", "metrics.json"), "utf8"));

  test("--json prints the figures of metrics.json again", async () => {
    expect(JSON.parse(await figuresOf("run", "--json"))).toEqual(metrics().test);
  });

  test("--data takes another file of the same form", async () => {
    expect(JSON.parse(await figuresOf("run", "--json", "--data", "eval.tsv"))).toEqual(metrics().eval);
    const odd = `odd $${"{name}"} $$${"{x}"}.tsv`; // what a config would take for variables
    writeFileSync(at(odd), readFileSync(at("eval.tsv")));
    expect(JSON.parse(await figuresOf("run", "--json", "--data", odd))).toEqual(metrics().eval);
  });

  test("without --json prints a table with every label", async () => {
    const table = lines(await figuresOf("run"));
    expect(table[0]).toMatch(/^test: loss \d\.\d{4} {2}accuracy /);
    expect(table[1]!.trim().split(/\s+/)).toEqual(["label", "precision", "recall", "f1", "support"]);
    expect(
      table
        .slice(2)
        .map((line) => line.trim().split(/\s+/)[0])
        .sort(),
    ).toEqual(["food", "money", "sport"]);
  });

  test("fails on a label that the model does not know, naming file and line", async () => {
    writeFileSync(at("foreign.tsv"), "text\tlabel\ngoal\tsport\ngoal\tsports\n");
    const { code, stdout, stderr } = await run(["test", "run", "--data", "foreign.tsv", "--json"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(
      'PTX_DATA  foreign.tsv:3\n  the label "sports" is not one of the labels; did you mean "sport"?',
    );
  });

  test("of a run without test rows asks for --data", async () => {
    writeConfig(folder, { source: { TSVDataSource: { train_filename: "train.tsv" } } }, "bare.json");
    expect((await run(["train", "bare.json", "--output", "bare", "--quiet"])).code).toBe(0);
    const { code, stderr } = await run(["test", "bare"]);
    expect(code).toBe(2);
    expect(stderr).toContain("PTX_RUN  bare\n  the run has no test rows of its own: name a file with --data");
    expect(JSON.parse(await figuresOf("bare", "--json", "--data", "eval.tsv"))).toMatchObject({ rows: 24 });
  });
});

describe("bad input of predict and export", () => {
  const refused = async (args: readonly string[], message: string, input?: string | Buffer) => {
    const { code, stdout, stderr } = await run(args, input);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  };

  test("a run or model that is not there", async () => {
    await refused(["predict", "nowhere", "soup"], "PTX_RUN  nowhere\n  there is no such run folder");
    await refused(["predict", "nowhere.onnx", "soup"], "PTX_FILE_MISSING  nowhere.onnx");
    mkdirSync(at("hollow"), { recursive: true });
    await refused(["predict", "hollow", "soup"], "PTX_RUN  hollow\n  the run lacks config.json");
  });

  test("a model file that is none, or of another program", async () => {
    writeFileSync(at("junk.onnx"), "this is not a model");
    await refused(["predict", "junk.onnx", "soup"], "PTX_MODEL_FILE  junk.onnx");
    writeFileSync(at("empty.onnx"), "");
    await refused(["predict", "empty.onnx", "soup"], "PTX_MODEL_FILE  empty.onnx");
  });

  test("an input that is not there, is a folder, or is not UTF-8", async () => {
    await refused(["predict", "run", "--input", "unix.tx"], '"unix.tx" does not exist');
    await refused(["predict", "run", "--input", "run"], '"run" is a folder, not a file');
    await refused(
      ["predict", "run", "--input", "-"],
      "PTX_DATA  standard input:2\n  byte 0xff (byte 3 of the line) is not UTF-8",
      Buffer.from("soup\nab\xff\n", "latin1"),
    );
  });

  test("JSON that is broken, lacks the text, or has something else in its place", async () => {
    const line = (input: string, message: string) => refused(["predict", "run"], message, input);
    await line(
      '{"text": "soup"',
      'PTX_DATA  standard input:1\n  a line that starts with "{" must be a JSON object',
    );
    await line('{"Text": "soup"}', "the object lacks text  found: Text");
    await line("{}", "the object lacks text  found: no keys");
    await line('{"text": null}', 'the column "text" is null in this row');
    await line('{"text": {"a": 1}}', 'the column "text" should hold a text, but holds {"a":1}');
  });

  test("places that cannot be written to", async () => {
    await refused(["predict", "run", "soup", "--output", "no/where.jsonl"], "there is no folder");
    await refused(["predict", "run", "soup", "--output", "run"], "this is a folder");
    await refused(["export", "run", "--onnx", "no/where.onnx"], "there is no folder");
    expect(existsSync(at("no"))).toBe(false);
  });

  test("an empty input gives nothing, and says nothing", async () => {
    expect(await predict(["run"], "")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });
});
