/**
 * @file Word pieces in the graph: what it takes to cut a text into BERT's pieces inside a model file, beside the same in JavaScript.
 * Usage: npx jiti bench/wordpiece.ts [--threads 1] [--rounds 15] [--data ../shared/data]
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Tokenizer } from "@huggingface/tokenizers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import {
  Context,
  defaultRegistry,
  Graph,
  optimize,
  ParameterStore,
  Scope,
  silentLog,
  type Tensorizer,
  writeModel,
} from "pytext-ts";
import { inScratchFolder, machine, root } from "./lib/environment.js";
import { number, table } from "./lib/markdown.js";
import { type Figures, figures, median } from "./lib/stats.js";

/** Longest median of a text of ten words, in milliseconds. */
const TARGET = 0.4;
const [STEPS, BATCH, WORDS] = [500, 32, 10];

const { values } = parseArgs({
  options: {
    threads: { type: "string", default: "1" },
    rounds: { type: "string", default: "15" },
    data: { type: "string", default: join(root, "../shared/data") },
  },
});
const from = (path: string): string => {
  const file = join(resolve(values.data), path);
  if (!existsSync(file))
    throw new Error(`${file} is not there: name the folder with the data sets by --data`);
  return file;
};
const vocabulary = from("tokenizers/bert-base-uncased/vocab.txt");
const texts = readFileSync(from("tokenizer_parity/bert_base_uncased_massive.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => (JSON.parse(line) as { text: string }).text)
  .filter((text) => text.split(" ").length === WORDS);

/** Something that cuts texts, a batch at a time. */
interface Way {
  readonly name: string;
  readonly cut: (batch: readonly string[]) => Promise<unknown>;
}

async function tensorizer(): Promise<Tensorizer> {
  const settings = { seed: 1, threads: 1 };
  const context = new Context(defaultRegistry(), { log: silentLog, settings });
  const config = {
    columns: ["text"],
    vocab_file: vocabulary,
    max_seq_len: 256,
    lowercase: true,
    strip_accents: null,
    tokenize_chinese_chars: true,
    axis: "pieces",
  };
  const { component, config: resolved } = context.part("tensorizer", { BERTTensorizer: config });
  const made = component.create(resolved, context, "pieces");
  await made.finish();
  return made;
}

/** Writes the graph alone as a model file; gives how many nodes and bytes it has. */
async function write(made: Tensorizer, file: string): Promise<{ nodes: number; bytes: number }> {
  const graph = new Graph();
  const parameters = new ParameterStore(1);
  const context = new Context(defaultRegistry(), { log: silentLog, settings: { seed: 1, threads: 1 } });
  const { ids, mask, segments } = made.build(Scope.root(graph, "infer", parameters, context), "text");
  for (const [name, tensor] of Object.entries({ ids, mask, segments })) graph.output(name, tensor!);
  optimize(graph);
  await writeModel(file, graph, { values: {} });
  return { nodes: graph.nodes.length, bytes: statSync(file).size };
}

async function sessionOf(file: string, threads: number): Promise<Way["cut"]> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  return async (batch) => {
    const { ids } = await session.run({ text: new Tensor("string", [...batch], [batch.length]) });
    return ids!.data;
  };
}

function library(): Tokenizer {
  const pieces = readFileSync(vocabulary, "utf8").trimEnd().split("\n");
  return new Tokenizer(
    {
      added_tokens: [],
      normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, lowercase: true },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: null,
      decoder: { type: "WordPiece", prefix: "##" },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      },
    },
    {},
  );
}

/** Milliseconds that batches take, one sample each. */
async function turn({ cut }: Way, size: number): Promise<Figures> {
  const samples: number[] = [];
  for (let step = 0; step < Math.ceil(STEPS / size); step++) {
    const batch = Array.from({ length: size }, (_, i) => texts[(step * size + i) % texts.length]!);
    const started = performance.now();
    await cut(batch);
    samples.push(performance.now() - started);
  }
  return figures(samples);
}

async function measured(ways: readonly Way[], size: number, rounds: number): Promise<Figures[]> {
  const taken = ways.map((): Figures[] => []);
  for (let round = -1; round < rounds; round++) {
    const order = [...ways.keys()];
    for (const way of round % 2 === 0 ? order : order.reverse()) {
      const result = await turn(ways[way]!, size);
      if (round >= 0) taken[way]!.push(result);
    }
  }
  return taken.map((list) => {
    const typical = (of: keyof Figures): number => median(list.map((one) => one[of]));
    return { p50: typical("p50"), p90: typical("p90"), p99: typical("p99"), min: typical("min") };
  });
}

await inScratchFolder(async (folder) => {
  const file = join(folder, "pieces.onnx");
  const made = await tensorizer();
  const { nodes, bytes } = await write(made, file);
  const hugging = library();
  const inGraph: Way[] = [];
  for (const threads of values.threads.split(",").map(Number))
    inGraph.push({ name: `graph in onnxruntime, ${threads} thread(s)`, cut: await sessionOf(file, threads) });
  const ways: Way[] = [
    ...inGraph,
    {
      name: "pytext-ts in JavaScript",
      cut: async (batch) => batch.map((text) => made.numberize({ values: { text }, origin: "text" })),
    },
    {
      name: "@huggingface/tokenizers in JavaScript",
      cut: async (batch) => batch.map((text) => hugging.encode(text)),
    },
  ];
  const rounds = Number(values.rounds);
  const [one, many] = [await measured(ways, 1, rounds), await measured(ways, BATCH, rounds)];
  const rows = ways.map((way, i) => {
    const { p50, p90, p99 } = one[i]!;
    const judgement = inGraph.includes(way) ? (p50 <= TARGET ? " ok" : " MISSED") : "";
    const each = (1000 * many[i]!.p50) / BATCH;
    return [way.name, `${number(p50)}${judgement}`, number(p90), number(p99), number(each)];
  });
  const head = [
    "a text to ids",
    `p50 ms (<= ${TARGET})`,
    "p90 ms",
    "p99 ms",
    `us a text, batches of ${BATCH}`,
  ];
  console.log(`${machine()}\n`);
  console.log(
    `### Word pieces\n\n${texts.length} texts of ${WORDS} words (MASSIVE), the 30,522 pieces of bert-base-uncased. The graph: ${nodes} nodes, ${(bytes / 2 ** 20).toFixed(2)} MiB, string to ids, mask and segments. Medians over ${rounds} rounds of ${STEPS} texts.\n\n${table(head, rows)}\n`,
  );
});
