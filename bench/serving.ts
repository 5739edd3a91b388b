/**
 * @file Requests of one text over many connections: our server with batches and without, beside FastAPI with ONNX Runtime and with PyTorch.
 * Usage: npx jiti bench/serving.ts [docnn] [encoder] [--connections 64] [--seconds 5] [--rounds 3] [--data ../shared/data] [--model bench/.cache/minilm]
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cache, inScratchFolder, machine, root, torch } from "./lib/environment.js";
import { number, table } from "./lib/markdown.js";
import { configOf } from "./lib/models.js";
import { fastApi, load, ourServer, type Server } from "./lib/servers.js";
import { median } from "./lib/stats.js";
import { trainAndExport } from "./lib/train-and-export.js";
import type { LoadReport } from "./load.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    connections: { type: "string", default: "64" },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    data: { type: "string", default: join(root, "../shared/data") },
    model: { type: "string", default: join(cache, "minilm") },
  },
});
const data = resolve(values.data);
const encoder = resolve(values.model);
const [connections, seconds, rounds] = [values.connections, values.seconds, values.rounds].map(Number) as [
  number,
  number,
  number,
];
const lines = (path: string): string[] => readFileSync(join(data, path), "utf8").trimEnd().split("\n");

/** How many times as many requests a second ours has to answer as without batches, FastAPI with ONNX Runtime and with PyTorch. */
interface Targets {
  readonly unbatched: number;
  readonly onnx: number;
  readonly torch: number;
}

/** A model behind several servers. */
interface Case {
  readonly title: string;
  readonly targets: Targets;
  readonly texts: readonly string[];
  /** The path of our protocol. */
  readonly ask: string;
  /** serve.json's entry for it. */
  readonly source: (folder: string) => Promise<object>;
  /** What `serve_models.py` is told, beside workers and threads, by the kind of peer. */
  readonly peers: (folder: string) => Readonly<Record<"onnx" | "torch", object>>;
}

const snips = (split: string): string[] =>
  lines(`snips/${split}/seq.in`).map((text, i) => `${lines(`snips/${split}/label`)[i]}\t${text.trim()}\n`);

const CASES: Readonly<Record<string, Case>> = {
  docnn: {
    title: "DocNN, SNIPS requests to intents",
    targets: { unbatched: 2.5, onnx: 3, torch: 5 },
    texts: lines("snips/test/seq.in").map((text) => text.trim()),
    ask: "/v1/predict",
    source: async (folder) => {
      const train = join(folder, "train.tsv");
      writeFileSync(train, snips("train").join(""));
      const { file } = await trainAndExport(
        folder,
        configOf({ model: "docnn", rows: train, threads: 2, batcher: { PoolingBatcher: {} } }),
      );
      return { source: file };
    },
    peers: (folder) => ({
      onnx: { kind: "docnn-onnx", model: join(folder, "model.onnx") },
      torch: { kind: "docnn-torch", train: join(folder, "train.tsv") },
    }),
  },
  encoder: {
    title: "MiniLM-L6, sentences of the STS benchmark to vectors",
    targets: { unbatched: 1.5, onnx: 3, torch: 5 },
    texts: lines("stsb/test.tsv")
      .slice(1)
      .map((line) => line.split("\t")[1]!),
    ask: "/v1/embed",
    source: async () => ({
      source: encoder,
      embed: { pooling: "reduce_mean", normalize: true, max_seq_len: 256 },
    }),
    peers: (folder) => {
      const file = join(folder, "encoder.onnx");
      const [program, ...args] = torch("export_encoder.py", encoder, file);
      execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"] });
      return {
        onnx: { kind: "encoder-onnx", model: file, folder: encoder },
        torch: { kind: "encoder-torch", folder: encoder },
      };
    },
  },
};

/** Processes of a Python server and threads of each: both cores either way. */
const PYTHON_SHAPES = [
  [1, 2],
  [2, 1],
] as const;

/** Seconds until what is compiled while it runs is compiled. */
const WARM_UP = 8;

