/** @file The two classifiers as configs of ours; `peers/torch_models.py` holds their twins. */
import type { BatchFiles } from "./batches.js";

export const MODELS = ["docnn", "bilstm"] as const;
export type ModelName = (typeof MODELS)[number];

export const TITLES: Readonly<Record<ModelName, string>> = {
  docnn: "DocNN (100-dim words, 3 x 100 filters over 3, 4, 5 words)",
  bilstm: "BiLSTM (2 x 128) with self-attention (64)",
};

const representations: Readonly<Record<ModelName, object>> = {
  docnn: { DocNNRepresentation: { kernel_sizes: [3, 4, 5], kernel_num: 100, dropout: 0.4 } },
  bilstm: {
    BiLSTMDocAttention: {
      lstm: { BiLSTM: { lstm_dim: 128, dropout: 0 } },
      pooling: { SelfAttention: { attn_dimension: 64, dropout: 0 } },
      dropout: 0.4,
    },
  },
};

/** What of a config differs between benchmarks. */
export interface ConfigParts {
  readonly model: ModelName;
  /** Two columns, label and text, without a header. */
  readonly rows: string;
  readonly threads: number;
  readonly batcher: object;
  readonly channels?: readonly object[];
  /** A vocabulary of these words in their order; without it, of all words of the rows. */
  readonly words?: string;
}

/** A config that trains one epoch with Adam. */
export function configOf({ model, rows, threads, batcher, channels = [], words }: ConfigParts): object {
  const vocab = words === undefined ? {} : { build_from_data: false, vocab_files: [{ filepath: words }] };
  return {
    version: 1,
    threads,
    task: {
      DocumentClassificationTask: {
        data: {
          Data: {
            source: { TSVDataSource: { field_names: ["label", "text"], train_filename: rows } },
            batcher,
          },
        },
        model: {
          DocModel: {
            inputs: { tokens: { TokenTensorizer: { vocab } } },
            representation: representations[model],
          },
        },
        trainer: { Trainer: { epochs: 1, optimizer: { Adam: { lr: 0.001 } } } },
        channels,
      },
    },
  };
}

/** As `configOf`, over the files that both sides share. */
export const sharedConfig = (files: BatchFiles, parts: Omit<ConfigParts, "rows" | "words">): object =>
  configOf({ ...parts, rows: files.rows, words: files.words });
