/** @file Runs the compiled command line as a user does: a process of its own, its exit code and both its outputs. */
import { type ChildProcess, spawn } from "node:child_process";
import { bundledMain } from "./built.js";

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** Standard input; none by default. */
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  /** The file of the command line: as it is shipped, for those who ask what it loads; its quick bundle by default. */
  readonly main?: string;
  /** Called with the process as soon as it runs: to kill it. */
  readonly started?: (child: ChildProcess) => void;
}

/** Runs `pytext-ts` with these arguments. */
export async function cli(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const child = spawn(process.execPath, [options.main ?? (await bundledMain()), ...args], {
    cwd: options.cwd,
    env: { ...process.env, NODE_OPTIONS: "", ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  options.started?.(child);
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.on("error", () => {}); // a command that reads no input may end before it is given
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

/** The lines of a text that are not empty. */
export function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** The JSON objects of a text, one a line. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return lines(text).map((line) => JSON.parse(line) as Record<string, unknown>);
}
