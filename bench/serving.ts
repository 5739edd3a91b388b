/**
 * @file A server under load from a second process: requests of one text each, by 1 to 64 connections at a time, with batching and
 * without, beside the same model behind FastAPI (where the peer's Python is there).
 * Usage: npx jiti bench/serving.ts --model FILE.onnx|FOLDER --texts FILE [--connections 1,16,64] [--rounds 5] [--seconds 4]
 *   [--batch-tokens 8192] [--onnx FILE: the encoder's own graph, for the peer] [--train FILE: the classifier's rows, for the peer] [--no-peers]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { cli, machine, ours, torch } from "./lib/environment.js";
import type { Load } from "./lib/http-load.js";
import { number, table } from "./lib/markdown.js";
import { median } from "./lib/stats.js";
import type { LoadReport } from "./serving-load.js";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    texts: { type: "string" },
    connections: { type: "string", default: "1,16,64" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    "batch-tokens": { type: "string", default: "8192" },
    onnx: { type: "string" },
    train: { type: "string" },
    "no-peers": { type: "boolean", default: false },
  },
});
if (values.model === undefined || values.texts === undefined) throw new Error("name --model and --texts");
const model = resolve(values.model);
const encoder = !model.endsWith(".onnx");
const texts = readFileSync(values.texts, "utf8")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .slice(0, 2000);

/** A server that runs, and how its rounds went by number of connections. */
interface Contender {
  readonly name: string;
  readonly process: ChildProcess;
  readonly port: number;
  readonly path: string;
  readonly bodies: readonly string[];
  readonly rounds: Map<number, LoadReport[]>;
}

const contenders: Contender[] = [];
const clients = spawn(ours("serving-load.ts")[0], ours("serving-load.ts").slice(1), {
  stdio: ["pipe", "pipe", "inherit"],
});
const reports = createInterface({ input: clients.stdout })[Symbol.asyncIterator]();

try {
  for (const [name, size] of [
    ["pytext-ts", 64],
    ["pytext-ts, no batching", 1],
  ] as const)
    contenders.push(await startOurs(name, size));
  if (!values["no-peers"])
    for (const kind of ["onnx", "torch"] as const) contenders.push(...(await startPeer(kind)));
  for (const one of contenders) await round(one, 16, 1000);
  const connections = values.connections.split(",").map(Number);
  for (let i = 0; i < Number(values.rounds); i++)
    for (const count of connections)
      for (const one of contenders) {
        const report = await round(one, count, 1000 * Number(values.seconds));
        one.rounds.set(count, [...(one.rounds.get(count) ?? []), report]);
      }
  console.log(`${machine()}\n`);
  const head = ["server", "connections", "texts/s", "P50 ms", "P95 ms", "P99 ms", "ours / its texts/s"];
  console.log(table(head, connections.flatMap(rowsFor)));
} finally {
  clients.stdin.end();
  for (const { process } of contenders) process.kill("SIGTERM");
}

function rowsFor(connections: number): string[][] {
  const typical = (one: Contender, of: (report: LoadReport) => number): number =>
    median(one.rounds.get(connections)!.map(of));
  const own = contenders[0]!;
  return contenders.map((one) => [
    one.name,
    `${connections}`,
    number(typical(one, ({ perSecond }) => perSecond)),
    ...(["p50", "p95", "p99"] as const).map((name) => number(typical(one, ({ latency }) => latency[name]))),
    one === own
      ? ""
      : median(
          one.rounds
            .get(connections)!
            .map(({ perSecond }, i) => own.rounds.get(connections)![i]!.perSecond / perSecond),
        ).toFixed(2),
  ]);
}

async function round(
  { name, port, path, bodies }: Contender,
  connections: number,
  milliseconds: number,
): Promise<LoadReport> {
  const load: Load = { port, path, bodies, connections, milliseconds };
  clients.stdin.write(`${JSON.stringify(load)}\n`);
  const report = JSON.parse((await reports.next()).value) as LoadReport;
  if (report.answered === 0 || Object.keys(report.others).length > 0)
    throw new Error(`${name} did not answer everything: ${JSON.stringify(report.others)}`);
  return report;
}

async function startOurs(name: string, size: number): Promise<Contender> {
  const port = await freePort();
  const settings = [
    "--port",
    `${port}`,
    "--max-batch-size",
    `${size}`,
    "--max-batch-tokens",
    values["batch-tokens"],
    "--log-level",
    "warn",
  ];
  const process = spawn(globalThis.process.execPath, [cli, "serve", `m=${model}`, ...settings], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const bodies = texts.map((text) =>
    JSON.stringify(encoder ? { inputs: [text], normalize: true } : { inputs: [text] }),
  );
  await answers(process, port, "/v2/health/ready");
  return { name, process, port, path: encoder ? "/v1/embed" : "/v1/predict", bodies, rounds: new Map() };
}

/** The same model in Python, where what it needs is named. */
async function startPeer(kind: "onnx" | "torch"): Promise<Contender[]> {
  const file = encoder ? values.onnx : model;
  const needs = encoder
    ? { onnx: { model: file, folder: model }, torch: { folder: model } }
    : { onnx: { model: file }, torch: { train: values.train } };
  if (Object.values(needs[kind]).includes(undefined)) return [];
  const port = await freePort();
  const options = {
    kind: `${encoder ? "encoder" : "docnn"}-${kind}`,
    port,
    workers: 1,
    threads: 1,
    ...needs[kind],
  };
  const [python, ...args] = torch("serve_models.py", JSON.stringify(options));
  const process = spawn(python, args, { stdio: ["ignore", "inherit", "inherit"] });
  await answers(process, port, "/ready");
  const bodies = texts.map((text) => JSON.stringify({ text }));
  const name = kind === "onnx" ? "FastAPI, onnxruntime" : "FastAPI, PyTorch";
  return [{ name, process, port, path: "/predict", bodies, rounds: new Map() }];
}

async function answers(process: ChildProcess, port: number, path: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (process.exitCode !== null) throw new Error(`a server ended with the code ${process.exitCode}`);
    const found = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null);
    await found?.arrayBuffer();
    if (found?.ok === true) return;
    await sleep(200);
  }
  throw new Error("a server did not become ready");
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}
