/** @file Small exported files of each kind, as programs that are not ours are given them, and texts to try them on. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import type { QuantizedForm } from "../../src/exporters/quantize/forms.js";
import { silentLog, train } from "../../src/library.js";
import { stream } from "../../src/registry/random.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import type { Prediction } from "../../src/tasks/prediction.js";
import type { OffsetUnit } from "../../src/text/offsets.js";

/** What a file gives: one label a text, several, tags, or a label and tags; and what it reads besides words: bytes, n-grams of characters. */
export const KINDS = ["label", "labels", "tags", "joint", "bytes", "ngrams"] as const;
export type Kind = (typeof KINDS)[number];

/** Ordinary texts and odd ones, each of one line, and the empty one. */
export const TEXTS: readonly string[] = [
  "wake me at seven",
  "Set an ALARM for half past ten, please!",
  "how cold is São Paulo at noon",
  "will it rain in New York",
  "wake",
  "",
  " \u00a0 ",
  "🍕 wake me 👩‍👩‍👧 at seven ⏰ 🇳🇴",
  "明天早上七点叫醒我",
  "会下雨吗 北京 at noon",
  "cafe\u0301 in Zu\u0308rich e\u0301\u0302\u0323 at seven",
  "İstanbul ß ẞ ΟΔΟΣ ﬁ Ⅳ in New York",
  "مرحبا بالعالم שלום ภาษาไทย in Oslo",
  "tab\tinside zero\u200bwidth line\u2028separator next\u0085line \u001b[31m",
  "nul\u0000in wake\u0000 me",
  "quotes ' \" and back\\slash <b>tags</b> & more",
  "will it rain in Oslo ".repeat(60).trim(),
];

const PLACES = ["Oslo", "New York", "São Paulo", "北京"];
const TIMES = ["seven", "noon", "half past ten", "six 30"];
const REQUESTS: readonly (readonly [label: string, ...pieces: string[]])[] = [
  ["alarm", "wake me at ", "time"],
  ["alarm", "set an alarm for ", "time", " please"],
  ["weather", "will it rain in ", "place"],
  ["weather", "how cold is ", "place", " at ", "time"],
];

/** Requests with their labels and the places of what fills them. */
function rows(count: number, seed: number): object[] {
  const random = stream(seed, "requests");
  const pick = <T>(from: readonly T[]): T => from[random.int(from.length)]!;
  return Array.from({ length: count }, () => {
    const [label, ...pieces] = pick(REQUESTS);
    const topics: string[] = [label];
    const slots: string[] = [];
    let text = "";
    for (const piece of pieces) {
      const filler = piece === "time" ? pick(TIMES) : piece === "place" ? pick(PLACES) : undefined;
      if (filler !== undefined) {
        slots.push(`${text.length}:${text.length + filler.length}:${piece}`);
        if (piece === "time") topics.push("timed");
      }
      text += filler ?? piece;
    }
    return { text, label, topics, slots: slots.join(",") };
  });
}

const embedding = { WordEmbedding: { embed_dim: 8 } };
const lstm = { BiLSTM: { lstm_dim: 8, dropout: 0 } };
const slots = { SlotLabelTensorizer: { format: "slots", offset_unit: "utf16" } };
const tasks: Readonly<Record<Kind, readonly [task: string, model: object]>> = {
  label: [
    "DocumentClassificationTask",
    {
      DocModel: { embedding, representation: { DocNNRepresentation: { kernel_num: 6, kernel_sizes: [2] } } },
    },
  ],
  bytes: [
    "DocumentClassificationTask",
    {
      DocModel: {
        inputs: { chars: "ByteTokenTensorizer" },
        embedding: {
          EmbeddingList: { embeddings: [embedding, { CharacterEmbedding: { embed_dim: 4, kernel_num: 4 } }] },
        },
      },
    },
  ],
  ngrams: [
    "DocumentClassificationTask",
    {
      BagOfNGramsModel: {
        inputs: { ngrams: { NGramTensorizer: { char_ngrams: { min: 2, max: 4 } } } },
        embed_dim: 6,
      },
    },
  ],
  labels: [
    "DocumentClassificationTask",
    {
      DocModel: {
        embedding,
        inputs: { labels: { LabelListTensorizer: { column: "topics" } } },
        output_layer: { MultiLabelClassificationOutputLayer: {} },
      },
    },
  ],
  tags: [
    "WordTaggingTask",
    {
      WordTaggingModel: {
        embedding,
        inputs: { labels: slots },
        representation: lstm,
        output_layer: "WordTaggingOutputLayer",
      },
    },
  ],
  joint: [
    "IntentSlotTask",
    {
      IntentSlotModel: {
        inputs: {
          chars: "CharacterTokenTensorizer",
          slots,
          intent: { LabelTensorizer: { column: "label" } },
        },
        embedding: {
          EmbeddingList: { embeddings: [embedding, { CharacterEmbedding: { embed_dim: 4, kernel_num: 4 } }] },
        },
        representation: { BiLSTMDocSlotAttention: { lstm, dropout: 0 } },
        word_output_layer: "CRFOutputLayer",
      },
    },
  ],
};

const registry = defaultRegistry();

/** Trains a model of a kind for a second or two; the run's folder. */
export async function trained(folder: string, kind: Kind): Promise<string> {
  const files = ["train", "eval", "test"].map((split, seed) => {
    const path = join(folder, `${split}.jsonl`);
    const some = rows(split === "train" ? 120 : 20, seed);
    writeFileSync(path, some.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return [`${split}_filename`, path] as const;
  });
  const [task, model] = tasks[kind];
  const config = {
    version: 1,
    threads: 1,
    task: {
      [task]: {
        data: {
          source: { JSONLDataSource: Object.fromEntries(files) },
          batcher: { PoolingBatcher: { train_batch_size: 8 } },
        },
        model,
        trainer: { epochs: 6, optimizer: { Adam: { lr: 0.02 } } },
        channels: [],
      },
    },
  };
  const run = join(folder, kind);
  await train(config, { output: run, registry });
  return run;
}

/** Exports a run into a file that takes texts; its path. */
export async function exported(
  run: string,
  unit: OffsetUnit = "utf16",
  { quantize, ort = false }: { readonly quantize?: QuantizedForm; readonly ort?: boolean } = {},
): Promise<string> {
  const onnx = `${run}-${unit}${quantize === undefined ? "" : `-${quantize}`}.onnx`;
  const targets = { onnx, ...(ort && { ort: inOrtFormat(onnx) }) };
  await exportOnnx(run, targets, { registry, log: silentLog, unit, ...(quantize && { quantize }) });
  return onnx;
}

/** What stands beside an exported file on request: the same in ONNX Runtime's own format. */
export const inOrtFormat = (file: string): string => file.replace(/onnx$/, "ort");

/** The labels of a prediction with their scores, the best or all that hold; none of a tagger. */
export function labelsOf({
  label,
  labels,
  scores = {},
  intent,
  intent_score,
}: Prediction): [string, number][] {
  if (intent !== undefined) return [[intent, intent_score!]];
  const held = labels ?? (label === undefined ? [] : [label]);
  return held.map((name) => [name, scores[name]!]);
}
