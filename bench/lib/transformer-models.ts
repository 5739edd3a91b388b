/** @file Classifiers on Transformer encoders with random weights as configs of ours; `peers/torch_transformer.py` holds their twins. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BatchFiles, zipfBatches } from "./batches.js";

/** The sizes of an encoder. */
export interface EncoderShape {
  readonly title: string;
  readonly hidden: number;
  readonly layers: number;
  readonly feedForward: number;
}

export const SHAPES = {
  minilm: { title: "MiniLM-L6's shape", hidden: 384, layers: 6, feedForward: 1536 },
  bert: { title: "BERT-base's shape", hidden: 768, layers: 12, feedForward: 3072 },
} as const satisfies Readonly<Record<string, EncoderShape>>;
export type ShapeName = keyof typeof SHAPES;

/** Attentions side by side in a layer: 12 in both shapes. */
const HEADS = 12;
/** BERT's table of pieces. */
export const PIECES = 30_522;
export const LABELS = 6;

/** The first four ids are BERT's special pieces in this order; ids of the made-up batches begin with 2. */
const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
const [CLS, SEP] = [2, 3];

/** Files of 50 batches whose rows have at most so many pieces: half of the rows as many, the others half of that or more. */
export function writePieces(folder: string, batch: number, pieces: number): BatchFiles {
  const files = {
    batches: join(folder, "batches.jsonl"),
    rows: join(folder, "rows.tsv"),
    words: join(folder, "vocab.txt"),
  };
  const sizes = { batch, batches: 50, tokens: pieces - 2, vocab: PIECES - 2, labels: LABELS };
  const batches = zipfBatches(sizes, batch).map(({ ids, lengths, labels }) => ({
    ids: ids.map((row) => [CLS, ...row.map((id) => id + 2), SEP]),
    lengths: lengths.map((length) => length + 2),
    labels,
  }));
  writeFileSync(files.batches, batches.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const text = (row: readonly number[]): string =>
    row
      .slice(1, -1)
      .map((id) => `w${id}`)
      .join(" ");
  const rows = batches.flatMap(({ ids, labels }) => ids.map((row, i) => `l${labels[i]}\t${text(row)}\n`));
  writeFileSync(files.rows, rows.join(""));
  const vocabulary = Array.from({ length: PIECES }, (_, id) => SPECIAL[id] ?? `w${id}`);
  writeFileSync(files.words, `${vocabulary.join("\n")}\n`);
  return files;
}

/** A config that trains one epoch with AdamW, gradients clipped to a norm of 1, BERT's dropout of 0.1. */
export function transformerConfig(
  { rows, words }: BatchFiles,
  { hidden, layers, feedForward }: EncoderShape,
  {
    threads,
    batch,
    ...encoder
  }: { readonly threads: number; readonly batch: number; readonly gradient_checkpointing?: boolean },
): object {
  return {
    version: 1,
    threads,
    task: {
      NewBertClassificationTask: {
        data: {
          Data: {
            source: { TSVDataSource: { field_names: ["label", "text"], train_filename: rows } },
            batcher: { FixedBatches: { size: batch } },
          },
        },
        model: {
          NewBertModel: {
            inputs: { tokens: { BERTTensorizer: { vocab_file: words } } },
            encoder: {
              TransformerEncoder: {
                hidden_size: hidden,
                num_hidden_layers: layers,
                num_attention_heads: HEADS,
                intermediate_size: feedForward,
                ...encoder,
              },
            },
          },
        },
        trainer: {
          Trainer: {
            epochs: 1,
            max_clip_norm: 1,
            optimizer: { AdamW: { lr: 0.00002, weight_decay: 0.01 } },
          },
        },
        channels: [{ TurnChannel: {} }],
      },
    },
  };
}
