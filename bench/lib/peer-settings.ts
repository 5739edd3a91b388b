/** @file What the peers that fine-tune must know of a config. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SPLITS } from "../../dist/components/data/contracts.js";
import type { SlotValue } from "../../dist/registry/component.js";
import { Context } from "../../dist/registry/context.js";
import { loadConfig } from "../../dist/registry/load-config.js";
import type { Registry } from "../../dist/registry/registry.js";
import { defaultRegistry } from "../../dist/tasks/builtins.js";
import { root } from "./environment.js";

/** A run to be repeated by a peer. */
export interface PeerRun {
  /** The config's name. */
  readonly config: string;
  readonly sets: readonly string[];
  /** The pretrained model's folder. */
  readonly model: string;
  /** The figure by which the peer chooses its epoch. */
  readonly figure: string;
  /** Takes the files that are made for the peer alone. */
  readonly folder: string;
}

/** What stands at a path in a task; "*" is the component in a slot, whatever its name. */
type Get = (path: string) => unknown;

const [OPTIMIZER, SCHEDULER] = [
  "trainer.Trainer.optimizer.AdamW",
  "trainer.Trainer.scheduler.PolynomialDecayScheduler",
];
const BATCHER = "data.Data.batcher.PoolingBatcher";
const QUESTION_COLUMNS = ["question", "doc", "answers", "answer_starts"];

/** The one group of parameters that the peers know, but for the multiple of the rate. */
const HEAD: Readonly<Record<string, string | number | null>> = {
  match: "/decoder/",
  lr: null,
  lr_multiplier: null,
  weight_decay: null,
};

/** What the peers do without being told, by its place in a task. */
const ASSUMED: readonly (readonly [path: string, value: unknown])[] = [
  ["trainer.Trainer.load_best_model_after_train", true],
  ["trainer.Trainer.early_stop_after", 0],
  ["trainer.Trainer.num_accumulated_batches", 1],
  ["trainer.Trainer.max_clip_value", null],
  ["trainer.Trainer.freeze", []],
  ["trainer.Trainer.gradual_unfreezing", null],
  ["trainer.Trainer.weight_averaging", null],
  [`${OPTIMIZER}.beta1`, 0.9],
  [`${OPTIMIZER}.beta2`, 0.999],
  [`${OPTIMIZER}.eps`, 1e-8],
  [`${SCHEDULER}.total_steps`, null],
  [`${SCHEDULER}.end_learning_rate`, 0],
  [`${SCHEDULER}.power`, 1],
  ["data.Data.train_fraction", 1],
  [`${BATCHER}.pool_num_batches`, 100],
  [`${BATCHER}.bucket_width`, 8],
  [`${BATCHER}.max_tokens`, null],
  ["model.*.encoder.TransformerEncoder.adapter", null],
];

/**
 * The settings of a peer that trains with the schedule of a config. Throws where the config says what no peer does: the two
 * would not be comparable.
 */
export async function peerSettings(run: PeerRun): Promise<object> {
  const registry = defaultRegistry();
  const { config } = loadConfig(join(root, "configs", `${run.config}.json`), registry, { set: run.sets });
  const [name, task] = Object.entries(config.task)[0]!;
  const get: Get = (path) =>
    path
      .split(".")
      .reduce<unknown>(
        (at, key) =>
          key === "*"
            ? Object.values((at ?? {}) as object)[0]
            : (at as Record<string, unknown> | undefined)?.[key],
        task,
      );
  requireFollowed(run.config, get);
  const own =
    name === "SquadQATask" ? await questionSettings(registry, get, run.folder) : textSettings(get, run);
  return { ...commonSettings(get, run), ...own };
}

function requireFollowed(config: string, get: Get): void {
  const refuse = (path: string, known: string): never => {
    throw new Error(
      `configs/${config}.json: ${path} is ${JSON.stringify(get(path))}; the peers know only ${known}`,
    );
  };
  for (const [path, value] of ASSUMED)
    if (JSON.stringify(get(path)) !== JSON.stringify(value)) refuse(path, JSON.stringify(value));
  const groups = `${OPTIMIZER}.parameter_groups`;
  const [first = HEAD, ...others] = get(groups) as (typeof HEAD)[];
  if (others.length > 0 || JSON.stringify({ ...first, lr_multiplier: null }) !== JSON.stringify(HEAD))
    refuse(groups, "a multiple of the rate for /decoder/");
  const pooling = get("model.*.pooling");
  if (pooling !== undefined && !Object.hasOwn((pooling ?? {}) as object, "MeanPool"))
    refuse("model.*.pooling", "MeanPool");
}

