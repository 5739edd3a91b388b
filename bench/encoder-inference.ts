/**
 * @file A text to its vector by a pretrained encoder, one at a time: our exported files and our library beside Transformers.js with
 * the same weights.
 * Usage: npx jiti bench/encoder-inference.ts [--threads 1] [--rounds 15] [--data ../shared/data] [--model bench/.cache/minilm]
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { defaultRegistry, exportOnnx, silentLog, train } from "pytext-ts";
import { Contestant, takeTurns } from "./lib/contestant.js";
import { cache, inScratchFolder, machine, ours, root, torch } from "./lib/environment.js";
import { number, table } from "./lib/markdown.js";
import type { EncoderJob, EncoderWay } from "./ours-encoder.js";
import type { TransformersJsJob } from "./transformers-js.js";

/** The most that our file may take beside Transformers.js, and with the text in the graph beside without. */
const [BESIDE_THEM, BESIDE_IDS] = [0.9, 1.1];
const TEXTS = 200;
const PEER = "@huggingface/transformers@4.3.1";

const { values } = parseArgs({
  options: {
    threads: { type: "string", default: "1" },
    rounds: { type: "string", default: "15" },
    data: { type: "string", default: join(root, "../shared/data") },
    model: { type: "string", default: join(cache, "minilm") },
  },
});
const model = resolve(values.model);
const threads = Number(values.threads);

/** Texts of two lengths: a column of a tab-separated file with a header. */
const SETS = [
  { name: "STS-B", file: "stsb/test.tsv", column: "sentence1" },
  { name: "MRPC", file: "mrpc/test.tsv", column: "#1 String" },
] as const;

const WAYS: readonly { readonly name: string; readonly way: EncoderWay }[] = [
  { name: "exported file, text in", way: "text" },
  { name: "exported file, ids in", way: "ids" },
  { name: "pytext-ts library (loadEncoder)", way: "library" },
];

/** Transformers.js, installed apart. */
function peerPackage(): string {
  const folder = join(cache, "transformers-js");
  if (!existsSync(join(folder, "node_modules/@huggingface/transformers"))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    execFileSync("npm", ["install", "--ignore-scripts", "--silent", PEER], { cwd: folder });
  }
  return folder;
}

function textsOf({ file, column }: (typeof SETS)[number]): string[] {
  const [header, ...lines] = readFileSync(join(resolve(values.data), file), "utf8").split(/\r?\n/);
  const at = header!.split("\t").indexOf(column);
  return lines.slice(0, TEXTS).map((line) => line.split("\t")[at]!);
}

await inScratchFolder(async (folder) => {
  // The encoder as it is: a run that has learnt nothing.
  const rows = join(folder, "rows.tsv");
  writeFileSync(rows, `a\tb\tscore\n${"one text\tanother text\t1\n".repeat(4)}`);
  const config = {
    version: 1,
    threads: 1,
    task: {
      SentenceEmbeddingTask: {
        data: { Data: { source: { TSVDataSource: { train_filename: rows } } } },
        model: {
          SentenceEmbeddingModel: {
            inputs: {
              tokens: {
                BERTTensorizer: { columns: ["a"], vocab_file: join(model, "vocab.txt"), max_seq_len: 256 },
              },
              positive: "b",
              labels: { NumericLabelTensorizer: { column: "score" } },
            },
            encoder: { TransformerEncoder: { pretrained: model } },
            pooling: "MeanPool",
            loss: { CosineSimilarityLoss: { score_range: [0, 1] } },
          },
        },
        trainer: { Trainer: { epochs: 1, optimizer: { Adam: { lr: 0 } } } },
        metric_reporter: "SimilarityMetricReporter",
      },
    },
  };
  const run = join(folder, "run");
  await train(config, { output: run });
  for (const input of ["text", "ids"] as const)
    await exportOnnx(run, join(folder, `${input}.onnx`), {
      registry: defaultRegistry(),
      log: silentLog,
      input,
    });

  const theirs = join(folder, "peer/model");
  mkdirSync(join(theirs, "onnx"), { recursive: true });
  for (const file of ["config.json", "tokenizer.json", "tokenizer_config.json"])
    cpSync(join(model, file), join(theirs, file));
  const [python, ...args] = torch("export_encoder.py", model, join(theirs, "onnx/model.onnx"));
  execFileSync(python, args, { stdio: "ignore" });

  const found: string[][] = [];
  for (const set of SETS) {
    const texts = join(folder, `${set.name}.json`);
    writeFileSync(texts, JSON.stringify(textsOf(set)));
    const all: Contestant[] = [];
    for (const { name, way } of WAYS) {
      const file = way === "library" ? model : join(folder, `${way}.onnx`);
      const job: EncoderJob = { way, model: file, tokenizer: model, texts, threads, warmup: TEXTS };
      all.push(await Contestant.start(name, ours("ours-encoder.ts", JSON.stringify(job))));
    }
    const job: TransformersJsJob = {
      packages: peerPackage(),
      models: join(folder, "peer"),
      texts,
      threads,
      warmup: TEXTS,
    };
    const peer = await Contestant.start("Transformers.js", ours("transformers-js.ts", JSON.stringify(job)));
    await takeTurns([...all, peer], { rounds: Number(values.rounds), steps: TEXTS });
    const [text, ids] = all as [Contestant, Contestant, Contestant];
    const judged = (ratio: number, limit: number): string =>
      `${ratio.toFixed(2)} ${ratio <= limit ? "ok" : "MISSED"}`;
    for (const it of [...all, peer])
      found.push([
        `${set.name}: ${it.name}`,
        ...[it.typical("p50"), it.typical("p90"), it.typical("p99")].map(number),
        it.peakMb().toFixed(0),
        it === peer ? "" : it === text ? judged(it.ratioTo(peer), BESIDE_THEM) : it.ratioTo(peer).toFixed(2),
        it === text ? judged(it.ratioTo(ids), BESIDE_IDS) : "",
      ]);
  }
  const head = [
    "text to vector",
    "p50 ms",
    "p90 ms",
    "p99 ms",
    "peak MB",
    `p50 / Transformers.js (<= ${BESIDE_THEM})`,
    `p50 / ids (<= ${BESIDE_IDS})`,
  ];
  console.log(
    `## A text to its vector: ${machine()}\n\nall-MiniLM-L6-v2 (or --model), mean pooling, ${TEXTS} texts one at a time, ${threads} thread(s); ${PEER} with the file that PyTorch's exporter writes. Medians over ${values.rounds} rounds; ratios: median of the rounds' ratios.\n\n${table(head, found)}`,
  );
});
