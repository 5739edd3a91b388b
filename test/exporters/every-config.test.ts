/** @file Every shipped config, trained briefly on a little of its data, predicts the same from each form of exported file, and on both engines. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { parse } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { loadModel, silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { openRun } from "../../src/tasks/open-task.js";
import type { Prediction } from "../../src/tasks/prediction.js";
import { writeTinyEncoder } from "../support/tiny-encoder.js";
import { workplace } from "../support/toy.js";
import { bounds } from "./quantize/bounds.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = workplace();
const registry = defaultRegistry();
const [LINES, HELD_OUT] = [64, 24];
/** Of files whose lines are paragraphs. */
const [PARAGRAPHS, HELD_OUT_PARAGRAPHS] = [40, 10];

/** Stands in for a pretrained model, the variable `model`. */
const encoder = join(folder, "encoder");
await writeTinyEncoder(encoder);

/** The files that a config names below a variable: variable, and path below it. */
const FILES = /\$\{(\w+)\}\/([^"$]+)/g;

/** Pieces that any word of these letters is made of. */
const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"].flatMap((letter) => [letter, `##${letter}`]);

/** Articles in the form of SQuAD, each with its own things at its own places. */
const ARTICLES = Array.from({ length: 20 }, (_, i) => {
  const [thing, place] = [["lamp", "cup", "hat", "key"][i % 4]!, ["shelf", "table", "wall"][i % 3]!];
  const context = `the ${thing} number ${i} lies on the ${place}.`;
  const ask = (id: string, question: string, text: string) => ({
    ...{ id, question },
    answers: [{ text, answer_start: context.indexOf(text) }],
  });
  const qas = [ask(`${i}a`, "where is it?", `the ${place}`), ask(`${i}b`, "what is there?", thing)];
  return { title: `${thing} ${i}`, paragraphs: [{ context, qas }] };
});

/** Rows of sets that may not be passed on, or have too few articles when cut short, and small vocabularies: made up, in their form. */
const MADE_UP: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  vocab: {
    "vocab.txt": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "of", ...LETTERS]
      .map((piece) => `${piece}\n`)
      .join(""),
  },
  atis: Object.fromEntries(
    ["train", "valid", "test"].flatMap((split) => [
      [`${split}/seq.in`, "flights from boston to denver\nwhat does ewr mean\n".repeat(20)],
      [`${split}/seq.out`, "O O B-fromloc O B-toloc\nO O B-code O\n".repeat(20)],
      [`${split}/label`, "flight\nabbreviation\n".repeat(20)],
    ]),
  ),
  conll: Object.fromEntries(
    ["train", "valid", "test"].map((split) => [
      `${split}.txt`,
      "-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nrejects VBZ I-VP O\nGerman JJ I-NP I-MISC\n\nPeter NNP I-NP I-PER\nBlackburn NNP I-NP I-PER\n\n".repeat(
        20,
      ),
    ]),
  ),
  soft: Object.fromEntries(
    ["train", "eval", "test"].map((split) => [
      `${split}-soft.jsonl`,
      [
        { text: "a charming film", label: "1", logits: { 0: -1.5, 1: 1.5 } },
        { text: "not much of anything .", label: "0", logits: { 0: 0.75, 1: -0.75 } },
      ]
        .map((row) => `${JSON.stringify(row)}\n`)
        .join("")
        .repeat(30),
    ]),
  ),
  squad: { "dev-v1.1.json": JSON.stringify({ data: ARTICLES }) },
  trees: Object.fromEntries(
    ["train", "eval", "test"].map((split) => [
      `${split}.tsv${split === "train" ? ".gz" : ""}`,
      ["[IN:GET_EVENT fairs in [SL:PLACE New York ] ]", "[IN:GET_ROUTE to [SL:PLACE [IN:HOME home ] ] ]"]
        .map((tree) => {
          const words = tree.replace(/\[\S+ | \]/g, "");
          return `${words}\t${words}\t${tree}\n`;
        })
        .join("")
        .repeat(40),
    ]),
  ),
  ptb: Object.fromEntries(
    ["train", "valid", "test"].map((split) => [
      `ptb.${split}.txt`,
      " the cat sat on the mat \n a dog <unk> the N cats \n".repeat(60),
    ]),
  ),
};

/** Rows that are prepared, not shipped, by the folder of their files. */
const PREPARED: Readonly<Record<string, string>> = {
  spam: `label\ttext\n${"spam\twin a free prize now\nham\tsee you at lunch tomorrow\n".repeat(20)}`,
  debian: `package\tsummary\ttext\n${"a\tchess on boards\tthree boards to play chess on\nb\tnoise gate\tthis is a gate for noise.\n".repeat(20)}`,
  cmudict: `word\tphonemes\n${"cat\tK AE T\ntack\tT AE K\nit's\tIH T S\n".repeat(20)}`,
};

