/**
 * @file Training steps of an RNNG beside one in PyTorch that takes a text and an action at a time, and parses of one text.
 * Usage: npx jiti bench/rnng.ts [--threads 2] [--rounds 5]
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel, predict, type RandomStream, stream } from "pytext-ts";
import { SIZES, textOf, zipfBatches } from "./lib/batches.js";
import { trainingDuel } from "./lib/duel.js";
import { type BenchOptions, benchOptions, inScratchFolder, isProgram, machine } from "./lib/environment.js";
import { number, table } from "./lib/markdown.js";
import { figures } from "./lib/stats.js";
import { trainAndExport } from "./lib/train-and-export.js";

/** Least number of times that PyTorch's step takes, and the longest parse of a text in milliseconds. */
const [TIMES, PARSE] = [20, 10];

/** TOP's labels, and sizes of its published parser. */
const MODEL = { intents: 25, slots: 36, embed: 200, hidden: 164, layers: 2 } as const;
const ROWS = { ...SIZES, batch: 32, batches: 20, tokens: 12 } as const;

type Composition = "sum" | "blstm";

/** A tree over words, drawn so that it has about as many nodes as TOP's: brackets, and the actions that build it. */
function drawnTree(words: readonly string[], random: RandomStream): { tree: string; actions: number[] } {
  const parts: string[] = [];
  const actions: number[] = [];
  let next = 0;
  const node = (isIntent: boolean, most: number): void => {
    const label = isIntent ? random.int(MODEL.intents) : random.int(MODEL.slots);
    parts.push(isIntent ? `[IN:I${label}` : `[SL:S${label}`);
    actions.push(2 + label + (isIntent ? 0 : MODEL.intents));
    const end = next + most;
    while (next < end) {
      if (end - next > 1 && random.uniform() < 0.25) node(!isIntent, 1 + random.int(end - next - 1));
      else {
        parts.push(words[next++]!);
        actions.push(0);
      }
    }
    parts.push("]");
    actions.push(1);
  };
  node(true, words.length);
  return { tree: parts.join(" "), actions };
}

/** Writes the same rows for both sides. */
function writeRows(folder: string): {
  readonly rows: string;
  readonly batches: string;
  readonly texts: string[];
} {
  const [rows, batches] = [join(folder, "rows.tsv"), join(folder, "batches.jsonl")];
  const random = stream(1, "trees");
  const lines: string[] = [];
  const texts: string[] = [];
  const drawn = zipfBatches(ROWS, 1).map(({ ids }) => ({
    ids,
    actions: ids.map((row) => {
      const text = textOf(row);
      const { tree, actions } = drawnTree(text.split(" "), random);
      texts.push(text);
      lines.push(`${text}\t${tree}\n`);
      return actions;
    }),
  }));
  writeFileSync(rows, lines.join(""));
  writeFileSync(batches, drawn.map((batch) => `${JSON.stringify(batch)}\n`).join(""));
  return { rows, batches, texts };
}

const configOf = (
  rows: string,
  composition: Composition,
  threads: number,
  more: { readonly batcher: object; readonly channels: readonly object[]; readonly epochs: number },
): object => ({
  version: 1,
  threads,
  task: {
    SemanticParsingTask: {
      data: {
        Data: {
          source: { TSVDataSource: { field_names: ["text", "tree"], train_filename: rows } },
          batcher: more.batcher,
        },
      },
      model: {
        RNNGParser: {
          inputs: {
            tokens: { TokenTensorizer: { column: "text" } },
            actions: { AnnotationNumberizer: { column: "tree" } },
          },
          embedding: { WordEmbedding: { embed_dim: MODEL.embed } },
          lstm: { lstm_dim: MODEL.hidden, num_layers: MODEL.layers },
          compositional_type: composition,
          dropout: 0,
        },
      },
      trainer: { Trainer: { epochs: more.epochs, optimizer: { Adam: { lr: 0.001 } } } },
      channels: more.channels,
    },
  },
});

/** A Markdown section. */
export async function rnng({ threads, rounds }: BenchOptions): Promise<string> {
  const rows: string[][] = [];
  for (const count of threads)
    for (const composition of ["sum", "blstm"] as const)
      rows.push(...(await training(composition, count, rounds)), await parsing(composition, count));
  const head = [
    "RNNG",
    "threads",
    "p50 ms",
    "p90 ms",
    `PyTorch / ours (>= ${TIMES}); parse (<= ${PARSE} ms)`,
  ];
  return `### RNNG\n\n${MODEL.layers} layers of ${MODEL.hidden}, ${MODEL.intents + MODEL.slots} labels, texts of 6 to ${ROWS.tokens} words; training step of ${ROWS.batch} texts, Adam; parse: one text after the other through the library and the exported file, greedy. Medians over ${rounds} rounds.\n\n${table(head, rows)}\n`;
}

async function training(composition: Composition, threads: number, rounds: number): Promise<string[][]> {
  return inScratchFolder(async (folder) => {
    const { rows, batches } = writeRows(folder);
    const batcher = { FixedBatches: { size: ROWS.batch } };
    const channels = [{ TurnChannel: {} }];
    const all = await trainingDuel({
      ...{
        config: configOf(rows, composition, threads, { batcher, channels, epochs: 1 }),
        folder,
        rounds,
        steps: 4,
      },
      peers: [
        {
          name: "PyTorch, one action at a time",
          program: "torch_rnng.py",
          options: ["--composition", composition],
        },
      ],
      common: ["--data", batches, "--threads", `${threads}`, "--vocab", `${ROWS.vocab}`],
    });
    const [we, they] = all;
    const times = 1 / we.ratioTo(they!);
    return all.map((it) => [
      `step, ${composition}: ${it.name}`,
      `${threads}`,
      number(it.typical("p50")),
      number(it.typical("p90")),
      it === we ? "" : `${times.toFixed(1)} ${times >= TIMES ? "ok" : "MISSED"}`,
    ]);
  });
}

async function parsing(composition: Composition, threads: number): Promise<string[]> {
  return inScratchFolder(async (folder) => {
    const { rows, texts } = writeRows(folder);
    const batcher = { PoolingBatcher: { train_batch_size: ROWS.batch } };
    const { file } = await trainAndExport(
      folder,
      configOf(rows, composition, threads, { batcher, channels: [], epochs: 3 }),
    );
    const model = await loadModel(file);
    const samples: number[] = [];
    for (const [i, text] of texts.slice(0, 220).entries()) {
      const start = performance.now();
      await predict(model, [text]);
      if (i >= 20) samples.push(performance.now() - start);
    }
    await model.release();
    const { p50, p90 } = figures(samples);
    const judged = `${number(p50)} ${p50 <= PARSE ? "ok" : "MISSED"}`;
    return [`parse, ${composition}: exported file`, `${threads}`, number(p50), number(p90), judged];
  });
}

if (isProgram(import.meta.url)) {
  const options = benchOptions({ threads: [2], rounds: 5 });
  console.log(`${machine()}\n`);
  console.log(await rnng(options));
}
