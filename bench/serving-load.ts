/** @file The clients of `serving.ts`, in a process of their own. For each line of its input, a `Load`, it prints a `LoadReport`. */
import { createInterface } from "node:readline";
import { type Load, runLoad } from "./lib/http-load.js";
import { type Percentiles, percentiles } from "./lib/stats.js";

/** What a round came to. */
export interface LoadReport {
  readonly perSecond: number;
  readonly answered: number;
  readonly others: Readonly<Record<string, number>>;
  readonly latency: Percentiles;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { seconds, latencies, others } = await runLoad(JSON.parse(line) as Load);
  const report: LoadReport = {
    perSecond: latencies.length / seconds,
    answered: latencies.length,
    others,
    latency: percentiles(latencies),
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
