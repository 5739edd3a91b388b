import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { Graph } from "../../src/graph/graph.js";
import { optimize } from "../../src/graph/passes.js";
import { type Jury, Scope } from "../../src/graph/scope.js";
import { loadModel, loadRun, predict, silentLog, test as testRun, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { ensembleOfRuns } from "../../src/tasks/ensemble/from-runs.js";
import { openRun } from "../../src/tasks/open-task.js";
import type { Prediction, TokenPrediction } from "../../src/tasks/prediction.js";
import { numberized } from "../../src/tasks/predictor.js";
import type { Metrics } from "../../src/tasks/run-session.js";
import { toyConfig, toyRows, tsv, workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();

const rowsOf = (split: string): { text: string; label: string; slots: string; intent: string }[] => {
  const seed = ["train", "eval", "test"].indexOf(split);
  return toyRows(split === "train" ? 60 : 21, seed).map(({ text, label }) => ({
    text,
    label,
    intent: label,
    slots: text
      .split(" ")
      .map((word) => (word.startsWith("word") ? "O" : "B-thing"))
      .join(" "),
  }));
};

beforeAll(() => {
  for (const split of ["train", "eval", "test"])
    writeFileSync(join(folder, `${split}.tsv`), tsv(rowsOf(split)));
});

const plain = toyConfig({ data: folder }) as { task: { DocumentClassificationTask: Record<string, object> } };
const { data, model, trainer } = plain.task.DocumentClassificationTask;

const whitespace = { tokenizer: "WhitespaceTokenizer" };
const joint = (layer = "CRFOutputLayer", more: object = {}): object => ({
  IntentSlotTask: {
    model: {
      IntentSlotModel: {
        inputs: {
          tokens: { TokenTensorizer: whitespace },
          slots: { SlotLabelTensorizer: { ...whitespace, format: "tags" } },
        },
        embedding: { WordEmbedding: { embed_dim: 6 } },
        representation: { BiLSTMDocSlotAttention: { lstm: { BiLSTM: { lstm_dim: 5 } } } },
        word_output_layer: layer,
        ...more,
      },
    },
  },
});

const classes: object = { DocumentClassificationTask: { model } };

const ensemble = (members: readonly object[], more: object = {}): object => ({
  version: 1,
  threads: 1,
  seed: 7,
  task: { EnsembleTask: { data, members, trainer, ...more } },
});

let runs = 0;
const place = (): string => join(folder, `run${++runs}`);

const trained = async (config: object, output = place()): Promise<string> => {
  await train(config, { output });
  return output;
};

/** Short ones, of which all tag sequences can be tried. */
const texts = rowsOf("test").flatMap(({ text }) => (text.split(" ").length < 8 ? [text] : []));

async function predictions(path: string, distributions = false): Promise<Prediction[]> {
  const loaded = await (path.endsWith(".onnx") ? loadModel(path) : loadRun(path, { distributions }));
  const made = await predict(loaded, texts);
  await loaded.release();
  return made;
}

const scoresOf = (made: readonly Prediction[]): number[][] =>
  made.map(({ scores }) => Object.values(scores!));

/** Logits of probabilities, less their mean. */
function logits(scores: readonly number[]): number[] {
  const logs = scores.map(Math.log);
  const mean = logs.reduce((a, b) => a + b) / logs.length;
  return logs.map((log) => log - mean);
}

function softmax(x: readonly number[]): number[] {
  const powers = x.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

const means = (members: readonly (readonly number[])[]): number[] =>
  members[0]!.map((_, i) => members.reduce((sum, one) => sum + one[i]!, 0) / members.length);

function close(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): void {
  for (const [i, row] of a.entries())
    for (const [at, x] of row.entries()) expect(x).toBeCloseTo(b[i]![at]!, 5);
}

const memberRuns = (run: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => join(run, "members", `member${i + 1}`));

const metricsOf = async (run: string): Promise<Metrics> =>
  JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as Metrics;

/** Has a run's graph run by the second engine from now on. */
function inTensorflow(run: string): void {
  const path = join(run, "config.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as object;
  writeFileSync(path, JSON.stringify({ ...config, engine: "tensorflow" }));
}

describe("an ensemble of classifiers", () => {
  const run = join(folder, "classes");
  let members: number[][][];
  beforeAll(async () => {
    await train(ensemble([classes], { copies: 3 }), { output: run });
    members = await Promise.all(memberRuns(run, 3).map(async (path) => scoresOf(await predictions(path))));
  });

  test("has members that are the runs of the plain config with their seeds, bit for bit", async () => {
    const alone = await trained({ ...plain, seed: 8 });
    const [own, theirs] = [alone, memberRuns(run, 3)[1]!].map((path) =>
      readFileSync(join(path, "parameters.safetensors")),
    );
    expect(own!.equals(theirs!)).toBe(true);
  });

  test("tells its figures beside its members'", async () => {
    const { members: told, test: own } = await metricsOf(run);
    const figures = await Promise.all(memberRuns(run, 3).map(metricsOf));
    expect(told).toEqual(
      figures.map((one, i) => ({
        name: `member${i + 1}`,
        seed: 7 + i,
        metric: "accuracy",
        eval: one.eval!.accuracy,
        test: one.test!.accuracy,
      })),
    );
    expect(await testRun(run)).toEqual(own);
  });

  test.each([
    ["logits", (all: number[][]) => softmax(means(all.map(logits)))],
    ["probabilities", means],
    [
      "votes",
      (all: number[][]) => {
        const votes = all.map((scores) => scores.indexOf(Math.max(...scores)));
        return means(all).map(
          (p, i) => (votes.filter((vote) => vote === i).length + p / 2) / (all.length + 0.5),
        );
      },
    ],
  ] as const)(
    "says by %s what is computed from its members' scores; its file says the same on both engines",
    async (combine, of) => {
      const output = place();
      await ensembleOfRuns(memberRuns(run, 3), { registry, log: silentLog, output, combine, quiet: true });
      const expected = texts.map((_, row) => of(members.map((scores) => scores[row]!)));
      const made = await predictions(output);
      close(scoresOf(made), expected);
      const file = `${output}.onnx`;
      await exportOnnx(output, file, { registry, log: silentLog });
      const byFile = await predictions(file);
      close(scoresOf(byFile), expected);
      expect(byFile.map(({ label }) => label)).toEqual(made.map(({ label }) => label));
      inTensorflow(output);
      close(scoresOf(await predictions(output)), expected);
    },
  );
});

/** What a tagger's output layer reads of each text, `[texts][tokens][labels]`, and its CRF's weights. */
async function emissionsOf(run: string): Promise<{ emissions: number[][][]; weights: Weights }> {
  const open = await openRun(run, registry, silentLog);
  const part = open.task.parts.get("")!;
  const graph = new Graph();
  const jury: Jury = {
    layer(layer, at, logits, decide) {
      if (layer.component.kind === "tag_output_layer") graph.output("emissions", logits);
      return decide(at, logits);
    },
    steps: (own, decide) => decide([own], "logits"),
  };
  const scope = Scope.root(graph, "infer", open.parameters, open.context).model("", jury);
  part.build(scope, { form: "ids", targets: false });
  optimize(graph);
  const program = await (await open.engine()).compile(graph);
  const rows = texts.map((text, i) => ({ values: { text }, origin: `${i}` }));
  const all = numberized(part, rows);
  const feeds = {
    ...all.batch(Uint32Array.from(rows.keys())),
    ...open.parameters.feeds(graph.parameters.map(({ name }) => name)),
  };
  const { emissions } = await program.run(feeds);
  await program.release();
  const { data: numbers, dims } = emissions!;
  const [, tokens, labels] = dims as [number, number, number];
  const at = (row: number, token: number): number[] =>
    Array.from({ length: labels }, (_, label) => Number(numbers[(row * tokens + token) * labels + label]));
  const layer = "model.word.output_layer";
  const weight = (name: string): number[] => Array.from(open.parameters.get(`${layer}.${name}`)?.data ?? []);
  return {
    emissions: texts.map((text, row) => text.split(" ").map((_, token) => at(row, token))),
    weights: { transitions: weight("transitions"), start: weight("start"), end: weight("end") },
  };
}

interface Weights {
  readonly transitions: readonly number[];
  readonly start: readonly number[];
  readonly end: readonly number[];
}

/** All tag sequences that are valid in BIO tried one by one: the best, and the probability of each label at each token. */
function bruteForce(
  emissions: readonly (readonly number[])[],
  { transitions, start, end }: Weights,
  labels: readonly string[],
): { best: number[]; marginals: number[][] } {
  const { length: tokens } = emissions;
  const count = labels.length;
  const goesOn = (tag: number): boolean => labels[tag]!.startsWith("I-");
  const marginals = emissions.map(() => labels.map(() => 0));
  let [total, bestScore, best] = [0, Number.NEGATIVE_INFINITY, [] as number[]];
  for (let code = 0; code < count ** tokens; code++) {
    const tags = emissions.map((_, i) => Math.floor(code / count ** i) % count);
    if (tags.some((tag, i) => goesOn(tag) && (i === 0 || labels[tags[i - 1]!] === "O"))) continue;
    const steps = tags.slice(1).map((tag, i) => transitions[count * tags[i]! + tag]!);
    const score =
      emissions.reduce((sum, row, i) => sum + row[tags[i]!]!, start[tags[0]!]! + end[tags.at(-1)!]!) +
      steps.reduce((a, b) => a + b, 0);
    if (score > bestScore) [bestScore, best] = [score, tags];
    total += Math.exp(score);
    for (const [i, tag] of tags.entries()) marginals[i]![tag]! += Math.exp(score);
  }
  return { best, marginals: marginals.map((row) => row.map((x) => x / total)) };
}

describe("an ensemble of joint models with a CRF", () => {
  const run = join(folder, "joint");
  beforeAll(() => train(ensemble([joint()], { copies: 2 }), { output: run }));

  test.each(["logits", "probabilities", "votes"] as const)(
    "decides by %s as brute force over all sequences does; its file says the same on both engines",
    async (combine) => {
      const paths = memberRuns(run, 2);
      const output = place();
      await ensembleOfRuns(paths, { registry, log: silentLog, output, combine, quiet: true });
      const members = await Promise.all(paths.map(emissionsOf));
      const { labels } = (await openRun(run, registry, silentLog)).task.parts.get("")!;
      const mixed = (name: keyof Weights): number[] => means(members.map(({ weights }) => weights[name]));
      const names = labels.slots!;
      const nothing = { transitions: Array(9).fill(0), start: [0, 0, 0], end: [0, 0, 0] };
      const expected = texts.map((_, row) => {
        const each = members.map(({ emissions, weights }) => bruteForce(emissions[row]!, weights, names));
        const together = members[0]!.emissions[row]!.map((_, i) => {
          if (combine === "logits") return means(members.map(({ emissions }) => emissions[row]![i]!));
          const average = means(each.map(({ marginals }) => marginals[i]!));
          const shares =
            combine === "probabilities"
              ? average
              : average.map((p, tag) => (each.filter(({ best }) => best[i] === tag).length + p / 2) / 2.5);
          return shares.map(Math.log);
        });
        const weights = { transitions: mixed("transitions"), start: mixed("start"), end: mixed("end") };
        const { best, marginals } = bruteForce(together, combine === "logits" ? weights : nothing, names);
        return best.map((tag, i) => ({ tag, score: marginals[i]![tag]!, all: marginals[i]! }));
      });
      const same = (made: readonly Prediction[]): void => {
        for (const [row, tokens] of made.map((one) => one.tokens as readonly TokenPrediction[]).entries())
          for (const [i, { label, score }] of tokens.entries()) {
            expect(label).toBe(names[expected[row]![i]!.tag]);
            expect(score).toBeCloseTo(expected[row]![i]!.score, 4);
          }
      };
      const told = await predictions(output, true);
      same(told);
      for (const [row, one] of told.entries())
        for (const [i, { scores }] of (one.tokens as readonly TokenPrediction[]).entries())
          close([Object.values(scores!)], [expected[row]![i]!.all]);
      const file = `${output}.onnx`;
      await exportOnnx(output, file, { registry, log: silentLog });
      same(await predictions(file));
      inTensorflow(output);
      same(await predictions(output));
    },
  );

  test("whose words read the intent's scores lets each member's words read its own", async () => {
    const output = await trained(
      ensemble([joint("WordTaggingOutputLayer", { use_doc_probs_in_word: true })], { copies: 2 }),
    );
    const members = await Promise.all(memberRuns(output, 2).map(emissionsOf));
    const made = await predictions(output);
    for (const [row, { tokens }] of made.entries())
      for (const [i, { score }] of (tokens as readonly TokenPrediction[]).entries()) {
        const average = means(members.map(({ emissions }) => emissions[row]![i]!));
        expect(score).toBeCloseTo(Math.max(...softmax(average)), 5);
      }
  });
});

const other: object = {
  DocumentClassificationTask: {
    model: {
      DocModel: {
        inputs: {
          tokens: { TokenTensorizer: { vocab: { min_counts: 2 } } },
          chars: "CharacterTokenTensorizer",
        },
        embedding: {
          EmbeddingList: {
            embeddings: [
              { WordEmbedding: { embed_dim: 4 } },
              { CharacterEmbedding: { embed_dim: 3, kernel_num: 4, kernel_sizes: [2] } },
            ],
          },
        },
        representation: { BiLSTMDocAttention: { lstm: { BiLSTM: { lstm_dim: 4 } } } },
      },
    },
  },
};

describe("members of an ensemble", () => {
  test("may read different inputs: what they read alike is in the graph once; its file says the same", async () => {
    const run = await trained(ensemble([classes, other], { copies: 2 }));
    const open = await openRun(run, registry, silentLog);
    expect(Object.keys(open.task.parts.get("")!.tensorizers)).toEqual([
      "tokens",
      "labels",
      "member3.tokens",
      "chars",
    ]);
    const each = await Promise.all(memberRuns(run, 4).map(async (path) => scoresOf(await predictions(path))));
    const expected = texts.map((_, row) => softmax(means(each.map((scores) => logits(scores[row]!)))));
    const file = `${run}.onnx`;
    await exportOnnx(run, file, { registry, log: silentLog });
    close(scoresOf(await predictions(file)), expected);
  });

  test("are trained on a share of the rows that their seeds draw, with the vocabulary of all", async () => {
    const run = await trained(ensemble([classes], { copies: 2, sample_rate: 0.5 }));
    const [first, second] = memberRuns(run, 2) as [string, string];
    const started = (path: string): number =>
      Number(/"rows":(\d+)/.exec(readFileSync(join(path, "log.jsonl"), "utf8"))![1]);
    for (const path of [first, second]) {
      expect(started(path)).toBeGreaterThan(15);
      expect(started(path)).toBeLessThan(45);
    }
    const saved = [run, first, second].map((path) =>
      JSON.parse(readFileSync(join(path, "vocabularies.json"), "utf8")),
    );
    for (const { tensorizers } of saved) expect(tensorizers).toEqual(saved[0].tensorizers);
    const config = JSON.parse(readFileSync(join(second, "config.json"), "utf8"));
    expect(config.task.DocumentClassificationTask.data.Data).toMatchObject({
      train_fraction: 0.5,
      train_seed: 8,
    });
  });

  test("that are missing are trained when the run is resumed; the result is the same", async () => {
    const run = await trained(ensemble([classes], { copies: 2 }));
    const bytes = readFileSync(join(run, "parameters.safetensors"));
    for (const file of ["metrics.json", "parameters.safetensors", "members/member2"])
      rmSync(join(run, file), { recursive: true });
    const kept = readFileSync(join(run, "members/member1/log.jsonl"), "utf8");
    await train(ensemble([classes], { copies: 2 }), { output: run, resume: true });
    expect(readFileSync(join(run, "parameters.safetensors")).equals(bytes)).toBe(true);
    expect(readFileSync(join(run, "members/member1/log.jsonl"), "utf8")).toBe(kept);
    expect(existsSync(join(run, "members/member2/metrics.json"))).toBe(true);
  });

  test("that cannot decide together are refused with the reason", async () => {
    const alone = await trained({ ...plain, seed: 1 });
    const half = await trained({
      ...plain,
      seed: 2,
      task: {
        DocumentClassificationTask: {
          ...plain.task.DocumentClassificationTask,
          data: { Data: { ...(data as { Data: object }).Data, train_fraction: 0.5 } },
        },
      },
    });
    const from = (runs: string[]) =>
      ensembleOfRuns(runs, { registry, log: silentLog, output: place(), combine: "logits", quiet: true });
    await expect(from([alone])).rejects.toThrow("two runs or more");
    await expect(from([alone, alone])).rejects.toThrow("same model and seed");
    await expect(from([alone, half])).rejects.toThrow('its input "tokens" has learnt something else');
    const made = (members: object[], more: object) => trained(ensemble(members, more));
    await expect(made([classes], { copies: 1 })).rejects.toThrow("two members at least");
    await expect(made([classes], { copies: 2, seeds: [1] })).rejects.toThrow("2 members, but 1 seeds");
    await expect(made([classes, joint()], {})).rejects.toThrow("same labels");
    const binary = (layer: string) => ({
      DocumentClassificationTask: {
        model: {
          DocModel: {
            ...(model as { DocModel: object }).DocModel,
            inputs: { labels: { LabelListTensorizer: { separator: "," } } },
            output_layer: layer,
          },
        },
      },
    });
    await expect(
      made([binary("MultiLabelClassificationOutputLayer")], { copies: 2, combine: "votes" }),
    ).rejects.toThrow("does not choose one label of several");
  });
});
