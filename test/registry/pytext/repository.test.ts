/**
 * @file PyText's own configs and upgrade fixtures, where PYTEXT_REPOSITORY names a folder with its repository
 * (github.com/facebookresearch/pytext); else skipped, with this as the reason.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadRun, predict, train } from "../../../src/library.js";
import { ConfigDraft } from "../../../src/registry/config-edit.js";
import { PtxError } from "../../../src/registry/errors.js";
import { isObject, type JsonObject } from "../../../src/registry/json.js";
import { resolveConfig } from "../../../src/registry/load-config.js";
import { pytextAdapters } from "../../../src/registry/pytext/versions.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";

const root = process.env.PYTEXT_REPOSITORY ?? "";
const there = root !== "" && existsSync(join(root, "demo/configs"));
if (!there)
  console.info("skipped: PYTEXT_REPOSITORY names no folder with PyText's repository (demo/configs)");

const list = (folder: string, pattern: RegExp): string[] =>
  there ? readdirSync(join(root, folder)).filter((name) => pattern.test(name)) : [];

/** Configs of the repository: those of its demonstrations and benchmarks. */
const configs = [
  ...list("demo/configs", /\.json$/u).map((name) => `demo/configs/${name}`),
  ...["demo/my_tagging/my_config.json", "demo/atis_joint_model/atis_joint_config.json"],
  "pytext/models/seq_models/benchmarks/nar_top.json",
];

/** Why some of PyText's configs cannot be trained as they stand. */
const reasons: Readonly<Record<string, RegExp>> = {
  "demo/configs/distributed_docnn.json": /"base_dir\/train_tiny.tsv" does not exist/u,
  "demo/configs/export_list.json": /there is no task in it/u,
  "demo/configs/export_options.json": /there is no task in it/u,
  "demo/atis_joint_model/atis_joint_config.json": /does not exist/u,
  "pytext/models/seq_models/benchmarks/nar_top.json": /unknown key "decoupled_source"/u,
};

const rows = (file: string, ...field_names: readonly string[]): JsonObject => ({
  source: {
    TSVDataSource: {
      field_names,
      ...{ train_filename: file, eval_filename: file, test_filename: file },
    },
  },
  batcher: { Batcher: {} },
});

/** Configs over the data of PyText's tests, whose configs are Python there. */
const written: Readonly<Record<string, JsonObject>> = {
  DocumentClassificationTask: {
    data: rows("tests/data/test_personalization_opposite_inputs.tsv", "label", "text", "dense", "uid"),
    model: { PersonalizedDocModel: { inputs: { dense: { column: "dense", dim: 10 } } } },
  },
  PairwiseClassificationTask: {
    data: rows("tests/data/pairwise_classification.tsv", "label", "text1", "text2"),
    trace_both_encoders: false,
  },
  QueryDocumentPairwiseRankingTask: {
    data: rows(
      "tests/data/query_document_pairwise_ranking_tiny.tsv",
      ...["query", "pos_response", "neg_response", "uid"],
    ),
    model: { decoder: { hidden_dims: [8] } },
  },
  DocumentRegressionTask: {
    data: rows(
      "tests/data/sts_tiny.tsv",
      ...["split", "genre", "set", "year", "id", "no1", "no2", "text", "text2", "label"],
    ),
  },
  SemanticParsingTask: {
    data: {
      ...rows("tests/data/test_rnng.tsv", "text", "tokenized_text", "seqlogical"),
      batcher: { Batcher: { train_batch_size: 1, eval_batch_size: 1, test_batch_size: 1 } },
    },
    model: { beam_size: 2, top_k: 2, ablation: { use_action: false } },
    metric_reporter: { text_column_name: "tokenized_text" },
    trainer: { real_trainer: { report_train_metrics: false } },
  },
};

