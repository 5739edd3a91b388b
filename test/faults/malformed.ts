/**
 * @file Ten thousand wrong requests against one server: none may crash it, surprise it, go without its reason, or leave memory
 * behind. `npm run test:faults` runs it; another count and seed: `jiti test/faults/malformed.ts COUNT SEED`.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { testFront } from "../support/front.js";
import { type Attack, attackGrpc, attackHttp } from "../support/malformed.js";

const [count, seed] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 0)];
/** Rounds, after each of which memory is looked at; the first one warms up. */
const ROUNDS = 5;
/** What the heap may have grown by from the first round to the last. */
const MOST_GROWTH = 16 * 2 ** 20;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const front = await testFront({ grpc_port: 0, max_body_bytes: 20_000, max_rows: 200, body_timeout_ms: 2000 });
const heaps: number[] = [];
const faults: string[] = [];
const statuses: Record<string, number> = {};
const add = (attack: Attack): void => {
  faults.push(...attack.faults);
  for (const [code, times] of Object.entries(attack.statuses)) statuses[code] = (statuses[code] ?? 0) + times;
};
for (let round = 0; round < ROUNDS; round++) {
  const part = Math.ceil(count / ROUNDS);
  const ofGrpc = Math.floor(part / 4);
  add(await attackHttp(front.http.port, part - ofGrpc, seed + 10 * round));
  add(await attackGrpc(front.grpcPort!, ofGrpc, seed + 10 * round + 5));
  for (const { level, err } of front.log)
    if ((level as number) >= 50) faults.push(`surprised: ${JSON.stringify(err)}`);
  front.log.length = 0;
  front.serving.asked.length = 0;
  collect();
  heaps.push(process.memoryUsage().heapUsed);
}
const alive = await fetch(`${front.http.url}/readyz`);
await front.stop();

console.log(`${count} wrong requests, seed ${seed}: ${JSON.stringify(statuses)}`);
console.log(`heap after each round, MB: ${heaps.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(", ")}`);
for (const fault of faults.slice(0, 20)) console.error(fault);
if (faults.length > 0) throw new Error(`${faults.length} answers that no server may give`);
if (alive.status !== 200) throw new Error("the server is no longer ready");
const growth = heaps.at(-1)! - heaps[0]!;
if (growth > MOST_GROWTH) throw new Error(`memory grew by ${growth} bytes`);
