/**
 * @file Our side of `lib/duel.ts`, inference: one sentence at a time through the built library.
 * Arguments: a JSON object, see `Job`.
 */
import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { loadModel, type Predictor, type Program, predict } from "pytext-ts";
import { type Batch, textOf } from "./lib/batches.js";
import { nextTurn, say } from "./lib/respond.js";
import { figures } from "./lib/stats.js";

/** What a sentence goes in as: ids or text into a run, tokens or text into an exported file. */
export type Variant = "run-ids" | "run-text" | "file-tokens" | "file-text";

/** What the program is given. */
export interface Job {
  /** The batches whose rows are the sentences. */
  readonly batches: string;
  readonly variant: Variant;
  /** A run folder or an exported file. */
  readonly model: string;
  /** What is read of a run's graph when ids go in. */
  readonly outputs: readonly string[];
  readonly threads: number;
  readonly warmup: number;
}

/** Predicts the sentence with this number. */
type Once = (at: number) => Promise<unknown>;

async function prepare(
  { variant, model, outputs, threads }: Job,
  sentences: readonly (readonly number[])[],
): Promise<Once> {
  if (variant === "file-tokens") {
    const session = await InferenceSession.create(model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    });
    const words = sentences.map((ids) => ids.map((id) => `w${id}`));
    return async (at) => {
      const tokens = new Tensor("string", words[at]!, [1, words[at]!.length]);
      return plain(await session.run({ tokens }));
    };
  }
  const predictor = await loadModel(model);
  if (variant !== "run-ids") {
    const texts = sentences.map(textOf);
    return (at) => predict(predictor, [texts[at]!]);
  }
  const program = programOf(predictor);
  const ids = sentences.map((row) => Int32Array.from(row));
  return async (at) => {
    const tokens = { dtype: "int32", dims: [1, ids[at]!.length], data: ids[at]! } as const;
    return plain(await program.run({ tokens }, outputs));
  };
}

/** Results as arrays, as a caller reads them. */
function plain(results: Readonly<Record<string, { readonly data: Iterable<unknown> | ArrayLike<unknown> }>>) {
  return Object.values(results).map(({ data }) => Array.from(data));
}

/** The compiled graph of a run. */
function programOf(predictor: Predictor): Program {
  const { program } = predictor as Predictor & { readonly program?: Program };
  if (program === undefined) throw new Error("the predictor of a run has no program");
  return program;
}

async function turn(once: Once, sentences: number, steps: number): Promise<number[]> {
  const samples: number[] = [];
  for (let step = 0; step < steps; step++) {
    const started = performance.now();
    await once(step % sentences);
    samples.push(performance.now() - started);
  }
  return samples;
}

const job = JSON.parse(process.argv[2]!) as Job;
const lines = readFileSync(job.batches, "utf8").trim().split("\n");
const sentences = lines.flatMap((line) => (JSON.parse(line) as Batch).ids);
const once = await prepare(job, sentences);
await turn(once, sentences.length, job.warmup);
say({ ready: true });
for (;;) {
  const samples = await turn(once, sentences.length, nextTurn());
  say({ latency_ms: figures(samples), peak_rss_mb: process.resourceUsage().maxRSS / 1024 });
}
