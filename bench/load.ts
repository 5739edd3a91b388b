/**
 * @file A client that asks a server over many connections: the other process of `serving.ts`. Prints what it saw, one JSON line.
 * Usage: load.ts JOB
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import autocannon from "autocannon";
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
  /** Connections that broke, and requests that were given up. */
  readonly errors: number;
}

const job = JSON.parse(process.argv[2]!) as LoadJob;
const bodies = readFileSync(job.bodies, "utf8").trimEnd().split("\n");
const timesOf = (taken: readonly number[]): StatusTimes => ({
  count: taken.length,
  ...percentiles(taken),
  max: taken.reduce((most, one) => Math.max(most, one), 0),
});

const times = new Map<number, number[]>();
const started = performance.now();
const errors = await (job.rate === undefined ? answerByAnswer(job) : atRate(job, job.rate));
const statuses = Object.fromEntries([...times].map(([status, taken]) => [status, timesOf(taken)]));
const report: LoadReport = { seconds: (performance.now() - started) / 1000, statuses, errors };
say(report);
process.exit();

function answered(status: number, milliseconds: number): void {
  const taken = times.get(status) ?? [];
  taken.push(milliseconds);
  times.set(status, taken);
}

/** Each connection asks again when it has its answer. */
async function answerByAnswer({ url, connections, seconds, requests: amount }: LoadJob): Promise<number> {
  const requests = bodies.map((body) => ({
    method: "POST" as const,
    headers: { "content-type": "application/json" },
    body,
  }));
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const options: autocannon.Options = {
      ...{ url, connections, requests, timeout: 600 },
      ...(amount === undefined ? { duration: seconds! } : { amount }),
      // Each connection begins elsewhere among the bodies.
      setupClient: (client) => {
        const from = Math.floor(Math.random() * requests.length);
        client.setRequests([...requests.slice(from), ...requests.slice(0, from)]);
      },
    };
    const instance = autocannon(options, (error, all) => (error ? reject(error as Error) : resolve(all)));
    instance.on("response", (_client, status, _bytes, milliseconds) => answered(status, milliseconds));
  });
  return result.errors + result.timeouts;
}

/** Asks when it is time, if a connection is free, whether or not others have their answers. */
async function atRate({ url, connections, seconds }: LoadJob, rate: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port, pathname } = new URL(url);
  let [sent, failed, open] = [0, 0, 0];
  const ask = (body: string): void => {
    open++;
    const began = performance.now();
    const ended = (): void => void open--;
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const call = request({ agent, hostname, port, path: pathname, method: "POST", headers }, (answer) => {
      answer.resume().once("end", () => {
        answered(answer.statusCode!, performance.now() - began);
        ended();
      });
    });
    call.once("error", () => {
      failed++;
      ended();
    });
    call.end(body);
  };
  while (performance.now() - started < seconds! * 1000) {
    const due = Math.floor(((performance.now() - started) / 1000) * rate);
    // What cannot be sent in time for want of a connection is not sent later.
    for (; sent < due; sent++) if (open < connections) ask(bodies[sent % bodies.length]!);
    await sleep(2);
  }
  while (open > 0) await sleep(10);
  agent.destroy();
  return failed;
}
