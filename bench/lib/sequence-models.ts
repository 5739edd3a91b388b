/** @file Tagger, joint model and language model as configs of ours; `peers/torch_sequence_models.py` holds their twins. */
import { SIZES } from "./batches.js";
import { type StreamFiles, type TaggedFiles, type TaggedSizes, typeNames } from "./sequence-batches.js";

export const TITLES = {
  tagger: "BiLSTM (2 x 128) with a CRF of 19 tags, batches of 32",
  joint: "BiLSTM (2 x 128), self-attention (64) for 7 intents, softmax for 73 tags, batches of 32",
  lm: "language model, LSTM of 2 x 200, all 10,000 words in the softmax, 20 streams of 20 tokens a step, SGD with clipping",
} as const;
export type SequenceModel = keyof typeof TITLES;

/** 19 tags. */
export const TAGGER_SIZES: Omit<TaggedSizes, "tokens"> = { ...SIZES, batch: 32, labels: 7, types: 9 };
/** 73 tags, as many as the intents of a voice assistant need. */
export const JOINT_SIZES: TaggedSizes = { ...SIZES, batch: 32, labels: 7, types: 36 };
/** Zaremba et al. (2014), small. */
export const LM_SIZES = { batch: 20, tokens: 20, vocab: 10_000, width: 200, layers: 2 } as const;

/** What of a config differs between benchmarks. */
export interface SequenceParts {
  readonly threads: number;
  readonly batcher: object;
  readonly channels?: readonly object[];
}

const LSTM = { BiLSTM: { lstm_dim: 128, dropout: 0 } };
const wordInput = (words: string): object => ({
  TokenTensorizer: { vocab: { build_from_data: false, vocab_files: [{ filepath: words }] } },
});
const tagInput = (column: string, sizes: TaggedSizes): object => ({
  SlotLabelTensorizer: { format: "tags", column, labels: typeNames(sizes) },
});
const ADAM = { Trainer: { epochs: 1, optimizer: { Adam: { lr: 0.001 } } } };

/** A config that trains one epoch with Adam. */
export function taggerConfig(
  files: TaggedFiles,
  sizes: TaggedSizes,
  { threads, batcher, channels = [] }: SequenceParts,
): object {
  const columns = { text: files.text, tags: files.tags };
  return {
    version: 1,
    threads,
    task: {
      WordTaggingTask: {
        data: { Data: { source: { ParallelFilesDataSource: { train: columns } }, batcher } },
        model: {
          WordTaggingModel: {
            inputs: { tokens: wordInput(files.words), labels: tagInput("tags", sizes) },
            representation: { BiLSTMSlotAttention: { lstm: LSTM, dropout: 0.4 } },
            output_layer: { CRFOutputLayer: {} },
          },
        },
        trainer: ADAM,
        channels,
      },
    },
  };
}

/** As `taggerConfig`. */
export function jointConfig(
  files: TaggedFiles,
  sizes: TaggedSizes,
  { threads, batcher, channels = [] }: SequenceParts,
): object {
  const columns = { text: files.text, slots: files.tags, intent: files.intents };
  const pooling = { SelfAttention: { attn_dimension: 64, dropout: 0 } };
  return {
    version: 1,
    threads,
    task: {
      IntentSlotTask: {
        data: { Data: { source: { ParallelFilesDataSource: { train: columns } }, batcher } },
        model: {
          IntentSlotModel: {
            inputs: { tokens: wordInput(files.words), slots: tagInput("slots", sizes) },
            representation: { BiLSTMDocSlotAttention: { lstm: LSTM, pooling, dropout: 0.4 } },
            word_output_layer: { WordTaggingOutputLayer: {} },
          },
        },
        trainer: ADAM,
        channels,
      },
    },
  };
}

/** A config that trains many epochs with plain SGD, gradients clipped to a norm of 5. */
export function languageConfig(
  files: StreamFiles,
  { threads, channels = [] }: Omit<SequenceParts, "batcher">,
): object {
  const { batch, tokens, width, layers } = LM_SIZES;
  const vocab = { build_from_data: false, vocab_files: [{ filepath: files.words }] };
  return {
    version: 1,
    threads,
    task: {
      LMTask: {
        data: {
          LanguageModelData: {
            source: { TextDataSource: { train_filename: files.text } },
            batch_size: batch,
            bptt: tokens,
          },
        },
        model: {
          LMLSTM: {
            inputs: { tokens: { RunningTextTensorizer: { tokenizer: "WhitespaceTokenizer", vocab } } },
            embedding: { WordEmbedding: { embed_dim: width } },
            lstm_dim: width,
            num_layers: layers,
          },
        },
        trainer: { Trainer: { epochs: 1000, max_clip_norm: 5, optimizer: { SGD: { lr: 1 } } } },
        channels,
      },
    },
  };
}
