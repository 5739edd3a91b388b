/**
 * @file How time and memory of a BiLSTM with a CRF grow with the length of the texts, beside PyTorch's.
 * Usage: npx jiti bench/sequence-lengths.ts [--threads 2] [--rounds 5]
 */
import type { Contestant } from "./lib/contestant.js";
import { inferenceDuel, trainingDuel } from "./lib/duel.js";
import { type BenchOptions, benchOptions, inScratchFolder, isProgram, machine } from "./lib/environment.js";
import { judged, number, table } from "./lib/markdown.js";
import {
  type TaggedFiles,
  type TaggedSizes,
  tagCount,
  taggedBatches,
  writeTagged,
} from "./lib/sequence-batches.js";
import { TAGGER_SIZES, taggerConfig } from "./lib/sequence-models.js";
import { trainAndExport } from "./lib/train-and-export.js";

const LENGTHS = [16, 32, 64, 128, 256, 512];
/** Largest power of the length that time may grow with between the two lengths, over which fixed costs hardly count. */
const LARGEST_POWER = 1.15;
const [SHORT, LONG] = [64, 512];
/** So many words pass in a turn, about half a second's work. */
const TRAINING_WORDS = 16_000;
const INFERENCE_WORDS = 8_000;

/** What was measured of one program at one length. */
interface Cost {
  readonly ms: number;
  readonly peakMb: number;
}

/** Costs by length, of ours and of PyTorch's program. */
interface Growth {
  readonly ours: ReadonlyMap<number, Cost>;
  readonly theirs: ReadonlyMap<number, Cost>;
}

/** A Markdown section. */
export async function sequenceLengths({ threads, rounds }: BenchOptions): Promise<string> {
  const parts: string[] = [];
  for (const count of threads) {
    const training = await grow((tokens) => steps(tokens, count, rounds));
    parts.push(section(`Training step, batches of ${TAGGER_SIZES.batch}, ${count} threads`, training));
    const inference = await grow((tokens) => predictions(tokens, count, rounds));
    parts.push(section(`One sentence with Viterbi, ids in, ${count} threads`, inference));
  }
  return `### Time and memory against length\n\nBiLSTM (2 x 128) with a CRF of 19 tags; half of the texts have the full length, the others at least half of it. PyTorch: training with two LSTMs over flipped rows, prediction eager, both with pytorch-crf. Medians over ${rounds} rounds; memory is the whole process's largest. Power: time grows with the length to this power between ${SHORT} and ${LONG} words (1: linear).\n\n${parts.join("\n")}`;
}

async function grow(
  measure: (tokens: number) => Promise<readonly [Contestant, Contestant]>,
): Promise<Growth> {
  const [ours, theirs] = [new Map<number, Cost>(), new Map<number, Cost>()];
  for (const tokens of LENGTHS) {
    const [we, they] = await measure(tokens);
    ours.set(tokens, { ms: we.typical("p50"), peakMb: we.peakMb() });
    theirs.set(tokens, { ms: they.typical("p50"), peakMb: they.peakMb() });
  }
  return { ours, theirs };
}

function section(title: string, { ours, theirs }: Growth): string {
  const head = [
    "longest text",
    "ours ms",
    "ours us/word",
    "ours MB",
    "PyTorch ms",
    "PyTorch us/word",
    "PyTorch MB",
    "ours / it",
  ];
  const rows = LENGTHS.map((tokens) => {
    const [we, they] = [ours.get(tokens)!, theirs.get(tokens)!];
    const cells = [we, they].flatMap(({ ms, peakMb }) => [
      number(ms),
      number((1000 * ms) / tokens),
      number(peakMb),
    ]);
    return [`${tokens}`, ...cells, (we.ms / they.ms).toFixed(2)];
  });
  const power = (costs: ReadonlyMap<number, Cost>): number =>
    Math.log(costs.get(LONG)!.ms / costs.get(SHORT)!.ms) / Math.log(LONG / SHORT);
  /** MB that each further word of the longest text costs. */
  const slope = (costs: ReadonlyMap<number, Cost>, from: number, to: number): string =>
    ((costs.get(to)!.peakMb - costs.get(from)!.peakMb) / (to - from)).toFixed(2);
  const middle = LONG / 2;
  const memory = (costs: ReadonlyMap<number, Cost>): string =>
    `${slope(costs, SHORT, middle)} then ${slope(costs, middle, LONG)}`;
  const growth = `Power: ours ${judged(power(ours), LARGEST_POWER)}, PyTorch ${power(theirs).toFixed(2)}. MB a further word, ${SHORT} to ${middle} and ${middle} to ${LONG}: ours ${memory(ours)}, PyTorch ${memory(theirs)}.`;
  return `${title}:\n\n${table(head, rows)}\n\n${growth}\n`;
}

/** Data of one length; few batches, as each is large. */
function prepare(folder: string, tokens: number): { files: TaggedFiles; sizes: TaggedSizes } {
  const sizes = { ...TAGGER_SIZES, batches: 10, tokens };
  return { files: writeTagged(folder, taggedBatches(sizes, tokens), sizes), sizes };
}

async function steps(tokens: number, threads: number, rounds: number): Promise<[Contestant, Contestant]> {
  return inScratchFolder(async (folder) => {
    const { files, sizes } = prepare(folder, tokens);
    const batcher = { FixedBatches: { size: sizes.batch } };
    const [we, they] = await trainingDuel({
      ...{ folder, rounds, steps: Math.max(2, Math.round(TRAINING_WORDS / sizes.batch / tokens)) },
      config: taggerConfig(files, sizes, { threads, batcher, channels: [{ TurnChannel: {} }] }),
      peers: [{ name: "PyTorch", program: "torch_sequences.py", options: [] }],
      common: common(files, threads),
    });
    return [we, they!];
  });
}

async function predictions(
  tokens: number,
  threads: number,
  rounds: number,
): Promise<[Contestant, Contestant]> {
  return inScratchFolder(async (folder) => {
    const { files, sizes } = prepare(folder, tokens);
    const config = taggerConfig(files, sizes, { threads, batcher: { PoolingBatcher: {} } });
    const model = await trainAndExport(folder, config);
    const { ours, peers } = await inferenceDuel({
      ...{ ...model, threads, rounds, batches: files.batches, outputs: ["tags"] },
      steps: Math.round(INFERENCE_WORDS / tokens),
      ours: [{ name: "pytext-ts", variant: "run-ids" }],
      peers: [{ name: "PyTorch", program: "torch_sequences.py", options: [] }],
      common: common(files, threads),
    });
    return [ours[0]!, peers[0]!];
  });
}

const common = (files: TaggedFiles, threads: number): string[] => [
  ...["--model", "tagger", "--data", files.batches, "--threads", `${threads}`],
  ...["--vocab", `${TAGGER_SIZES.vocab}`, "--labels", `${tagCount({ ...TAGGER_SIZES, tokens: 1 })}`],
];

if (isProgram(import.meta.url)) {
  const options = benchOptions({ threads: [2], rounds: 5 });
  console.log(`${machine()}\n`);
  console.log(await sequenceLengths(options));
}
