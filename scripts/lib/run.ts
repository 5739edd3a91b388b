import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root folder of the project. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where and how a command runs. */
export interface RunOptions {
  /** The folder to run in; the project's root if absent. */
  readonly cwd?: string;
  /** Return the standard output instead of showing it. */
  readonly capture?: boolean;
  /** What to print as the command; the real one, program and arguments, if absent. */
  readonly shown?: string;
}

/** Prints a command, runs it and returns its standard output if captured; throws when it fails. */
export function run(
  program: string,
  args: readonly string[],
  { cwd = root, capture = false, shown }: RunOptions = {},
): string {
  const line = shown ?? [program, ...args].map(quoted).join(" ");
  process.stdout.write(`\n$ ${line}\n`);
  const { status, signal, error, stdout } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    stdio: ["inherit", capture ? "pipe" : "inherit", "inherit"],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`failed (${signal ?? `exit code ${status}`}): ${line}\n${stdout ?? ""}`);
  return stdout ?? "";
}

/** Runs npm. Its own entry file is run by this Node, because on Windows `npm` is a script of the shell. */
export function npm(args: readonly string[], options: RunOptions = {}): string {
  const shown = ["npm", ...args].map(quoted).join(" ");
  const entry = process.env.npm_execpath;
  return entry === undefined
    ? run("npm", args, { shown, ...options })
    : run(process.execPath, [entry, ...args], { shown, ...options });
}

/** The file behind the command `command` of an installed package, to be run by a Node of one's choice. */
export function toolPath(name: string, command = name): string {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve(`${name}/package.json`);
  const { bin } = require(manifest) as { bin: string | Record<string, string> };
  const file = typeof bin === "string" ? bin : bin[command];
  if (file === undefined) throw new Error(`${name} has no command ${command}`);
  return join(dirname(manifest), file);
}

/** Runs the project's own command line as `npx pytext-ts ...` would. */
export function pytextTs(args: readonly string[], options: RunOptions = {}): string {
  const shown = ["npx", "pytext-ts", ...args].map(quoted).join(" ");
  return run(process.execPath, [join(root, "dist/cli/main.js"), ...args], { shown, ...options });
}

function quoted(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : JSON.stringify(word);
}
