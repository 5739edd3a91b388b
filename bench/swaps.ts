/**
 * @file A model that is swapped again and again while it is asked: failed and mixed answers, the slowest ones, memory.
 * Usage: npx jiti bench/swaps.ts [--swaps 200] [--connections 16] [--data ../shared/data]
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openBundle, openStore } from "pytext-ts";
import { inScratchFolder, machine, ours, root } from "./lib/environment.js";
import { number, table } from "./lib/markdown.js";
import { configOf } from "./lib/models.js";
import { ourServer, residentMb } from "./lib/servers.js";
import { trainAndExport } from "./lib/train-and-export.js";
import type { SwapJob, SwapReport } from "./swap-client.js";

/** How slow the slowest answer may be beside the 99th percentile without swaps; growth of memory. */
const [SLOWEST, GROWTH] = [2, 1.1];

/** Swaps before memory is taken as its level. */
const WARM_UP = 10;

const { values } = parseArgs({
  options: {
    swaps: { type: "string", default: "200" },
    connections: { type: "string", default: "16" },
    data: { type: "string", default: join(root, "../shared/data") },
  },
});
const snips = (path: string): string[] =>
  readFileSync(join(resolve(values.data), "snips", path), "utf8")
    .trimEnd()
    .split("\n");

console.log(`${machine()}\n`);
await inScratchFolder(async (folder) => {
  const address = `file:${join(folder, "store")}`;
  const store = await openStore(address);
  const [texts, labels] = [snips("train/seq.in"), snips("train/label")];
  const versions: number[] = [];
  for (const ending of ["one", "two"]) {
    const own = join(folder, ending);
    mkdirSync(own);
    const rows = join(own, "train.tsv");
    writeFileSync(rows, texts.map((text, i) => `${labels[i]}-${ending}\t${text.trim()}\n`).join(""));
    const config = configOf({ model: "docnn", rows, threads: 2, batcher: { PoolingBatcher: {} } });
    const { file } = await trainAndExport(own, config);
    versions.push((await store.put("topic", await openBundle(file))).version);
  }
  await store.setAlias("topic", "production", versions[0]!);

  const config = join(folder, "serve.json");
  const models = { topic: { source: "store:topic@production" } };
  writeFileSync(
    config,
    JSON.stringify({ log_level: "warn", store: address, store_cache: join(folder, "cache"), models }),
  );
  const server = await ourServer("pytext-ts serve", config, "/v1/predict");
  const bodies = join(folder, "bodies.jsonl");
  writeFileSync(
    bodies,
    snips("test/seq.in")
      .map((text) => `${JSON.stringify({ inputs: [text.trim()] })}\n`)
      .join(""),
  );
  const job: SwapJob = { url: server.url, bodies, connections: Number(values.connections) };
  const [program, ...args] = ours("swap-client.ts", JSON.stringify(job));
  const client = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const reports = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
  const report = async (): Promise<SwapReport> => {
    client.stdin.write("\n");
    return JSON.parse((await reports.next()).value as string) as SwapReport;
  };
  let current = 0;
  const swap = async (): Promise<number> => {
    const before = versions[current]!;
    current = 1 - current;
    const started = performance.now();
    await store.setAlias("topic", "production", versions[current]!, before);
    for (;;) {
      const answer = await fetch(server.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"inputs": ["play some jazz"]}',
      });
      const { version } = (await answer.json()) as { version: string };
      if (version === `${versions[current]}`) return performance.now() - started;
      await sleep(10);
    }
  };

  await sleep(5000);
  await report();
  await sleep(20_000);
  const quiet = await report();
  for (let i = 0; i < WARM_UP; i++) await swap();
  await sleep(2000);
  const level = residentMb(server);
  await report();
  const took: number[] = [];
  for (let i = 0; i < Number(values.swaps); i++) took.push(await swap());
  const swapped = await report();
  await sleep(5000);
  const after = residentMb(server);
  client.stdin.end();
  await server.stop();
  await store.close();

  const judged = (good: boolean): string => (good ? "ok" : "MISSED");
  const failed = Object.values(swapped.failed).reduce((sum, count) => sum + count, 0);
  const rows = [
    ["requests without swaps", `${quiet.requests}`, ""],
    ["p50, p99, slowest ms without swaps", [quiet.p50, quiet.p99, quiet.max].map(number).join(", "), ""],
    ["requests during swaps", `${swapped.requests}`, ""],
    [
      "p50, p99, slowest ms during swaps",
      [swapped.p50, swapped.p99, swapped.max].map(number).join(", "),
      judged(swapped.max <= SLOWEST * quiet.p99),
    ],
    ["failed", `${failed} ${failed > 0 ? JSON.stringify(swapped.failed) : ""}`, judged(failed === 0)],
    ["answers of another model than their version", `${swapped.mixed}`, judged(swapped.mixed === 0)],
    ["answers by version", JSON.stringify(swapped.versions), ""],
    ["mean ms of a swap", number(took.reduce((sum, one) => sum + one, 0) / took.length), ""],
    [`MB after ${WARM_UP} swaps`, number(level), ""],
    [`MB after ${WARM_UP + took.length} swaps`, number(after), judged(after <= GROWTH * level)],
  ];
  console.log(
    `### Server: ${took.length} swaps under load\n\nDocNN on SNIPS requests from a model store, whose alias moves between two versions as soon as the server has followed; ${values.connections} connections, the client on the same cores. The target for the slowest answer is ${SLOWEST} times the 99th percentile without swaps.\n\n${table(["", "", ""], rows)}\n`,
  );
});