/** Trains a config and predicts from the samples of its run; gives what was said. */
async function trained(config: string): Promise<string[]> {
  const output = join(mkdtempSync(join(tmpdir(), "pytext-")), "run");
  const said: string[] = [];
  await train(config, { output, log: { info: () => {}, warn: (line) => void said.push(line) } });
  expect(said[0]).toContain("config of PyText");
  for (const samples of readdirSync(output).filter((file) => /^samples.*\.jsonl$/u.test(file))) {
    const task = /^samples\.(.+)\.jsonl$/u.exec(samples)?.[1];
    const lines = readFileSync(join(output, samples), "utf8").trim().split("\n");
    const run = await loadRun(output, task === undefined ? {} : { task });
    const predictions = await predict(
      run,
      lines.map((line) => JSON.parse(line) as JsonObject),
    );
    expect(predictions).toHaveLength(lines.length);
    await run.release();
  }
  return said;
}

describe.skipIf(!there)("PyText's configs", () => {
  const home = process.cwd();
  beforeAll(() => process.chdir(root));
  afterAll(() => process.chdir(home));

  test.each(configs)("%s trains on its own data and predicts, or says why not", async (name) => {
    let said: readonly string[];
    try {
      said = await trained(name);
    } catch (error) {
      if (!(error instanceof PtxError)) throw error;
      console.info(`${name}: ${error.problems[0].message.slice(0, 120)}`);
      const [{ code, message }] = error.problems;
      expect(message).toMatch(reasons[name] ?? /no task is called "\w+"/u);
      expect(code).toMatch(/^PTX_(CONFIG|FILE)/u);
      return;
    }
    expect(reasons[name]).toBeUndefined();
    console.info(`${name}: trains; ${said.length} remarks`);
  });

  test.each(Object.keys(written))("%s on the data of PyText's tests trains and predicts", async (task) => {
    const { trainer = {}, ...params } = written[task]!;
    const real = (trainer as JsonObject).real_trainer;
    const short =
      real === undefined ? { epochs: 1 } : { real_trainer: { ...(real as JsonObject), epochs: 1 } };
    const file = join(mkdtempSync(join(tmpdir(), "pytext-")), "config.json");
    writeFileSync(file, JSON.stringify({ version: 48, task: { [task]: { ...params, trainer: short } } }));
    await trained(file);
  });
});

interface Fixture {
  readonly original: JsonObject;
  readonly adapted: JsonObject;
}

/** Defaults that PyText's adapters write down, and ours do not: they mean what their absence means. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([key, inner]) => {
    if (key === "version" || key === "read_chunk_size") return false;
    if (key === "seq_padding_control" || key === "max_input_text_length") return inner !== null;
    if (key === "use_zero_answer") return inner !== false;
    return !(key === "export" && isObject(inner) && Object.keys(inner).length === 0);
  });
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutDefaults(inner)]));
}

const fixtures = list("pytext/config/test/json_config", /_upgrade\.json$/u).flatMap((name) =>
  (JSON.parse(readFileSync(join(root, "pytext/config/test/json_config", name), "utf8")) as Fixture[]).map(
    (fixture, i) => ({ name: `${name} ${i + 1}`, ...fixture }),
  ),
);

describe.skipIf(!there)("PyText's upgrade fixtures", () => {
  test.each(fixtures)("$name", ({ original, adapted }) => {
    const [from, to] = [Number(original.version ?? 0), Number(adapted.version)];
    const draft = new ConfigDraft(original);
    for (let version = from; version < to; version++)
      for (const adapter of pytextAdapters) if (adapter.from === version) adapter.upgrade(draft, "f.json");
    expect(withoutDefaults(draft.value)).toEqual(withoutDefaults(adapted));
  });

  test.each(fixtures)("$name is translated, or what cannot be is said", ({ original }) => {
    const registry = defaultRegistry();
    try {
      resolveConfig({ config: original }, registry, { checkFiles: false });
    } catch (error) {
      expect(error).toBeInstanceOf(PtxError);
    }
  });
});
