/**
 * @file Vectors of texts: the library's `embed` beside PyTorch with the package transformers, from sentences to normalised means
 * of the last layer's states.
 * Usage: npx jiti bench/embed.ts [--threads 2] [--rounds 15] [--data ../shared/data] [--model bench/.cache/minilm]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Contestant, takeTurns } from "./lib/contestant.js";
import { cache, inScratchFolder, machine, ours, root, torch } from "./lib/environment.js";
import { judged, number, table } from "./lib/markdown.js";
import type { Job } from "./ours-embed.js";

/** Sentences of a step, texts of a batch at most, and how long ours may take beside the peer's. */
const [BLOCK, BATCH, LIMIT] = [1024, 64, 1];
/** Vectors of length 1 that are farther apart than this in any number are not the same. */
const SAME = 1e-4;

const { values } = parseArgs({
  options: {
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "15" },
    data: { type: "string", default: join(root, "../shared/data") },
    model: { type: "string", default: join(cache, "minilm") },
  },
});
const model = resolve(values.model);
const sentences = ["train", "dev", "test"].flatMap((split) =>
  readFileSync(join(resolve(values.data), "stsb", `${split}.tsv`), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .flatMap((line) => line.split("\t").slice(1, 3)),
);

console.log(`${machine()}\n`);
const rows: string[][] = [];
for (const threads of values.threads.split(",").map(Number)) rows.push(...(await duel(threads)));
const head = [
  "sentences to vectors",
  "threads",
  `ms a ${BLOCK} sentences`,
  "sentences/s",
  "peak MB",
  `ours / its time (<= ${LIMIT})`,
];
console.log(
  `### Vectors of texts\n\nThe ${sentences.length} sentences of the STS benchmark, ${BLOCK} at a time, in batches of like length (${BATCH} texts at most), tokenizers included; all sides give the same vectors. Medians over ${values.rounds} rounds.\n\n${table(head, rows)}\n`,
);

async function duel(threads: number): Promise<string[][]> {
  return inScratchFolder(async (folder) => {
    const texts = join(folder, "sentences.txt");
    writeFileSync(texts, sentences.map((text) => `${text}\n`).join(""));
    const job: Job = { model, texts, threads, block: BLOCK, batch: BATCH };
    const we = await Contestant.start("pytext-ts", ours("ours-embed.ts", JSON.stringify(job)));
    const peers: Contestant[] = [];
    for (const attention of ["sdpa", "eager"])
      peers.push(
        await Contestant.start(
          `Transformers, ${attention}`,
          torch(
            "torch_embed.py",
            ...["--model", model, "--texts", texts, "--threads", `${threads}`, "--interactive"],
            ...["--block", `${BLOCK}`, "--batch", `${BATCH}`, "--attention", attention],
          ),
        ),
      );
    await takeTurns([we, ...peers], { rounds: Number(values.rounds), steps: 1 });
    for (const peer of peers) requireSame(we, peer);
    return [we, ...peers].map((one) => {
      const ms = one.typical("p50");
      return [
        one.name,
        `${threads}`,
        number(ms),
        number((1000 * BLOCK) / ms),
        one.peakMb().toFixed(0),
        one === we ? "" : judged(we.ratioTo(one), LIMIT),
      ];
    });
  });
}

/** Throws where the first vector of some round differs. */
function requireSame(we: Contestant, peer: Contestant): void {
  for (const [round, { report }] of we.rounds.entries()) {
    const [a, b] = [report, peer.rounds[round]!.report].map(({ vector }) => vector as number[]) as [
      number[],
      number[],
    ];
    const apart = Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));
    if (a.length === b.length && apart <= SAME) continue;
    throw new Error(`${peer.name} gives another vector in round ${round + 1}: ${apart} apart`);
  }
}
