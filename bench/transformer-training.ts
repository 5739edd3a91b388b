/**
 * @file Training steps of a classifier on a Transformer encoder beside those of PyTorch with the package transformers: time and
 * peak memory.
 * Usage: npx jiti bench/transformer-training.ts [--threads 2] [--rounds 5]
 */
import { type Peer, trainingDuel } from "./lib/duel.js";
import { type BenchOptions, benchOptions, inScratchFolder, isProgram, machine } from "./lib/environment.js";
import { judged, number, table } from "./lib/markdown.js";
import {
  LABELS,
  PIECES,
  SHAPES,
  type ShapeName,
  transformerConfig,
  writePieces,
} from "./lib/transformer-models.js";

/** Largest ratio of our median to that of PyTorch's faster form. */
const LIMIT = 1;

const PEERS: readonly Peer[] = ["sdpa", "eager"].map((attention) => ({
  name: `PyTorch, transformers, ${attention} attention, fused AdamW`,
  program: "torch_transformer.py",
  options: ["--attention", attention],
}));

/** Shape, rows, pieces in a row, and steps a turn. */
const CONTESTS: readonly (readonly [ShapeName, number, number, number])[] = [
  ["minilm", 16, 64, 2],
  ["minilm", 16, 16, 4],
  ["bert", 16, 64, 1],
];

/** A Markdown section. */
export async function transformerTraining({ threads, rounds }: BenchOptions): Promise<string> {
  const rows: string[][] = [];
  for (const count of threads)
    for (const [shape, batch, pieces, steps] of CONTESTS)
      rows.push(...(await duel({ shape, batch, pieces, steps, threads: count, rounds })));
  const head = [
    "step",
    "batch",
    "threads",
    "p50 ms",
    "min ms",
    "peak MB",
    `ours / it (fastest: <= ${LIMIT})`,
  ];
  const text = `Random weights, ${PIECES} pieces, ${LABELS} labels, dropout 0.1, AdamW, gradients clipped to a norm of 1. Medians over ${rounds} rounds of the rounds' figures; ratio: median of the rounds' ratios.`;
  return `### Training step of a Transformer\n\n${text}\n\n${table(head, rows)}\n`;
}

interface Duel {
  readonly shape: ShapeName;
  readonly batch: number;
  readonly pieces: number;
  readonly steps: number;
  readonly threads: number;
  readonly rounds: number;
}

async function duel({ shape, batch, pieces, steps, threads, rounds }: Duel): Promise<string[][]> {
  return inScratchFolder(async (folder) => {
    const files = writePieces(folder, batch, pieces);
    const sizes = SHAPES[shape];
    const config = transformerConfig(files, sizes, { threads, batch });
    const options = {
      data: files.batches,
      vocab: PIECES,
      labels: LABELS,
      hidden: sizes.hidden,
      layers: sizes.layers,
      "feed-forward": sizes.feedForward,
      batch,
      threads,
    };
    const common = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    const all = await trainingDuel({ config, peers: PEERS, common, folder, rounds, steps });
    const [we, ...others] = all;
    const fastest = others.reduce((a, b) => (a.typical("p50") <= b.typical("p50") ? a : b));
    return all.map((it) => [
      `${sizes.title}, ${pieces} pieces: ${it.name}`,
      `${batch}`,
      `${threads}`,
      number(it.typical("p50")),
      number(it.typical("min")),
      number(it.peakMb()),
      it === we ? "" : it === fastest ? judged(we.ratioTo(it), LIMIT) : we.ratioTo(it).toFixed(2),
    ]);
  });
}

if (isProgram(import.meta.url)) {
  const options = benchOptions({ threads: [2], rounds: 5 });
  console.log(`${machine()}\n`);
  console.log(await transformerTraining(options));
}
