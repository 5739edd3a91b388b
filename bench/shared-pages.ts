/**
 * @file What each further worker of a model costs in memory: weights inside the exported file, and beside it as external data, which
 * workers map. Shares of pages (Pss) as Linux tells them.
 * Usage: npx jiti bench/shared-pages.ts [--workers 4] [--data ../shared/data] [--model bench/.cache/minilm]
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { defaultRegistry, exportOnnx, silentLog, train } from "pytext-ts";
import { cache, inScratchFolder, machine, root } from "./lib/environment.js";
import { number, table } from "./lib/markdown.js";
import { load, ourServer } from "./lib/servers.js";

const { values } = parseArgs({
  options: {
    workers: { type: "string", default: "4" },
    data: { type: "string", default: join(root, "../shared/data") },
    model: { type: "string", default: join(cache, "minilm") },
  },
});
const workers = Number(values.workers);

/** Rows that the run is trained on: its weights only have to be as many as a real one's. */
const ROWS = 32;

console.log(`${machine()}\n`);
await inScratchFolder(async (folder) => {
  const run = join(folder, "run");
  const texts = readFileSync(join(resolve(values.data), "sst2/socher_sentence/dev.tsv"), "utf8")
    .split("\n")
    .slice(0, ROWS);
  const rows = join(folder, "rows.tsv");
  writeFileSync(rows, `${texts.join("\n")}\n`);
  const model = resolve(values.model);
  await train(configOf(rows, model), { output: run });
  const bodies = join(folder, "bodies.jsonl");
  writeFileSync(
    bodies,
    texts.map((line) => `${JSON.stringify({ inputs: [line.split("\t")[1]!] })}\n`).join(""),
  );
  const shown: string[][] = [];
  for (const externalData of [false, true]) {
    const file = join(folder, externalData ? "beside.onnx" : "inside.onnx");
    await exportOnnx(run, file, { registry: defaultRegistry(), log: silentLog, externalData });
    const [one, all] = [await sharesOf(1), await sharesOf(workers)];
    const megabytes = readdirSync(folder)
      .filter((name) => join(folder, name).startsWith(file))
      .reduce((sum, name) => sum + statSync(join(folder, name)).size / 1e6, 0);
    shown.push([
      externalData ? "beside the file, mapped" : "inside the file",
      ...[megabytes, one, all, (all - one) / (workers - 1)].map(number),
    ]);

    async function sharesOf(count: number): Promise<number> {
      const config = join(folder, "serve.json");
      const settings = { source: file, workers: count, isolation: "process" };
      writeFileSync(config, JSON.stringify({ log_level: "warn", models: { model: settings } }));
      const server = await ourServer("pytext-ts serve", config, "/v1/predict");
      try {
        await load({ url: server.url, bodies, connections: 2 * count, requests: 100 * count });
        return childrenOf(server.process.pid!).reduce((sum, pid) => sum + shareOf(pid), 0);
      } finally {
        await server.stop();
      }
    }
  }
  const head = [
    "weights",
    "MB of files",
    "MB, 1 worker",
    `MB, ${workers} workers`,
    "MB, each further worker",
  ];
  console.log(
    `### Server: memory of workers\n\nMiniLM-L6 with a classifier, each worker a process; the sum of their shares of memory (Pss) after some requests.\n\n${table(head, shown)}\n`,
  );
});

function configOf(rows: string, model: string): object {
  const source = {
    field_names: ["label", "text"],
    train_filename: rows,
    eval_filename: rows,
    test_filename: rows,
  };
  return {
    version: 1,
    task: {
      NewBertClassificationTask: {
        data: { Data: { source: { TSVDataSource: source } } },
        model: {
          NewBertModel: {
            inputs: { tokens: { BERTTensorizer: { vocab_file: join(model, "vocab.txt"), max_seq_len: 64 } } },
            encoder: { TransformerEncoder: { pretrained: model } },
          },
        },
        trainer: { Trainer: { epochs: 1 } },
      },
    },
  };
}

/** Processes that a process has started. */
function childrenOf(parent: number): number[] {
  return readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ").map(Number);
}

/** Megabytes of a process, pages of several counted in shares. */
function shareOf(pid: number): number {
  const [, kilobytes] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))!;
  return Number(kilobytes) / 1024;
}
