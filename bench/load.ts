/**
 * @file A client that asks a server over many connections, and looks at statuses and times alone: the other process of those that measure servers. Prints what it saw, one JSON line.
 * Usage: load.ts JOB
 */
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Connection, postBytes } from "./lib/connection.js";
import { say } from "./lib/respond.js";
import { type Percentiles, percentiles } from "./lib/stats.js";

/** What is asked, and how hard. */
export interface LoadJob {
  readonly url: string;
  /** A file of bodies, one a line, which are sent in turn. */
  readonly bodies: string;
  readonly connections: number;
  /** How long, or how many requests, all of which are waited for. */
  readonly seconds?: number;
  readonly requests?: number;
  /** Requests a second, for so many seconds, that are sent whether or not answers come as fast; absent: each connection waits for its answer. */
  readonly rate?: number;
}

/** Milliseconds of requests with one status. */
export interface StatusTimes extends Percentiles {
  readonly count: number;
  readonly max: number;
}

/** What came of it. */
export interface LoadReport {
  /** Seconds from the first request to the last answer. */
  readonly seconds: number;
  readonly statuses: Readonly<Record<string, StatusTimes>>;
  /** Requests whose connection broke. */
  readonly errors: number;
  /** Cores that this client used. */
  readonly cores: number;
  /** Milliseconds that its event loop was late, the 99th percentile: so much of the times above may be its own. */
  readonly late: number;
}

const job = JSON.parse(process.argv[2]!) as LoadJob;
const url = new URL(job.url);
const bodies = readFileSync(job.bodies, "utf8").trimEnd().split("\n");
const requests = bodies.map((body) => postBytes(url, body));
const connections = Array.from({ length: job.connections }, () => new Connection(url));
const timesOf = (taken: readonly number[]): StatusTimes => ({
  count: taken.length,
  ...percentiles(taken),
  max: taken.reduce((most, one) => Math.max(most, one), 0),
});

const times = new Map<number, number[]>();
let errors = 0;
await Promise.all(connections.map((connection) => connection.open()));
const started = performance.now();
const before = process.cpuUsage();
const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();
await (job.rate === undefined ? answerByAnswer(job) : atRate(job, job.rate));
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - started) / 1000;
const statuses = Object.fromEntries([...times].map(([status, taken]) => [status, timesOf(taken)]));
const late = loop.percentile(99) / 1e6;
const cores = (user + system) / 1e6 / seconds;
say({ seconds, statuses, errors, cores, late } satisfies LoadReport);
process.exit();

/** Sends a request; `then` is called when it has ended. */
function ask(connection: Connection, request: Buffer, then: () => void): void {
  const began = performance.now();
  connection.ask(request, (status) => {
    if (status === null) errors++;
    else {
      const taken = times.get(status) ?? [];
      taken.push(performance.now() - began);
      times.set(status, taken);
    }
    then();
  });
}

/** Each connection asks again when it has its answer; each begins elsewhere among the bodies. */
function answerByAnswer({ seconds: duration, requests: amount }: LoadJob): Promise<void> {
  let left = amount ?? Number.POSITIVE_INFINITY;
  const until = duration === undefined ? Number.POSITIVE_INFINITY : started + duration * 1000;
  const askOnAndOn = async (connection: Connection): Promise<void> => {
    let at = Math.floor(Math.random() * requests.length);
    while (left-- > 0 && performance.now() < until)
      await new Promise<void>((resolve) => ask(connection, requests[at++ % requests.length]!, resolve));
  };
  return Promise.all(connections.map(askOnAndOn)).then(() => {});
}

/** Asks when it is time, if a connection is free, whether or not others have their answers. */
async function atRate({ seconds: duration }: LoadJob, rate: number): Promise<void> {
  const free = [...connections];
  let sent = 0;
  while (performance.now() - started < duration! * 1000) {
    const due = Math.floor(((performance.now() - started) / 1000) * rate);
    for (; sent < due; sent++) {
      // What cannot be sent in time for want of a connection is not sent later.
      const connection = free.shift();
      if (connection !== undefined)
        ask(connection, requests[sent % requests.length]!, () => void free.push(connection));
    }
    await sleep(1);
  }
  while (free.length < connections.length) await sleep(10);
  for (const connection of connections) connection.close();
}
