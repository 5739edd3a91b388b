/**
 * @file Ten times as many requests as a server can answer: how long those it takes wait, how fast it refuses the others, and its memory.
 * Requests come at a steady rate, whether or not the server keeps up.
 * Usage: npx jiti bench/overload.ts [--seconds 300] [--connections 512] [--data ../shared/data] [--model bench/.cache/minilm]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cache, inScratchFolder, machine, root } from "./lib/environment.js";
import { number, table } from "./lib/markdown.js";
import { load, ourServer, residentMb } from "./lib/servers.js";
import { median } from "./lib/stats.js";

/** Requests beside those it can answer; 99th percentile of accepted ones beside that at saturation; milliseconds of a refusal; growth of memory. */
const [TIMES, SLOWER, REFUSED, GROWTH] = [10, 2, 10, 1.05];

/** Connections that keep the server busy and have it refuse nobody, and how long. */
const SATURATION = { connections: 64, seconds: 10 };

/** Seconds until what is compiled while it runs is compiled. */
const WARM_UP = 5;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "300" },
    connections: { type: "string", default: "512" },
    data: { type: "string", default: join(root, "../shared/data") },
    model: { type: "string", default: join(cache, "minilm") },
  },
});
const seconds = Number(values.seconds);

console.log(`${machine()}\n`);
await inScratchFolder(async (folder) => {
  const bodies = join(folder, "bodies.jsonl");
  const texts = readFileSync(join(resolve(values.data), "stsb/test.tsv"), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t")[1]!);
  writeFileSync(bodies, texts.map((text) => `${JSON.stringify({ inputs: [text] })}\n`).join(""));
  const config = join(folder, "serve.json");
  const start = (wait: number | null) => {
    const model = { source: resolve(values.model), max_queue_wait_ms: wait };
    writeFileSync(config, JSON.stringify({ log_level: "warn", models: { model } }));
    return ourServer("pytext-ts serve", config, "/v1/embed");
  };

  const free = await start(null);
  await load({ url: free.url, bodies, ...SATURATION, seconds: WARM_UP });
  const saturated = await load({ url: free.url, bodies, ...SATURATION });
  await free.stop();
  const usual = saturated.statuses["200"]!;
  const rate = usual.count / saturated.seconds;

  const server = await start(Math.round(usual.p99));
  const memory: number[] = [];
  const watch = setInterval(() => memory.push(residentMb(server)), 1000);
  const job = {
    url: server.url,
    bodies,
    connections: Number(values.connections),
    rate: Math.round(TIMES * rate),
  };
  await load({ ...job, seconds: WARM_UP });
  const { statuses, errors, cores, late } = await load({ ...job, seconds });
  clearInterval(watch);
  await server.stop();
  const [accepted, refused] = [statuses["200"]!, statuses["429"]!];
  const offered = Object.values(statuses).reduce((sum, { count }) => sum + count, 0);
  const others = offered - accepted.count - refused.count + errors;
  const third = Math.floor(memory.length / 3);
  const [first, last] = [memory.slice(third, 2 * third), memory.slice(2 * third)].map(median) as [
    number,
    number,
  ];
  const judged = (good: boolean): string => (good ? "ok" : "MISSED");
  const rows = [
    ["requests/s at saturation", number(rate), ""],
    ["p99 ms at saturation", number(usual.p99), ""],
    ["requests/s sent", number(offered / seconds), ""],
    ["requests/s answered", number(accepted.count / seconds), ""],
    ["p99 ms of answers", number(accepted.p99), judged(accepted.p99 <= SLOWER * usual.p99)],
    ["p50 ms of answers", number(accepted.p50), ""],
    ["p50 ms of refusals", number(refused.p50), ""],
    ["p99 ms of refusals", number(refused.p99), judged(refused.p99 <= REFUSED)],
    ["cores that the client used", number(cores), ""],
    ["p99 ms that the client's own loop was late", number(late), ""],
    ["neither answered nor refused", `${others}`, judged(others === 0)],
    ["MB, second third of the time", number(first), ""],
    ["MB, last third", number(last), judged(last <= GROWTH * first)],
  ];
  console.log(
    `### Server under ${TIMES} times its load\n\nMiniLM-L6, one text a request, ${seconds} s over ${values.connections} connections, the client on the same cores. max_queue_wait_ms is the 99th percentile at saturation (${SATURATION.connections} connections).\n\n${table(["", "", ""], rows)}\n`,
  );
});
