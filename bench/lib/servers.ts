/** @file Servers that are asked over the network: ours, and Python's. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadJob, LoadReport } from "../load.js";
import { cli, ours, torch } from "./environment.js";

/** How long a server may take until it answers. */
const LONGEST_START = 120_000;

/** A server that is up. */
export class Server {
  readonly #errors: { text: string };

  private constructor(
    readonly name: string,
    /** Where it is asked. */
    readonly url: string,
    readonly process: ChildProcess,
    errors: { text: string },
  ) {
    this.#errors = errors;
  }

  /**
   * Starts a program and waits until it answers.
   * @param command of the port that it shall listen at
   */
  static async start(
    name: string,
    command: (port: number) => readonly [string, ...string[]],
    paths: { readonly ready: string; readonly ask: string },
  ): Promise<Server> {
    const port = await freePort();
    const [program, ...args] = command(port);
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    const errors = { text: "" };
    child.stderr.on("data", (text: Buffer) => {
      errors.text = `${errors.text}${text}`.slice(-4000);
    });
    const base = `http://127.0.0.1:${port}`;
    for (const started = performance.now(); ; await sleep(100)) {
      const answer = await fetch(`${base}${paths.ready}`).catch(() => null);
      if (answer?.ok === true) break;
      if (child.exitCode !== null || performance.now() - started > LONGEST_START) {
        child.kill("SIGKILL");
        throw new Error(`${name} does not answer\n${errors.text}`);
      }
    }
    return new Server(name, `${base}${paths.ask}`, child, errors);
  }

  /** Ends it, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null) throw new Error(`${this.name} ended early\n${this.#errors.text}`);
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await gone;
  }
}

/** Our server, with a serve.json. */
export const ourServer = (name: string, config: string, ask: string): Promise<Server> =>
  Server.start(name, (port) => [process.execPath, cli, "serve", "--config", config, "--port", `${port}`], {
    ready: "/readyz",
    ask,
  });

/** A model behind FastAPI; `options` as `serve_models.py` has them. */
export const fastApi = (name: string, options: object): Promise<Server> =>
  Server.start(name, (port) => torch("serve_models.py", JSON.stringify({ ...options, port })), {
    ready: "/ready",
    ask: "/predict",
  });

/** The memory of a server's process, where /proc tells it. */
export function residentMb({ process: { pid } }: Server): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!;
  return Number(kilobytes) / 1024;
}

/** A load from a process of its own. */
export async function load(job: LoadJob): Promise<LoadReport> {
  const [program, ...args] = ours("load.ts", JSON.stringify(job));
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (part: Buffer) => {
    text += part;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`the client ended with ${code}`);
  return JSON.parse(text) as LoadReport;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
