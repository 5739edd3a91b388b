/**
 * @file Training steps of a tagger with a CRF, a joint model of intents and slots, and a language model, beside PyTorch's.
 * Usage: npx jiti bench/sequence-training.ts [--threads 2] [--rounds 15]
 */
import { SIZES } from "./lib/batches.js";
import { type Peer, trainingDuel } from "./lib/duel.js";
import { type BenchOptions, benchOptions, inScratchFolder, isProgram, machine } from "./lib/environment.js";
import { judged, number, table } from "./lib/markdown.js";
import { tagCount, taggedBatches, writeStream, writeTagged } from "./lib/sequence-batches.js";
import {
  JOINT_SIZES,
  jointConfig,
  LM_SIZES,
  languageConfig,
  type SequenceModel,
  TAGGER_SIZES,
  TITLES,
  taggerConfig,
} from "./lib/sequence-models.js";

/** Largest ratio of our median to that of the peer that is judged. */
const LIMIT = 0.6;

/** How a model is compared. */
interface Contest {
  /** Steps a turn: about half a second. */
  readonly steps: number;
  /** The first is judged. */
  readonly peers: Readonly<Record<string, readonly string[]>>;
  /** Writes the data and gives our config and the peers' options. */
  prepare(folder: string, threads: number): { readonly config: object; readonly common: readonly string[] };
}

const channels = [{ TurnChannel: {} }];

const CONTESTS: Readonly<Record<SequenceModel, Contest>> = {
  tagger: {
    steps: 24,
    peers: {
      "PyTorch, two LSTMs over flipped rows, pytorch-crf": ["--packing", "flip"],
      "PyTorch, pack_padded_sequence, pytorch-crf (usual)": ["--packing", "packed"],
      "PyTorch, flipped rows, our own CRF as a tree (fastest)": ["--packing", "flip", "--crf", "tree"],
    },
    prepare(folder, threads) {
      const sizes = { ...TAGGER_SIZES, tokens: SIZES.tokens };
      const files = writeTagged(folder, taggedBatches(sizes, 1), sizes);
      const batcher = { FixedBatches: { size: sizes.batch } };
      return {
        config: taggerConfig(files, sizes, { threads, batcher, channels }),
        common: ["--data", files.batches, "--labels", `${tagCount(sizes)}`],
      };
    },
  },
  joint: {
    steps: 24,
    peers: {
      "PyTorch, two LSTMs over flipped rows (fastest)": ["--packing", "flip"],
      "PyTorch, pack_padded_sequence (usual)": ["--packing", "packed"],
    },
    prepare(folder, threads) {
      const files = writeTagged(folder, taggedBatches(JOINT_SIZES, 1), JOINT_SIZES);
      const batcher = { FixedBatches: { size: JOINT_SIZES.batch } };
      return {
        config: jointConfig(files, JOINT_SIZES, { threads, batcher, channels }),
        common: ["--data", files.batches, "--labels", `${tagCount(JOINT_SIZES)}`],
      };
    },
  },
  lm: {
    steps: 8,
    peers: {
      "PyTorch, cross_entropy, fused SGD": ["--softmax", "cross_entropy"],
      "PyTorch, log_softmax, update by hand (usual)": ["--softmax", "nll", "--sgd", "loop"],
      "PyTorch, softmax and its gradient in place (fastest)": ["--softmax", "in_place"],
    },
    prepare(folder, threads) {
      const { batch, tokens, vocab, width, layers } = LM_SIZES;
      const files = writeStream(folder, 400 * batch * tokens, vocab, 1);
      const shape = ["--batch", `${batch}`, "--tokens", `${tokens}`, "--width", `${width}`];
      return {
        config: languageConfig(files, { threads, channels }),
        common: ["--data", files.ids, "--layers", `${layers}`, ...shape],
      };
    },
  },
};

/** A Markdown section. */
export async function sequenceTraining({ threads, rounds }: BenchOptions): Promise<string> {
  const models = Object.keys(CONTESTS) as SequenceModel[];
  const rows: string[][] = [];
  for (const count of threads)
    for (const model of models) rows.push(...(await contest(model, count, rounds)));
  const head = ["step", "threads", "p50 ms", "p90 ms", "min ms", "peak MB", `ours / it (<= ${LIMIT})`];
  const titles = models.map((model) => `${model} = ${TITLES[model]}`).join("; ");
  return `### Training step of sequence models\n\n${titles}. Adam where nothing else is said. Medians over ${rounds} rounds of the rounds' figures; ratio: median of the rounds' ratios.\n\n${table(head, rows)}\n`;
}

async function contest(model: SequenceModel, threads: number, rounds: number): Promise<string[][]> {
  const { steps, peers, prepare } = CONTESTS[model];
  return inScratchFolder(async (folder) => {
    const { config, common } = prepare(folder, threads);
    const all = await trainingDuel({
      ...{ config, folder, rounds, steps },
      peers: Object.entries(peers).map(
        ([name, options]): Peer => ({ name, program: "torch_sequences.py", options }),
      ),
      common: ["--model", model, "--threads", `${threads}`, "--vocab", `${SIZES.vocab}`, ...common],
    });
    const [we] = all;
    return all.map((it, i) => [
      `${model}: ${it.name}`,
      `${threads}`,
      number(it.typical("p50")),
      number(it.typical("p90")),
      number(it.typical("min")),
      number(it.peakMb()),
      i === 0 ? "" : i === 1 ? judged(we.ratioTo(it), LIMIT) : we.ratioTo(it).toFixed(2),
    ]);
  });
}

if (isProgram(import.meta.url)) {
  const options = benchOptions({ threads: [2], rounds: 15 });
  console.log(`${machine()}\n`);
  console.log(await sequenceTraining(options));
}