/** The first lines of files that were read before. */
const beginnings = new Map<string, readonly string[]>();

function linesOf(path: string): string[] {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n");
}

/** The first lines of a file, up to an empty one where it has any; comments and headers stay. */
function firstLines(path: string, count: number): string {
  const lines = beginnings.get(path) ?? linesOf(path).slice(0, LINES + 1);
  beginnings.set(path, lines);
  const blank = lines.indexOf("");
  if (lines.length <= count) return lines.join("\n");
  const end = blank >= 0 && blank < count ? lines.lastIndexOf("", count) : count - 1;
  return `${lines.slice(0, end + 1).join("\n")}\n`;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, path.endsWith(".gz") ? gzipSync(text) : text);
}

/** Whether a path is of the training rows that go with another path's rows: it differs in the name of the split alone. */
function trainsWith(path: string, other: string): boolean {
  const bare = (one: string): string =>
    one.replace(/\.gz$/, "").replace(/\b(train|eval|dev|valid|test)\b/, "*");
  return /\btrain\b/.test(path) && bare(path) === bare(other);
}

/** What little data needs changed. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  "multitask-snips-assistant": ["task.tasks.snips.data.train_fraction=1"],
  "snips-joint-ensemble": ["task.copies=2"],
  "sst2-ensemble": ["task.copies=2"],
  "squad-drqa": ["task.trainer.scheduler.warmup_steps=0"],
  "squad-bidaf": ["task.trainer.scheduler.warmup_steps=0"],
  "cmudict-g2p": ["task.model.encoder.lstm_dim=16", "task.model.decoder.hidden_dim=32"],
  "cmudict-g2p-parallel": [
    "task.model.encoder.lstm_dim=16",
    "task.model.target_embed_dim=16",
    "task.model.decoder.ffnn_embed_dim=32",
  ],
  "debian-summaries": [
    "task.model.inputs.tokens.vocab.min_counts=1",
    "task.model.encoder.lstm_dim=16",
    "task.model.decoder.hidden_dim=32",
  ],
  "top-pointer": [
    "task.model.inputs.target.vocab.min_counts=1",
    "task.model.encoder.lstm_dim=16",
    "task.model.decoder.hidden_dim=32",
  ],
  "top-rnng": ["task.model.lstm.lstm_dim=16", "task.model.embedding.embed_dim=16"],
  "trec-sparse": ["task.trainer.sparsifier.starting_epoch=1"],
  "wikitext2-mlm": ["task.trainer.scheduler.warmup_steps=0", "task.model.inputs.tokens.max_seq_len=32"],
  "wikitext2-lm": ["task.model.softmax.cutoffs=[50,200]"],
};

/** Puts a little of a config's data where its variables are pointed to. Undefined: the data is not here. */
function littleData(name: string, text: string): Record<string, string> | undefined {
  const { vars } = parse(text) as { vars?: Record<string, string> };
  const places: Record<string, string> = {};
  for (const [variable, place] of Object.entries(vars ?? {})) {
    const own = join(folder, "data", name, variable);
    places[variable] = variable === "model" ? encoder : own;
    if (variable === "model") continue;
    if (variable === "vectors") {
      const words = ["the", "a", "to", "in", "play", "what"];
      write(
        own,
        words
          .map(
            (word, i) => `${word} ${Array.from({ length: 100 }, (_, k) => ((i + k) % 7) / 10).join(" ")}\n`,
          )
          .join(""),
      );
      continue;
    }
    const made = MADE_UP[variable];
    if (made !== undefined) {
      for (const [path, content] of Object.entries(made)) write(join(own, path), content);
      continue;
    }
    const paths = [...text.matchAll(FILES)].filter(([, at]) => at === variable).map(([, , path]) => path!);
    const sources = new Map(paths.map((path) => [path, join(root, place, path)]));
    const prepared = PREPARED[paths[0]?.split("/")[0] ?? ""];
    if (prepared !== undefined) {
      for (const path of paths) write(join(own, path), prepared);
      continue;
    }
    if (![...sources.values()].every((path) => existsSync(path))) return undefined;
    for (const [path, source] of sources) {
      // Held-out rows are some of the training rows, so that there is no label that these lack.
      const train = paths.find((one) => trainsWith(one, path));
      const isTrain = path === train || train === undefined;
      const [many, few] = path.includes("wikitext2") ? [PARAGRAPHS, HELD_OUT_PARAGRAPHS] : [LINES, HELD_OUT];
      write(join(own, path), firstLines(isTrain ? source : sources.get(train)!, isTrain ? many : few));
    }
  }
  return places;
}

