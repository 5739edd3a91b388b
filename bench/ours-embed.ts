/**
 * @file Our side of `embed.ts`: vectors of sentences through the built library.
 * Arguments: a JSON object, see `Job`.
 */
import { readFileSync } from "node:fs";
import { loadEncoder } from "pytext-ts";
import { nextTurn, say } from "./lib/respond.js";
import { figures } from "./lib/stats.js";

/** What the program is given. */
export interface Job {
  /** A folder of Hugging Face's. */
  readonly model: string;
  /** A file of sentences, one a line. */
  readonly texts: string;
  readonly threads: number;
  /** Sentences of a step, and of a batch at most. */
  readonly block: number;
  readonly batch: number;
}

const { model, texts, threads, block, batch } = JSON.parse(process.argv[2]!) as Job;
const sentences = readFileSync(texts, "utf8").trimEnd().split("\n");
const encoder = await loadEncoder(model, { threads });
const options = { pooling: "reduce_mean", normalize: true, batchSize: batch } as const;
const blocks = Math.floor(sentences.length / block);
let at = 0;
let first: Float32Array = new Float32Array();

/** The time that the next block takes, in milliseconds. */
async function step(): Promise<number> {
  const own = sentences.slice(at * block, (at + 1) * block);
  at = (at + 1) % blocks;
  const started = performance.now();
  const vectors: Float32Array[] = [];
  for await (const chunk of encoder.embed(own, options)) vectors.push(...chunk.map(({ vector }) => vector));
  first = vectors[0]!;
  return performance.now() - started;
}

await step();
say({ ready: true });
for (;;) {
  const samples: number[] = [];
  for (let steps = nextTurn(); steps > 0; steps--) samples.push(await step());
  say({
    step_ms: figures(samples),
    peak_rss_mb: process.resourceUsage().maxRSS / 1024,
    vector: Array.from(first),
  });
}