function commonSettings(get: Get, { model, figure }: PeerRun): object {
  const [group] = get(`${OPTIMIZER}.parameter_groups`) as { lr_multiplier: number }[];
  const dropouts = ["hidden_dropout_prob", "attention_probs_dropout_prob"].map(
    (name) => [name, get(`model.*.encoder.*.${name}`)] as const,
  );
  return {
    model,
    figure,
    dropouts: Object.fromEntries(dropouts),
    max_seq_len: get("model.*.inputs.tokens.*.max_seq_len"),
    batch_size: get(`${BATCHER}.train_batch_size`),
    epochs: get("trainer.*.epochs"),
    lr: get(`${OPTIMIZER}.lr`),
    weight_decay: get(`${OPTIMIZER}.weight_decay`),
    layer_decay: get(`${OPTIMIZER}.layer_decay`),
    head_multiplier: group?.lr_multiplier ?? 1,
    warmup_steps: get(`${SCHEDULER}.warmup_steps`),
    max_clip_norm: get("trainer.*.max_clip_norm"),
  };
}

/** For torch_fine_tuning.py. */
function textSettings(get: Get, { figure }: PeerRun): object {
  const columns = get("model.*.inputs.tokens.*.columns") as string[];
  const positive = get("model.*.inputs.positive");
  return {
    files: tableFiles(get),
    texts: typeof positive === "string" ? [...columns, positive] : columns,
    label: get("model.*.inputs.labels.*.column"),
    regression: figure === "spearman",
    score_range: get("model.*.loss.*.score_range") ?? null,
    squash_to_range: get("model.*.output_layer.*.squash_to_range") ?? null,
    label_smoothing: get("model.*.output_layer.*.loss.*.label_smoothing") ?? 0,
    dropout: get("model.*.dropout") ?? 0,
    eval_fraction: get("data.*.eval_fraction"),
  };
}

/** The files of a task with their columns, by split. */
function tableFiles(get: Get): object {
  const source = "data.*.source.*";
  const files = ["train", "eval", "test"].flatMap((split) => {
    const own = get(`${source}.${split}`) === undefined ? source : `${source}.${split}.*`;
    const path = get(`${own}.${split}_filename`);
    if (path === null) return [];
    const named = { field_names: get(`${own}.field_names`), column_mapping: get(`${own}.column_mapping`) };
    return [[split, { path, ...named }] as const];
  });
  return Object.fromEntries(files);
}

/** For torch_squad.py. */
async function questionSettings(registry: Registry, get: Get, folder: string): Promise<object> {
  return {
    files: await questionFiles(registry, get("data.*.source") as SlotValue<"data_source">, folder),
    max_query_length: get("model.*.inputs.tokens.*.max_query_length"),
    doc_stride: get("model.*.inputs.tokens.*.doc_stride"),
    max_answer_length: get("model.*.output_layer.*.max_answer_length"),
  };
}

/** Writes the questions of each split, chosen as in our training, as JSON Lines. */
async function questionFiles(
  registry: Registry,
  slot: SlotValue<"data_source">,
  folder: string,
): Promise<object> {
  const log = { info: () => {}, warn: (line: string) => process.stderr.write(`${line}\n`) };
  const context = new Context(registry, { log, settings: { seed: 0, threads: 1 } });
  const { component, config } = context.part("data_source", slot);
  const source = component.create(config, context);
  const files: Record<string, { readonly path: string }> = {};
  for (const split of SPLITS.filter((name) => source.has(name))) {
    const lines: string[] = [];
    for await (const { values } of source.rows(split, QUESTION_COLUMNS))
      lines.push(`${JSON.stringify(values)}\n`);
    const path = join(folder, `${split}.jsonl`);
    writeFileSync(path, lines.join(""));
    files[split] = { path };
  }
  return files;
}