/** The forms of strings that a config's inputs take: pieces of texts, and answers' words, are cut from whole texts; masked ones, and words by a segmenter, outside the file. */
function stringForms(text: string): ("text" | "tokens")[] {
  if (text.includes("MaskedTokenTensorizer")) return [];
  if (text.includes("SegmenterTokenizer")) return ["tokens"];
  return /BERTTensorizer|SquadTensorizer/.test(text) ? ["text"] : ["text", "tokens"];
}

/** The largest difference of two predictions' numbers, by their size above 1; what else they hold must be the same. */
function difference(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) / Math.max(1, Math.abs(a));
  if (a === null || typeof a !== "object") {
    expect(b).toBe(a);
    return 0;
  }
  expect(Object.keys(b as object)).toEqual(Object.keys(a));
  return Math.max(
    0,
    ...Object.entries(a).map(([key, value]) => difference(value, (b as Record<string, unknown>)[key])),
  );
}

/** What configs are tried in take turns: a quantized form, or int8 and a fixed size. */
const TURNS = ["int8-weights", "int4-weights", "float16", "batches of two"] as const;

const configs = readdirSync(join(root, "configs"))
  .filter((file) => file.endsWith(".json"))
  .map((file, at) => [file.replace(/\.json$/, ""), TURNS[at % TURNS.length]!] as const);

describe.each(configs)("configs/%s.json", (name, turn) => {
  const text = readFileSync(join(root, "configs", `${name}.json`), "utf8");
  const places = littleData(name, text);
  const absent = places === undefined;

  test.skipIf(absent)(
    `predicts the same in every form of input, and in ${turn === "batches of two" ? "int8, and in batches of two" : turn}${absent ? " (skipped: ../shared/data is not here)" : ""}`,
    async () => {
      const config = parse(text) as { engine?: object; task: Record<string, object> };
      const [task] = Object.values(config.task) as [{ trainer?: Record<string, { epochs: number }> }];
      for (const trainer of Object.values(task.trainer ?? {})) trainer.epochs = 1;
      const run = join(folder, name);
      const set = [
        ...Object.entries(places!).map(([variable, place]) => `vars.${variable}=${place}`),
        ...(text.includes('"warmup_steps"') ? ["task.trainer.scheduler.warmup_steps=1"] : []),
        ...(CHANGES[name] ?? []),
      ];
      await train({ ...config, threads: 1 }, { output: run, registry, set });
      const parts = [...(await openRun(run, registry, silentLog)).task.parts.keys()];
      for (const part of parts) {
        const of = part === "" ? {} : { task: part };
        const open = await openRun(run, registry, silentLog, of.task);
        const samples = (await open.folder.samples(of.task)).slice(0, 6);
        const ours = await loadModel(run, { registry, ...of });
        const expected = await ours.predict(samples);
        await ours.release();
        const forms = [...stringForms(text), "ids" as const];
        const fixed = turn === "batches of two" ? ([[forms[0]!, 2]] as const) : [];
        for (const [input, batch] of [...forms.map((form) => [form] as const), ...fixed]) {
          const file = join(folder, `${name}-${part}-${input}-${batch ?? "any"}.onnx`);
          // It compares all held-out rows by itself, and throws where they differ.
          const { rows, difference: largest } = await exportOnnx(run, file, {
            registry,
            log: silentLog,
            input,
            ...(batch !== undefined && { sizes: new Map([["batch", batch]]) }),
            ...of,
          });
          expect(rows).toBeGreaterThan(0);
          expect(largest).toBeLessThanOrEqual(1e-5);
          if (input === "ids") continue;
          const theirs = await loadModel(file, { registry });
          expect(difference(expected, await theirs.predict(samples))).toBeLessThanOrEqual(1e-5);
          await theirs.release();
        }
        for (const quantize of turn === "batches of two" ? (["int8"] as const) : [turn]) {
          const file = join(folder, `${name}-${part}-${quantize}.onnx`);
          const { rows, quantization } = await exportOnnx(run, file, {
            // What takes texts is the same in every form, and takes long to load.
            ...{ registry, log: silentLog, input: "ids", quantize, ...of },
          });
          expect(rows).toBeGreaterThan(0);
          expect(quantization!.comparison!.rows).toBeGreaterThan(0);
          expect(quantization!.comparison!.difference).toBeLessThanOrEqual(bounds[quantize]);
        }
        const saved = JSON.parse(readFileSync(join(run, "config.json"), "utf8")) as object;
        writeFileSync(join(run, "config.json"), JSON.stringify({ ...saved, engine: { tensorflow: {} } }));
        const other = await loadModel(run, { registry, ...of });
        const got: Prediction[] = await other.predict(samples.slice(0, 2));
        await other.release();
        writeFileSync(join(run, "config.json"), JSON.stringify(saved));
        expect(difference(expected.slice(0, 2), got)).toBeLessThanOrEqual(1e-4);
      }
    },
  );
});
