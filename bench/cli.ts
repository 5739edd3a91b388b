/**
 * @file How long whole processes of the command line take: the help, and one prediction.
 * Usage: npx jiti bench/cli.ts [--rounds 15]
 */
import { spawnSync } from "node:child_process";
import { SIZES, textOf, writeBatches, zipfBatches } from "./lib/batches.js";
import {
  type BenchOptions,
  benchOptions,
  cli,
  inScratchFolder,
  isProgram,
  machine,
} from "./lib/environment.js";
import { judged, number, table } from "./lib/markdown.js";
import { sharedConfig } from "./lib/models.js";
import { figures, median } from "./lib/stats.js";
import { trainAndExport } from "./lib/train-and-export.js";

/** Largest medians in milliseconds. */
const HELP = 150;
const PREDICT = 600;

/** A Markdown section. */
export async function commandLine({ rounds }: BenchOptions): Promise<string> {
  return inScratchFolder(async (folder) => {
    const sizes = { ...SIZES, batch: 32 };
    const batches = zipfBatches(sizes, 2);
    const files = writeBatches(folder, batches, sizes);
    const config = sharedConfig(files, { model: "docnn", threads: 2, batcher: { PoolingBatcher: {} } });
    const { run, file } = await trainAndExport(folder, config);
    const sentence = textOf(batches[0]!.ids[0]!);
    const commands = [
      { name: "node, empty program", args: ["-e", ""], limit: Number.POSITIVE_INFINITY },
      { name: "pytext-ts --help", args: [cli, "--help"], limit: HELP },
      { name: "pytext-ts predict RUN TEXT", args: [cli, "predict", run, sentence], limit: PREDICT },
      { name: "pytext-ts predict MODEL.onnx TEXT", args: [cli, "predict", file, sentence], limit: PREDICT },
    ];
    const times = commands.map((): number[] => []);
    for (let round = -1; round < rounds; round++) {
      for (const [i, { args }] of commands.entries()) {
        const started = performance.now();
        const { status, stderr } = spawnSync(process.execPath, args);
        if (status !== 0) throw new Error(`${args.join(" ")} failed\n${stderr}`);
        if (round >= 0) times[i]!.push(performance.now() - started);
      }
    }
    const head = ["process", "p50 ms", "p90 ms", "min ms", "limit ms", "p50 / limit"];
    const rows = commands.map(({ name, limit }, i) => {
      const { p50, p90, min } = figures(times[i]!);
      const judgement = Number.isFinite(limit)
        ? [`${limit}`, judged(median(times[i]!) / limit, 1)]
        : ["", ""];
      return [name, number(p50), number(p90), number(min), ...judgement];
    });
    return `### Command line, whole processes\n\nDocNN with 10,000 words; the file cache is warm. ${rounds} runs each, in turns.\n\n${table(head, rows)}\n`;
  });
}

if (isProgram(import.meta.url)) {
  const options = benchOptions({ threads: [2], rounds: 15 });
  console.log(`${machine()}\n`);
  console.log(await commandLine(options));
}
