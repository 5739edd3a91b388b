import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isPieceTensorizer, type PieceTensorizer } from "../components/data/contracts.js";
import { huggingFaceModel } from "../components/encoders/hugging-face/write-folder.js";
import { encoderOfRun } from "../components/encoders/run-weights.js";
import { type Sizes, sizesOf } from "../components/encoders/transformer-options.js";
import { replaceFiles } from "../graph/replace-file.js";
import { writeSafetensors } from "../graph/safetensors.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { Registry } from "../registry/registry.js";
import { choosePart, deploymentGraph, inputsOf } from "../tasks/deployment.js";
import { sentenceFiles } from "../tasks/embed/sentence-settings.js";
import { openRun } from "../tasks/open-task.js";
import type { ModelTask } from "../tasks/task.js";
import type { PieceTokenizer } from "../text/pieces/piece-tokenizer.js";
import { WordPiece } from "../text/pieces/wordpiece.js";

/** What to export, and how. */
export interface HuggingFaceOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** Which of several models that were trained together. */
  readonly task?: string;
}

/**
 * Writes a run's encoder as a folder that Hugging Face's Transformers reads: config.json, model.safetensors, and the
 * tokenizer. What stands on the encoder stays behind, but for the head for masked pieces. Of a run that gives vectors of texts
 * the folder is one of sentence-transformers, too. Gives the files' paths; throws `PTX_EXPORT` for a run without such an encoder.
 */
export async function exportHuggingFace(
  run: string,
  folder: string,
  { registry, log, task }: HuggingFaceOptions,
): Promise<string[]> {
  const open = await openRun(run, registry, log, task);
  const part = choosePart(open.task, task);
  // What is built of a finished run has its adapter in its matrices.
  deploymentGraph(open, part, { input: "ids" });
  const { config: sizes, prefix, values, others } = encoderOfRun(run, open.parameters.feeds());
  const { config, tensors } = huggingFaceModel(sizes, values, `${run}  ${prefix}`);
  if (others.length > 0) log.info(`not exported, as it is no part of the encoder: ${others.join(", ")}`);
  const tokenizer = tokenizerOf(part);
  const files = {
    "config.json": json(config),
    ...tokenizerFiles(tokenizer.tokenizer, sizesOf(sizes)),
    ...sentenceModules(part, sizesOf(sizes), tokenizer.most, log),
  };
  await mkdir(folder, { recursive: true });
  for (const name of Object.keys(files)) await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeSafetensors(join(folder, "model.safetensors"), tensors, { metadata: { format: "pt" } });
  const written = Object.entries(files).map(([name, text]) => ({
    path: join(folder, name),
    pieces: [Buffer.from(text)],
  }));
  await replaceFiles(written);
  return [...written.map(({ path }) => path), join(folder, "model.safetensors")];
}

/** What says how the vectors of a run of sentence embeddings are made, as sentence-transformers reads it; nothing for others. */
function sentenceModules(
  { sentence: form }: ModelTask,
  { hidden_size: dim, max_position_embeddings, position_offset }: Sizes,
  most: number | null,
  log: Log,
): Record<string, string> {
  if (form === undefined) return {};
  const maxSeqLen = most ?? max_position_embeddings - position_offset;
  const files = sentenceFiles({ form, dim, maxSeqLen });
  if (files === undefined) {
    log.warn(
      "the folder holds the encoder alone: sentence-transformers' modules have no words for this model's pooling or projection",
    );
    return {};
  }
  return Object.fromEntries(Object.entries(files).map(([name, value]) => [name, json(value)]));
}

function tokenizerOf(part: ModelTask): PieceTensorizer {
  const found = inputsOf(part)
    .map(([, tensorizer]) => tensorizer)
    .find(isPieceTensorizer);
  if (found !== undefined) return found;
  throw ptxError("PTX_EXPORT", "model.inputs", "none of the inputs cuts texts into an encoder's pieces");
}

/** BERT's vocab.txt with what the tokenizer does to texts, or a tokenizer.json. */
function tokenizerFiles(tokenizer: PieceTokenizer, sizes: Sizes): Record<string, string> {
  const { cutter, pieces } = tokenizer;
  if (!(cutter instanceof WordPiece)) return { "tokenizer.json": json(tokenizer) };
  const { lowercase, stripAccents, splitChinese } = cutter.options;
  const settings = {
    tokenizer_class: "BertTokenizer",
    do_lower_case: lowercase,
    strip_accents: stripAccents,
    tokenize_chinese_chars: splitChinese,
    model_max_length: sizes.max_position_embeddings - sizes.position_offset,
    ...(sizes.type_vocab_size === 0 && { model_input_names: ["input_ids", "attention_mask"] }),
  };
  return { "vocab.txt": `${pieces.join("\n")}\n`, "tokenizer_config.json": json(settings) };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
