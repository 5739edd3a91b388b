import type { Log } from "../registry/context.js";
import type { Registry } from "../registry/registry.js";
import type { CommandOutput } from "./command-output.js";

/** Lines for the person go to standard error, so that standard output holds results alone. */
export function terminalLog(quiet = false): Log {
  return {
    info: (line) => {
      if (!quiet) process.stderr.write(`${line}\n`);
    },
    warn: (line) => {
      process.stderr.write(`warning: ${line}\n`);
    },
  };
}

/** The built-in components and those of the user's files. */
export async function loadRegistry(includes: readonly string[] = []): Promise<Registry> {
  const { defaultRegistry } = await import("../tasks/builtins.js");
  const registry = defaultRegistry();
  if (includes.length > 0) {
    const { includeFiles } = await import("../registry/include.js");
    await includeFiles(registry, includes, await import("../index.js"));
  }
  return registry;
}

/** Prints a line of a command's result. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints what a command has to say: the result to standard output, remarks to standard error. */
export function show({ text, notes }: CommandOutput): void {
  for (const note of notes) process.stderr.write(`${note}\n`);
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}