/** A server and the bodies that it understands. */
interface Contender {
  readonly kind: "batched" | keyof Targets;
  readonly server: Server;
  readonly bodies: string;
  readonly reports: LoadReport[];
}

console.log(`${machine()}\n`);
for (const name of positionals.length > 0 ? positionals : Object.keys(CASES)) {
  const one = CASES[name];
  if (one === undefined) throw new Error(`no case "${name}": ${Object.keys(CASES).join(", ")}`);
  console.log(await compare(one));
}

function compare(one: Case): Promise<string> {
  return inScratchFolder(async (folder) => {
    const contenders = await start(one, folder);
    try {
      for (const it of contenders) await turn(it, WARM_UP);
      for (let round = 0; round < rounds; round++)
        for (const it of round % 2 === 0 ? contenders : [...contenders].reverse())
          it.reports.push(await turn(it, seconds));
    } finally {
      for (const { server } of contenders) await server.stop();
    }
    const head = ["", "requests/s", "p50 ms", "p95 ms", "p99 ms", "ours with batches / it"];
    return `### Server: ${one.title}\n\nOne text a request, ${connections} connections, the client a process on the same cores. Medians over ${rounds} turns of ${seconds} s.\n\n${table(head, rowsOf(contenders, one.targets))}\n`;
  });
}

async function start(one: Case, folder: string): Promise<Contender[]> {
  const write = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const bodies = (of: (text: string) => object): string =>
    one.texts.map((text) => `${JSON.stringify(of(text))}\n`).join("");
  const ourBodies = write(
    "ours.jsonl",
    bodies((text) => ({ inputs: [text] })),
  );
  const theirBodies = write(
    "theirs.jsonl",
    bodies((text) => ({ text })),
  );
  const model = await one.source(folder);
  const contenders: Contender[] = [];
  const enter = (kind: Contender["kind"], server: Server, file: string): void => {
    contenders.push({ kind, server, bodies: file, reports: [] });
  };
  for (const [kind, settings] of [
    ["batched", {}],
    ["unbatched", { max_batch_size: 1 }],
  ] as const) {
    const config = write(
      `${kind}.json`,
      JSON.stringify({ log_level: "warn", models: { model: { ...model, ...settings } } }),
    );
    enter(
      kind,
      await ourServer(
        kind === "batched" ? "pytext-ts serve" : "pytext-ts serve, max_batch_size 1",
        config,
        one.ask,
      ),
      ourBodies,
    );
  }
  const peers = one.peers(folder);
  for (const kind of ["onnx", "torch"] as const)
    for (const [workers, threads] of PYTHON_SHAPES) {
      const runtime = kind === "onnx" ? "ONNX Runtime" : "PyTorch";
      const name = `FastAPI, ${runtime}, workers x threads: ${workers} x ${threads}`;
      enter(kind, await fastApi(name, { ...peers[kind], workers, threads }), theirBodies);
    }
  return contenders;
}

async function turn({ server, bodies }: Contender, duration: number): Promise<LoadReport> {
  const report = await load({ url: server.url, bodies, connections, seconds: duration });
  const others = Object.keys(report.statuses).filter((status) => status !== "200");
  if (others.length > 0 || report.errors > 0) throw new Error(`${server.name}: ${JSON.stringify(report)}`);
  return report;
}

function rowsOf(contenders: readonly Contender[], targets: Targets): string[][] {
  const rate = ({ reports }: Contender): number =>
    median(reports.map(({ statuses, seconds: time }) => statuses["200"]!.count / time));
  const ours = rate(contenders[0]!);
  return contenders.map((it) => {
    const of = (what: "p50" | "p95" | "p99"): string =>
      number(median(it.reports.map(({ statuses }) => statuses["200"]![what])));
    const times = ours / rate(it);
    const judged =
      it.kind === "batched"
        ? ""
        : `${times.toFixed(2)} ${times >= targets[it.kind] ? "ok" : "MISSED"} (>= ${targets[it.kind]})`;
    return [it.server.name, number(rate(it)), of("p50"), of("p95"), of("p99"), judged];
  });
}
