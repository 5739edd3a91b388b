/**
 * @file A client that asks without pause while models are swapped, and looks at every answer: the other process of `swaps.ts`. Each line
 * of its input ends a phase, whose figures it prints as a JSON line.
 * Usage: swap-client.ts JOB
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { say } from "./lib/respond.js";
import { type Percentiles, percentiles } from "./lib/stats.js";

/** What is asked. */
export interface SwapJob {
  readonly url: string;
  /** A file of bodies, one a line. */
  readonly bodies: string;
  readonly connections: number;
}

/** What came of a phase. */
export interface SwapReport extends Percentiles {
  readonly requests: number;
  readonly max: number;
  /** Requests without an answer, by what was wrong. */
  readonly failed: Readonly<Record<string, number>>;
  /** Answers whose label is not one of the model whose version they name. */
  readonly mixed: number;
  /** How often each version answered. */
  readonly versions: Readonly<Record<string, number>>;
}

interface Answer {
  readonly version: string;
  readonly predictions: readonly [{ readonly label: string }];
}

const { url, bodies: file, connections } = JSON.parse(process.argv[2]!) as SwapJob;
const bodies = readFileSync(file, "utf8").trimEnd().split("\n");
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const { hostname, port, pathname } = new URL(url);
/** The ending of each version's labels: it tells which model computed an answer. */
const endings = new Map<string, string>();
let phase = newPhase();
let at = 0;
for (let i = 0; i < connections; i++) void askOnAndOn();
for await (const _ of createInterface({ input: process.stdin })) {
  const { times, ...counts } = phase;
  phase = newPhase();
  say({
    ...counts,
    ...percentiles(times),
    requests: times.length,
    max: times.reduce((most, one) => Math.max(most, one), 0),
  } satisfies SwapReport);
}
process.exit();

function newPhase() {
  return {
    times: [] as number[],
    failed: {} as Record<string, number>,
    mixed: 0,
    versions: {} as Record<string, number>,
  };
}

async function askOnAndOn(): Promise<never> {
  for (;;) {
    const began = performance.now();
    const current = phase;
    const outcome = await ask(bodies[at++ % bodies.length]!).catch(({ message }: Error) => message);
    if (current !== phase) continue;
    current.times.push(performance.now() - began);
    if (typeof outcome === "string") current.failed[outcome] = (current.failed[outcome] ?? 0) + 1;
    else note(current, outcome);
  }
}

function note(current: ReturnType<typeof newPhase>, { version, predictions: [{ label }] }: Answer): void {
  current.versions[version] = (current.versions[version] ?? 0) + 1;
  const ending = label.slice(label.lastIndexOf("-"));
  const known = endings.get(version) ?? ending;
  endings.set(version, known);
  if (known !== ending) current.mixed++;
}

/** Rejects with what was wrong. */
function ask(body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const call = request({ agent, hostname, port, path: pathname, method: "POST", headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        text += part;
      });
      answer.once("end", () => {
        if (answer.statusCode === 200) resolve(JSON.parse(text) as Answer);
        else reject(new Error(`status ${answer.statusCode}`));
      });
      answer.once("error", reject);
    });
    call.once("error", reject);
    call.end(body);
  });
}
