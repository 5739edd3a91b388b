/** @file One worker as the front sees it, in a thread of this process or in a process of its own. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { FromWorker, ToWorker } from "./messages.js";

/** Where models run. "process": a fault of the run time ends one worker alone, and a run that hangs can be ended. */
export const ISOLATIONS = ["thread", "process"] as const;
export type Isolation = (typeof ISOLATIONS)[number];

/** What a worker says, and its end. Nothing comes after `exit`, which comes once. */
export interface LinkEvents {
  message(message: FromWorker): void;
  exit(reason: string): void;
}

/** A worker that runs. */
export interface WorkerLink {
  /** "process 1234" or "thread 5". */
  readonly name: string;
  send(message: ToWorker): void;
  /**
   * Gets rid of one that does not answer. A process is killed. A thread cannot be ended in mid-run, which would end this
   * process too: it is forgotten, and closes once its run is over.
   */
  abandon(): void;
}

/** Starts a worker; `entry` is the module that it runs. */
export function startWorker(isolation: Isolation, entry: URL, events: LinkEvents): WorkerLink {
  return isolation === "thread" ? startThread(entry, events) : startProcess(entry, events);
}

function startThread(entry: URL, events: LinkEvents): WorkerLink {
  // What a component prints goes with the log: standard output is for results.
  const worker = new Worker(entry, { stdout: true, execArgv: [] });
  const name = `thread ${worker.threadId}`;
  worker.stdout.on("data", (chunk: Buffer) => process.stderr.write(chunk));
  let [reason, forgotten] = [undefined as string | undefined, false];
  worker.on("message", (message: FromWorker) => {
    if (forgotten) worker.postMessage({ type: "close" } satisfies ToWorker);
    else events.message(message);
  });
  worker.on("error", (error) => {
    reason = error.stack ?? error.message;
  });
  worker.on("exit", (code) => {
    if (!forgotten) events.exit(reason ?? `it ended with the code ${code}`);
  });
  return {
    name,
    send: (message) => worker.postMessage(message),
    abandon() {
      forgotten = true;
      worker.unref();
      events.exit("it did not answer");
    },
  };
}

function startProcess(entry: URL, events: LinkEvents): WorkerLink {
  const child = fork(fileURLToPath(entry), [], {
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", 2, 2, "ipc"],
  });
  let ended = false;
  const exit = (reason: string): void => {
    if (ended) return;
    ended = true;
    events.exit(reason);
  };
  child.on("message", (message: FromWorker) => {
    if (!ended) events.message(message);
  });
  child.on("error", (error) => exit(error.message));
  child.on("exit", (code, signal) =>
    exit(signal === null ? `it ended with the code ${code}` : `it was ended by ${signal}`),
  );
  return {
    name: `process ${child.pid}`,
    send: (message) => sendTo(child, message, exit),
    abandon() {
      child.kill("SIGKILL");
      exit("it did not answer");
    },
  };
}

/** A process that is gone takes nothing: its exit tells why, unless it never began. */
function sendTo(child: ChildProcess, message: ToWorker, exit: (reason: string) => void): void {
  child.send(message, (error) => {
    if (error !== null) exit(error.message);
  });
}
