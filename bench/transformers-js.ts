/**
 * @file The peer of `encoder-inference.ts`: vectors of single texts by Transformers.js.
 * Arguments: a JSON object, see `TransformersJsJob`.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { answerTurns } from "./lib/single-texts.js";

/** What the program is given. */
export interface TransformersJsJob {
  /** The folder whose node_modules hold Transformers.js. */
  readonly packages: string;
  /** The folder that holds the folder `model`. */
  readonly models: string;
  /** A JSON file of texts. */
  readonly texts: string;
  readonly threads: number;
  readonly warmup: number;
}

/** What is called of the package. */
interface TransformersJs {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  pipeline(
    task: "feature-extraction",
    model: string,
    options: { dtype: "fp32"; session_options: object },
  ): Promise<(text: string, options: { pooling: "mean" }) => Promise<{ data: Float32Array }>>;
}

const job = JSON.parse(process.argv[2]!) as TransformersJsJob;
const texts = JSON.parse(readFileSync(job.texts, "utf8")) as string[];
const require = createRequire(join(job.packages, "package.json"));
const PEER = "@huggingface/transformers";
const entry = pathToFileURL(require.resolve(PEER)).href;
const { env, pipeline } = (await import(entry)) as TransformersJs;
Object.assign(env, { allowRemoteModels: false, localModelPath: `${job.models}/` });
const extract = await pipeline("feature-extraction", "model", {
  dtype: "fp32",
  session_options: { intraOpNumThreads: job.threads, interOpNumThreads: 1 },
});
await answerTurns(
  async (at) => (await extract(texts[at]!, { pooling: "mean" })).data,
  texts.length,
  job.warmup,
);
