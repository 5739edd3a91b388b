/**
 * @file The table that bert-as-service published of itself, for our server: sequences a second by length, client batch, clients, batch
 * size and layer.
 * Usage: npx jiti bench/serving-table.ts [--repeats 5] [--data ../shared/data] [--model bench/.cache/minilm]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cache, inScratchFolder, machine, root } from "./lib/environment.js";
import { number, table } from "./lib/markdown.js";
import { load, ourServer } from "./lib/servers.js";

const { values } = parseArgs({
  options: {
    repeats: { type: "string", default: "5" },
    data: { type: "string", default: join(root, "../shared/data") },
    model: { type: "string", default: join(cache, "minilm") },
  },
});

/** What is varied, a factor at a time. */
interface Setting {
  readonly length: number;
  readonly clientBatch: number;
  readonly clients: number;
  readonly batch: number;
  readonly layer: number;
}

/** bert-as-service sent 2,048 sequences a request to a graphics processor. */
const USUAL: Setting = { length: 40, clientBatch: 256, clients: 1, batch: 256, layer: -2 };

const FACTORS: readonly {
  readonly title: string;
  readonly key: keyof Setting;
  readonly values: readonly number[];
}[] = [
  { title: "max_seq_len", key: "length", values: [20, 40, 80, 160] },
  { title: "sequences a request", key: "clientBatch", values: [1, 4, 16, 64, 256, 1024] },
  { title: "clients", key: "clients", values: [1, 2, 4, 8, 16, 32] },
  { title: "max_batch_size", key: "batch", values: [32, 64, 128, 256, 512] },
  { title: "layer", key: "layer", values: [-1, -2, -4, -6] },
];

/** Of many clients each sends fewer requests, but one: all of them together so many. */
const REQUESTS = 20;

/** Bodies of a file; each holds other sequences. */
const BODIES = 8;

const words = readFileSync(join(resolve(values.data), "stsb/test.tsv"), "utf8")
  .split("\n")
  .slice(1)
  .map((line) => line.split("\t")[1] ?? "")
  .join(" ")
  .split(" ");

/** A text of at least so many pieces, other words for another number. */
function textOf(length: number, at: number): string {
  const from = (at * 7) % (words.length - length);
  return words.slice(from, from + length).join(" ");
}

console.log(`${machine()}\n`);
await inScratchFolder(async (folder) => {
  const nameOf = ({ length, batch }: Setting): string => `length-${length}-batch-${batch}`;
  const settings = FACTORS.flatMap(({ key, values: all }) =>
    all.map((value) => ({ ...USUAL, [key]: value })),
  );
  const models = Object.fromEntries(
    settings.map((one) => [
      nameOf(one),
      {
        source: resolve(values.model),
        embed: { pooling: "reduce_mean", max_seq_len: one.length },
        max_batch_size: one.batch,
        max_batch_tokens: 2 ** 20,
        max_queue_rows: 2 ** 16,
        max_queue_characters: 2 ** 28,
        timeout_ms: 600_000,
      },
    ]),
  );
  const config = join(folder, "serve.json");
  writeFileSync(config, JSON.stringify({ log_level: "warn", max_rows: 4096, models }));
  const server = await ourServer("pytext-ts serve", config, "/v1/embed");
  const rows: string[][] = [];
  try {
    for (const { title, key, values: all } of FACTORS)
      for (const value of all) {
        const setting = { ...USUAL, [key]: value };
        const bodies = join(folder, "bodies.jsonl");
        writeFileSync(bodies, Array.from({ length: BODIES }, (_, i) => `${bodyOf(setting, i)}\n`).join(""));
        const { clients, clientBatch } = setting;
        const job = { url: server.url, bodies, connections: clients };
        const repeats = Number(values.repeats) * Math.max(1, Math.ceil(16 / clientBatch));
        const few = Math.max(clients, Math.min(repeats * clients, REQUESTS));
        const requests = clients === 1 ? repeats : few;
        await load({ ...job, connections: 1, requests: 1 });
        const { statuses, seconds, errors } = await load({ ...job, requests });
        if (errors > 0 || Object.keys(statuses).join() !== "200") throw new Error(JSON.stringify(statuses));
        const { count, p50, p95, p99 } = statuses["200"]!;
        const sequences = (count * clientBatch) / seconds;
        rows.push([`${title} ${value}`, number(sequences), ...[p50, p95, p99].map(number)]);
      }
  } finally {
    await server.stop();
  }
  const { length, clientBatch, clients, batch, layer } = USUAL;
  const usual = `max_seq_len ${length}, ${clientBatch} sequences a request, ${clients} client, max_batch_size ${batch}, layer ${layer}`;
  console.log(
    `### Server: the table of bert-as-service\n\nMiniLM-L6, float32, REDUCE_MEAN, all sequences as long as max_seq_len; vectors as base64; ${values.repeats} requests, of few sequences up to 16 times as many; of several clients each that many as long as it is no more than ${REQUESTS} in all, and one at least. What a row does not name: ${usual}.\n\n${table(["", "sequences/s", "p50 ms", "p95 ms", "p99 ms"], rows)}\n`,
  );

  function bodyOf(setting: Setting, at: number): string {
    const inputs = Array.from({ length: setting.clientBatch }, (_, i) =>
      textOf(setting.length, at * setting.clientBatch + i),
    );
    return JSON.stringify({
      ...{ model: nameOf(setting), inputs },
      ...{ layers: [setting.layer], encoding_format: "base64" },
    });
  }
});
