/** @file Recorded answers for folders, as exported files carry them: a server that loads the version can tell whether it is still that model. */
import { SELF_TEST_FILE, selfTestMetadata, vectorSelfTest } from "../../exporters/self-test.js";
import type { Log } from "../../registry/context.js";
import { PtxError } from "../../registry/errors.js";
import type { Registry } from "../../registry/registry.js";
import type { Prediction } from "../../tasks/prediction.js";
import { RunFolder } from "../../tasks/run-folder.js";
import type { ModelSpec } from "../workers/messages.js";
import { openModel } from "../workers/open-model.js";
import type { Bundle } from "./bundle.js";

/** Held-out rows of a run among which those to record are looked for. */
const LOOKED_AT = 32;

/** What encoders are asked: short and long, marks and signs that tokenizers part on. */
const TEXTS = [
  "book a table",
  "The quick brown fox, as they say, jumps over the lazy dog!",
  "naïve café: 3.14 % of unaffordability (2026)",
];

/**
 * The bundle of a folder with `self-test.json` beside its files, unless it has one or is an exported file, which has its rows
 * inside. What cannot be loaded here, such as a run with components that are not known, or that has several tasks, is left as
 * it is, and a note says why.
 */
export async function withSelfTest(
  bundle: Bundle,
  path: string,
  registry: Registry,
  log: Log,
): Promise<Bundle> {
  const { facts, files, notes } = bundle;
  if (facts.kind === "onnx" || files.some((file) => file.path === SELF_TEST_FILE)) return bundle;
  try {
    const text = await recorded(path, registry, log);
    if (text === undefined) return bundle;
    const bytes = new TextEncoder().encode(text);
    return { ...bundle, files: [...files, { path: SELF_TEST_FILE, bytes }] };
  } catch (error) {
    if (!(error instanceof PtxError)) throw error;
    const [{ message }] = error.problems;
    return { ...bundle, notes: [...notes, `${path}: no answers were recorded with it: ${message}`] };
  }
}

async function recorded(path: string, registry: Registry, log: Log): Promise<string | undefined> {
  const model = await openModel({ ...AS_IT_IS, name: path, path }, registry, log);
  try {
    const { kind, columns } = model.about;
    if (kind === "encoder") {
      const rows = TEXTS.map((text) => ({ [columns[0]!]: text }));
      return vectorSelfTest(rows, await model.asMade(rows));
    }
    const samples = (await new RunFolder(path).samples()).slice(0, LOOKED_AT);
    const answers = (await model.asMade(samples.map(({ values }) => values))) as Prediction[];
    return Object.values(selfTestMetadata(samples, answers, columns, model.undecided, undefined))[0];
  } finally {
    await model.release();
  }
}

const AS_IT_IS: Omit<ModelSpec, "name" | "path"> = {
  ...{ kind: "auto", task: null, adapter: null, threads: 1, spinning: false, embed: {} },
  ...{ maxBatchRows: 64, maxBatchTokens: 8192, include: [] },
};
