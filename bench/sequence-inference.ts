/**
 * @file Tags of one sentence at a time from a BiLSTM with a CRF, Viterbi included, beside PyTorch's.
 * Usage: npx jiti bench/sequence-inference.ts [--threads 1,2] [--rounds 15]
 */
import { SIZES } from "./lib/batches.js";
import { inferenceDuel, type OurWay, type Peer } from "./lib/duel.js";
import { type BenchOptions, benchOptions, inScratchFolder, isProgram, machine } from "./lib/environment.js";
import { judged, number, table } from "./lib/markdown.js";
import { tagCount, taggedBatches, writeTagged } from "./lib/sequence-batches.js";
import { TAGGER_SIZES, taggerConfig } from "./lib/sequence-models.js";
import { trainAndExport } from "./lib/train-and-export.js";

/** Largest ratio of our median (ids in) to that of PyTorch's eager mode with pytorch-crf. */
const LIMIT = 0.4;
const STEPS = 300;

const OURS: readonly OurWay[] = [
  { name: "pytext-ts run, ids in", variant: "run-ids" },
  { name: "pytext-ts run, text in", variant: "run-text" },
  { name: "exported file in onnxruntime, text in", variant: "session-text" },
  { name: "pytext-ts exported file, text in", variant: "file-text" },
];

const peer = (name: string, ...options: string[]): Peer => ({
  name,
  program: "torch_sequences.py",
  options,
});
/** The first is judged. */
const PEERS: readonly Peer[] = [
  peer("PyTorch eager, pytorch-crf", "--runtime", "eager"),
  peer("PyTorch traced and frozen, pytorch-crf", "--runtime", "jit"),
  peer("PyTorch traced and frozen, Viterbi in TorchScript", "--runtime", "jit", "--viterbi", "script"),
  peer("PyTorch traced and frozen, Viterbi in numpy (fastest)", "--runtime", "jit", "--viterbi", "numpy"),
];

/** A Markdown section. */
export async function sequenceInference({ threads, rounds }: BenchOptions): Promise<string> {
  const rows: string[][] = [];
  for (const count of threads) rows.push(...(await duel(count, rounds)));
  const head = [
    "one sentence to its tags",
    "threads",
    "p50 ms",
    "p90 ms",
    "p99 ms",
    `/ eager (ids: <= ${LIMIT})`,
    "/ frozen",
    "/ numpy",
  ];
  return `### BiLSTM-CRF, batch of one, with Viterbi\n\nBiLSTM (2 x 128), 19 tags; the same sentences (half of 24 words, the others of 12 to 24) for all; PyTorch gets ids. Our graph also gives each tag's probability (a forward and a backward pass over the CRF); PyTorch's programs do not. Medians over ${rounds} rounds of ${STEPS} sentences.\n\n${table(head, rows)}\n`;
}

async function duel(threads: number, rounds: number): Promise<string[][]> {
  return inScratchFolder(async (folder) => {
    const sizes = { ...TAGGER_SIZES, tokens: SIZES.tokens };
    const files = writeTagged(folder, taggedBatches(sizes, 1), sizes);
    const model = await trainAndExport(
      folder,
      taggerConfig(files, sizes, { threads, batcher: { PoolingBatcher: {} } }),
    );
    const sized = ["--vocab", `${sizes.vocab}`, "--labels", `${tagCount(sizes)}`, "--threads", `${threads}`];
    const { ours, peers } = await inferenceDuel({
      ...{ ...model, threads, rounds, batches: files.batches, outputs: ["tags"], steps: STEPS },
      ...{ ours: OURS, peers: PEERS, common: ["--model", "tagger", "--data", files.batches, ...sized] },
    });
    const [eager, frozen, , numpy] = peers;
    return [...ours, ...peers].map((it, i) => [
      `tagger: ${it.name}`,
      `${threads}`,
      ...(["p50", "p90", "p99"] as const).map((key) => number(it.typical(key))),
      i === 0 ? judged(it.ratioTo(eager!), LIMIT) : it === eager ? "" : it.ratioTo(eager!).toFixed(2),
      ...[frozen!, numpy!].map((other) => (it === other ? "" : it.ratioTo(other).toFixed(2))),
    ]);
  });
}

if (isProgram(import.meta.url)) {
  const options = benchOptions({ threads: [1, 2], rounds: 15 });
  console.log(`${machine()}\n`);
  console.log(await sequenceInference(options));
}
