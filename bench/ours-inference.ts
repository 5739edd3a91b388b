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

/** What a sentence goes in as: ids or text into a run, text into a plain session of an exported file, or into the library with it. */
export type Variant = "run-ids" | "run-text" | "session-text" | "file-text";

/** What the program is given. */
export interface Job {
  /** The batches whose rows are the sentences, or a file of sentences, one a line. */
  readonly batches?: string;
  readonly texts?: string;
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
  texts: readonly string[],
): Promise<Once> {
  if (variant === "session-text") {
    const session = await InferenceSession.create(model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    });
    return async (at) => plain(await session.run({ text: new Tensor("string", [texts[at]!], [1]) }));
  }
  const predictor = await loadModel(model);
  if (variant !== "run-ids") {
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
const linesOf = (path: string): string[] => readFileSync(path, "utf8").trim().split("\n");
const sentences =
  job.batches === undefined ? [] : linesOf(job.batches).flatMap((line) => (JSON.parse(line) as Batch).ids);
const texts = job.texts === undefined ? sentences.map(textOf) : linesOf(job.texts);
const once = await prepare(job, sentences, texts);
await turn(once, texts.length, job.warmup);
say({ ready: true });
for (;;) {
  const samples = await turn(once, texts.length, nextTurn());
  say({ latency_ms: figures(samples), peak_rss_mb: process.resourceUsage().maxRSS / 1024 });
}
