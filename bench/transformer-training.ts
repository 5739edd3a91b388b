/**
 * @file Training steps of a classifier on a Transformer encoder beside those of PyTorch with the package transformers: time and
 * peak memory.
 * Usage: npx jiti bench/transformer-training.ts [--threads 2] [--rounds 5]
 *        npx jiti bench/transformer-training.ts --checkpointing [--threads 2] [--rounds 5]
 *   --checkpointing: our steps alone, with and without `gradient_checkpointing`: time, peak memory, and the predicted one
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { resolveConfig } from "../dist/registry/load-config.js";
import { defaultRegistry } from "../dist/tasks/builtins.js";
import { openTask } from "../dist/tasks/open-task.js";
import { learnFor, summarize } from "../dist/tasks/summary.js";
import { Contestant, takeTurns } from "./lib/contestant.js";
import { type Peer, trainingDuel } from "./lib/duel.js";
import {
  type BenchOptions,
  benchOptions,
  inScratchFolder,
  isProgram,
  machine,
  ours,
} from "./lib/environment.js";
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

/** Rows and pieces in a row of the steps whose memory is compared. */
const [LARGE_BATCH, LONG] = [16, 256];

/** A Markdown section: what a step of MiniLM-L6's shape takes when each layer's inside is kept, and when it is computed twice. */
async function checkpointing({ threads, rounds }: BenchOptions): Promise<string> {
  const rows: string[][] = [];
  for (const count of threads)
    await inScratchFolder(async (folder) => {
      const files = writePieces(folder, LARGE_BATCH, LONG);
      const sides = [false, true].map((on) => ({
        name: `gradient_checkpointing ${on}`,
        config: transformerConfig(files, SHAPES.minilm, {
          ...{ threads: count, batch: LARGE_BATCH },
          gradient_checkpointing: on,
        }),
      }));
      const all: Contestant[] = [];
      for (const [i, { name, config }] of sides.entries()) {
        const output = join(folder, `run${i}`);
        mkdirSync(output);
        const job = { config, warmup: 4, output };
        all.push(await Contestant.start(name, ours("ours-training.ts", JSON.stringify(job))));
      }
      await takeTurns(all, { rounds, steps: 2 });
      for (const [i, it] of all.entries())
        rows.push([
          it.name,
          `${count}`,
          number(it.typical("p50")),
          number(it.typical("min")),
          number(it.peakMb()),
          number(await predictedMb(sides[i]!.config)),
          i === 0 ? "" : it.ratioTo(all[0]!).toFixed(2),
        ]);
    });
  const head = ["step", "threads", "p50 ms", "min ms", "peak MB", "predicted MB", "time / without"];
  const text = `${SHAPES.minilm.title}, ${LARGE_BATCH} rows of ${LONG} pieces at most, dropout 0.1, AdamW. Peak: the process's; predicted: parameters, gradients, optimizer and activations (\`pytext-ts summary\`).`;
  return `### Gradient checkpointing\n\n${text}\n\n${table(head, rows)}\n`;
}

/** What \`pytext-ts summary\` predicts, the copy of the best epoch's parameters aside: no epoch ends here. */
async function predictedMb(config: object): Promise<number> {
  const registry = defaultRegistry();
  const plain = JSON.parse(JSON.stringify(config)) as {
    task: Record<string, { data: { Data: { batcher?: object } }; channels?: object[] }>;
  };
  const task = plain.task.NewBertClassificationTask!;
  delete task.data.Data.batcher;
  delete task.channels;
  const resolved = resolveConfig(plain, registry).config;
  const open = openTask(resolved, registry, { info: () => {}, warn: () => {} });
  await learnFor(open);
  const sizes = new Map([
    ["batch", LARGE_BATCH],
    ["pieces", LONG],
  ]);
  const { total, best } = summarize(open, resolved, sizes).memory;
  return (total - best) / 2 ** 20;
}

if (isProgram(import.meta.url)) {
  const options = benchOptions({ threads: [2], rounds: 5 }, ["checkpointing"]);
  console.log(`${machine()}\n`);
  console.log(
    await (options.on.has("checkpointing") ? checkpointing(options) : transformerTraining(options)),
  );
}
