/** @file The tokenizer beside a model file that takes ids, which does not cut texts itself. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isPieceTensorizer, type PieceTensorizer } from "../components/data/contracts.js";
import { ptxError } from "../registry/errors.js";
import { inputsOf } from "../tasks/deployment.js";
import type { ModelTask } from "../tasks/task.js";

/** `MODEL.tokenizer.json` beside `MODEL.onnx`. */
export const tokenizerFile = (model: string): string =>
  `${model.replace(/\.(onnx|ort)$/, "")}.tokenizer.json`;

/** The inputs of a model if all of them are pieces of texts, else none. */
function pieceInputsOf(part: ModelTask): readonly PieceTensorizer[] {
  const inputs = inputsOf(part).map(([, tensorizer]) => tensorizer);
  return inputs.every(isPieceTensorizer) ? inputs : [];
}

/** The tokenizer.json that all inputs of a model share; undefined where they have others, or learn from rows. */
export function sharedTokenizer(part: ModelTask): string | undefined {
  const written = new Set(pieceInputsOf(part).map(({ tokenizer }) => JSON.stringify(tokenizer)));
  return written.size === 1 ? [...written][0] : undefined;
}

/** Gives a model the tokenizer that stands beside its file; false where there is none. Throws `PTX_MODEL_FILE` where it is damaged. */
export async function loadTokenizerBeside(model: string, part: ModelTask): Promise<boolean> {
  const file = tokenizerFile(model);
  const inputs = pieceInputsOf(part);
  if (inputs.length === 0 || !existsSync(file)) return false;
  let tokenizer: unknown;
  try {
    tokenizer = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw ptxError("PTX_MODEL_FILE", file, `this is no tokenizer.json: ${(error as Error).message}`);
  }
  for (const input of inputs) input.load({ tokenizer });
  return true;
}
