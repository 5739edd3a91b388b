/**
 * @file Our side of `encoder-inference.ts`: vectors of single texts.
 * Arguments: a JSON object, see `EncoderJob`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { loadEncoder } from "pytext-ts";
import { answerTurns } from "./lib/single-texts.js";

/** A text or its ids into a plain session of an exported file, or a text into the library. */
export type EncoderWay = "text" | "ids" | "library";

/** What the program is given. */
export interface EncoderJob {
  readonly way: EncoderWay;
  /** An exported file, or the folder of an encoder for the library. */
  readonly model: string;
  /** The folder with tokenizer.json, for ids; they are made before anything is timed. */
  readonly tokenizer: string;
  /** A JSON file of texts. */
  readonly texts: string;
  readonly threads: number;
  readonly warmup: number;
}

const job = JSON.parse(process.argv[2]!) as EncoderJob;
const texts = JSON.parse(readFileSync(job.texts, "utf8")) as string[];

async function prepare(): Promise<(at: number) => Promise<ArrayLike<number>>> {
  if (job.way === "library") {
    const encoder = await loadEncoder(job.model, { threads: job.threads });
    return async (at) => {
      for await (const [found] of encoder.embed([texts[at]!])) return found!.vector as ArrayLike<number>;
      throw new Error("no vector");
    };
  }
  const session = await InferenceSession.create(job.model, {
    intraOpNumThreads: job.threads,
    interOpNumThreads: 1,
  });
  const read = (name: string): unknown => JSON.parse(readFileSync(join(job.tokenizer, name), "utf8"));
  const tokenizer = new Tokenizer(read("tokenizer.json") as object, read("tokenizer_config.json") as object);
  const ids = job.way === "ids" ? texts.map((text) => Int32Array.from(tokenizer.encode(text).ids)) : [];
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!];
  const feed = (at: number): Tensor =>
    job.way === "ids"
      ? new Tensor("int32", ids[at]!, [1, ids[at]!.length])
      : new Tensor("string", [texts[at]!], [1]);
  return async (at) => (await session.run({ [input]: feed(at) }))[output]!.data as Float32Array;
}

await answerTurns(await prepare(), texts.length, job.warmup);
