import { Generator } from "../tasks/generate.js";
import { loadRegistry, print, terminalLog } from "./session.js";

/** Options of `pytext-ts generate`. */
export interface GenerateCommand {
  readonly prompt: string;
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly count: number;
  readonly json?: boolean;
  readonly include: readonly string[];
}

/** `pytext-ts generate RUN`: texts that a language model writes, an empty line between them. */
export async function generateCommand(run: string, options: GenerateCommand): Promise<void> {
  const { topK = null, topP = null, json = false, include, ...rest } = options;
  const generator = await Generator.load(run, await loadRegistry(include), terminalLog());
  try {
    let first = true;
    for await (const text of generator.texts({ ...rest, topK, topP })) {
      if (json) print(JSON.stringify({ text }));
      else print(first ? text : `\n${text}`);
      first = false;
    }
  } finally {
    await generator.release();
  }
}
