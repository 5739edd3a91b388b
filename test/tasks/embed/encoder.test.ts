/** @file Vectors against recorded outputs of Transformers 4.46.3 and sentence-transformers 5.7.0 (bench/peers/record_embeddings.py). */
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../src/engine/engine.js";
import { readSafetensors } from "../../../src/graph/safetensors.js";
import { loadEncoder, train } from "../../../src/library.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";
import type { Embedded, Embedder, EmbedInput } from "../../../src/tasks/embed/contracts.js";
import { EncoderEmbedder, embeddingGraph } from "../../../src/tasks/embed/encoder-embedder.js";
import { openPretrained } from "../../../src/tasks/embed/encoder-source.js";
import type { EmbeddingPooling, EmbedOptions } from "../../../src/tasks/embed/options.js";
import { workplace } from "../../support/toy.js";

const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const BERT = place("../../components/encoders/fixtures/bert");
const folder = workplace();
const log = { info: () => {}, warn: (line: string) => expect.unreachable(line) };

/** The texts whose pieces the script has. */
const TEXTS = ["w7 w8 w9", "", "zzz", "w29 w5 w11 w12 w5 w6 w20 w21"];
const LAYERS = 2;
const DIM = 8;

function bert(name: string, files: Readonly<Record<string, unknown>> = {}): string {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  for (const file of ["config.json", "model.safetensors"]) cpSync(join(BERT, file), join(own, file));
  const words = Array.from({ length: 25 }, (_, i) => `w${i + 5}`);
  writeFileSync(join(own, "vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...words].join("\n"));
  for (const [file, value] of Object.entries(files)) {
    mkdirSync(join(own, file, ".."), { recursive: true });
    writeFileSync(join(own, file), JSON.stringify(value));
  }
  return own;
}

async function all(
  encoder: Embedder,
  texts: readonly EmbedInput[],
  options: EmbedOptions = {},
): Promise<Embedded[]> {
  const results: Embedded[] = [];
  for await (const chunk of encoder.embed(texts, options)) results.push(...chunk);
  return results;
}

let encoder: Embedder;
let recorded: (text: number, name: string) => number[][];

beforeAll(async () => {
  encoder = await loadEncoder(bert("plain"), { log });
  const { tensors } = await readSafetensors(place("fixtures/states.safetensors"));
  recorded = (text, name) => {
    const data = [...(tensors[`${text}.${name}`]!.data as Float32Array)];
    return Array.from({ length: data.length / DIM }, (_, i) => data.slice(i * DIM, (i + 1) * DIM));
  };
});

/** bert-as-service's formulas over the pieces that count, written out. */
function expected(
  pooling: EmbeddingPooling,
  text: number,
  layers: readonly number[],
  maskClsSep: boolean,
): number[] {
  if (pooling === "cls_pooled") return recorded(text, "pooled")[0]!;
  const states = layers
    .map((layer) => recorded(text, `state${layer}`))
    .reduce((a, b) => a.map((row, i) => [...row, ...b[i]!]));
  const special = (i: number): boolean => i === 0 || i === states.length - 1;
  const kept = states.filter((_, i) => !(maskClsSep && special(i)));
  const columns = states[0]!.map((_, column) => kept.map((row) => row[column]!));
  const mean = columns.map((values) => values.reduce((a, b) => a + b, 0) / Math.max(values.length, 1));
  const most = columns.map((values) => (values.length === 0 ? 0 : Math.max(...values)));
  switch (pooling) {
    case "none":
      return states.flatMap((row, i) => (maskClsSep && special(i) ? row.map(() => 0) : row));
    case "reduce_mean":
      return mean;
    case "reduce_max":
      return most;
    case "reduce_mean_max":
      return [...mean, ...most];
    case "first_token":
      return states[0]!;
    case "last_token":
      return states.at(-1)!;
  }
}

const close = (values: Iterable<number>): unknown[] =>
  [...values].map((value) => expect.closeTo(value, 4) as unknown);

const ONE_PIECE = ["first_token", "last_token"] as const;
const SEVERAL = ["none", "reduce_mean", "reduce_max", "reduce_mean_max"] as const;
const cases: [EmbeddingPooling, number[] | undefined, number[], boolean][] = [
  ["cls_pooled", undefined, [2], false],
  ...[...ONE_PIECE, ...SEVERAL].flatMap((pooling) =>
    (
      [
        [[-1], [2]],
        [[-2], [1]],
        [[0], [0]],
        [
          [-1, 0, 1],
          [2, 0, 1],
        ],
      ] as const
    ).flatMap(([layers, from]) =>
      [false, ...((SEVERAL as readonly string[]).includes(pooling) ? [true] : [])].map(
        (masked): (typeof cases)[number] => [pooling, [...layers], [...from], masked],
      ),
    ),
  ),
];

describe("an encoder's vectors", () => {
  it.each(cases)(
    "pooled by %s of layers %j are bert-as-service's (%j, special pieces out: %s)",
    async (pooling, layers, from, maskClsSep) => {
      const results = await all(encoder, TEXTS, { pooling, maskClsSep, ...(layers && { layers }) });
      for (const [i, { vector, dims }] of results.entries()) {
        expect([...vector]).toEqual(close(expected(pooling, i, from, maskClsSep)));
        expect(dims.reduce((a, b) => a * b, 1)).toBe(vector.length);
        if (pooling !== "none")
          expect(vector.length).toBe(await encoder.dim({ pooling, ...(layers && { layers }) }));
      }
    },
  );

  it("do not depend on the other texts of their batch, nor on its size", async () => {
    for (const pooling of ["none", ...ONE_PIECE, "reduce_mean_max", "cls_pooled"] as const) {
      const together = await all(encoder, TEXTS, { pooling });
      const alone = await all(encoder, TEXTS, { pooling, batchSize: 1 });
      const few = await all(encoder, TEXTS, { pooling, maxTokens: 6 });
      for (const [i, { vector, dims }] of together.entries()) {
        expect(alone[i]!.dims).toEqual(dims);
        expect([...alone[i]!.vector]).toEqual([...vector].map((x) => expect.closeTo(x, 5) as unknown));
        expect([...few[i]!.vector]).toEqual([...vector].map((x) => expect.closeTo(x, 5) as unknown));
      }
    }
  });

  it("have the length 1 where that is asked for, and zeros stay zeros", async () => {
    const options = { maskClsSep: true, normalize: true };
    const results = await all(encoder, TEXTS, options);
    const lengths = results.map(({ vector }) => Math.hypot(...vector));
    expect(lengths).toEqual([1, 0, 1, 1].map((length) => expect.closeTo(length, 5) as unknown));
    expect(results.map(({ empty }) => empty)).toEqual([false, true, false, false]);
  });

  it("tell tokens, unknown ones, and texts that were cut", async () => {
    const results = await all(encoder, [...TEXTS, "w5\0w6"], { maxSeqLen: 6 });
    expect(results.map(({ truncated }) => truncated)).toEqual([false, false, false, true, false]);
    expect(results.map(({ unknown }) => unknown)).toEqual([0, 0, 1, 0, 1]);
    expect(results[3]!.tokens).toEqual(["[CLS]", "w29", "w5", "w11", "w12", "[SEP]"]);
    const [short] = await all(encoder, ["w29 w5 w11 w12"], {});
    expect([...results[3]!.vector]).toEqual(close(short!.vector));
  });

  it("of pairs are those of both texts read together", async () => {
    const [pair] = await all(encoder, [["w5 w6", "w7"]]);
    expect(pair!.tokens).toEqual(["[CLS]", "w5", "w6", "[SEP]", "w7", "[SEP]"]);
  });

  it("come in chunks, in the order of the texts", async () => {
    const texts = Array.from({ length: 1500 }, (_, i) => `w5 ${"w6 ".repeat(i % 7)}w${5 + (i % 25)}`);
    const results = await all(encoder, texts);
    expect(results.map(({ tokens }) => tokens.slice(1, -1).join(" "))).toEqual(texts.map((text) => text));
    expect(await all(encoder, [])).toEqual([]);
  });

  it.each([
    ["a layer that is not there", { layers: [-4] }, /there is no layer -4: the model has 2/],
    [
      "a mask that does nothing",
      { pooling: "last_token", maskClsSep: true },
      /there is nothing to leave out/,
    ],
    ["layers of the pooler", { pooling: "cls_pooled", layers: [-1] }, /leave layers out/],
    ["more tokens than places", { maxSeqLen: 17 }, /the model has 16 places/],
    ["no room for a token", { maxSeqLen: 2 }, /no room for 2 special ones/],
  ] as const)("are refused for %s", async (_, options, message) => {
    await expect(encoder.dim(options)).rejects.toThrow(message);
  });

  it("can be had by ever other options without ever more programs: those used longest ago are released, none in use", async () => {
    const source = await openPretrained(bert("programs"), { registry: defaultRegistry(), log });
    let [open, most] = [0, 0];
    const engine = await source.engine();
    const counted: Engine = {
      name: "counted",
      async compile(graph, options) {
        const program = await engine.compile(graph, options);
        most = Math.max(most, ++open);
        const release = async (): Promise<void> => {
          open--;
          await program.release();
        };
        return { run: (...args) => program.run(...args), release };
      },
    };
    const many = new EncoderEmbedder({ ...source, engine: async () => counted });
    const first = await all(many, TEXTS, { maxSeqLen: 3 });
    for (let maxSeqLen = 4; maxSeqLen < 12; maxSeqLen++) await all(many, TEXTS, { maxSeqLen });
    expect([open, most]).toEqual([4, 5]);
    expect(await all(many, TEXTS, { maxSeqLen: 3 })).toEqual(first);
    const together = await Promise.all(
      [3, 4, 5, 6, 7, 8].map((maxSeqLen) => all(many, TEXTS, { maxSeqLen })),
    );
    expect(together[0]).toEqual(first);
    await many.release();
    expect(open).toBe(0);
  });

  it("are of a graph that ends at the highest layer that is asked for", async () => {
    const source = await openPretrained(bert("cut"), { registry: defaultRegistry(), log });
    const asked = new EncoderEmbedder(source).asked({ layers: [-LAYERS] });
    const graph = embeddingGraph(source, asked);
    const places = graph.nodes.map(({ place: at }) => at).join("\n");
    expect(places).toContain("layer0");
    expect(places).not.toContain("layer1");
    expect(source.parameters.names.filter((name) => /layer1|pooler/.test(name))).toEqual([]);
  });
});

const module = (idx: number, path: string, type: string): object => ({
  ...{ idx, path, name: `${idx}` },
  type: `sentence_transformers.models.${type}`,
});

describe("a folder of sentence-transformers", () => {
  const modules = [
    module(0, "", "Transformer"),
    module(1, "1_Pooling", "Pooling"),
    module(2, "n", "Normalize"),
  ];

  it("says the pooling, the length and how much is read", async () => {
    const own = await loadEncoder(
      bert("sentence", {
        "modules.json": modules,
        "1_Pooling/config.json": { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false },
        "sentence_bert_config.json": { max_seq_length: 5, do_lower_case: false },
      }),
      { log },
    );
    const results = await all(own, TEXTS);
    expect(results.map(({ truncated }) => truncated)).toEqual([false, false, false, true]);
    const [first] = results;
    const state = recorded(0, "state2")[0]!;
    const length = Math.hypot(...state);
    expect([...first!.vector]).toEqual(close(state.map((x) => x / length)));
    const [plain] = await all(own, TEXTS, { normalize: false, pooling: "reduce_mean" });
    expect([...plain!.vector]).toEqual(close(expected("reduce_mean", 0, [2], false)));
  });

  it.each([
    ["another module", { "modules.json": [...modules, module(3, "3", "Dense")] }, /modules\.json {2}3\.type/],
    [
      "several poolings",
      {
        "modules.json": modules,
        "1_Pooling/config.json": { pooling_mode_cls_token: true, pooling_mode_mean_tokens: true },
      },
      /several poolings/,
    ],
    [
      "a pooling that is not there",
      { "modules.json": modules, "1_Pooling/config.json": { pooling_mode_weightedmean_tokens: true } },
      /config\.json {2}pooling_mode_weightedmean_tokens/,
    ],
    [
      "lower-casing",
      { "modules.json": modules, "sentence_bert_config.json": { do_lower_case: true } },
      /do_lower_case/,
    ],
    [
      "a prompt",
      { "modules.json": modules, "config_sentence_transformers.json": { default_prompt_name: "query" } },
      /default_prompt_name/,
    ],
  ])("that asks for %s is refused by file and key", async (what, files, message) => {
    const opened = loadEncoder(bert(what, files), { log }).then((own) => own.dim());
    await expect(opened).rejects.toThrow(message);
  });
});

describe("a run's encoder", () => {
  it("gives the pretrained one's vectors where training has changed nothing", async () => {
    const pretrained = bert("source");
    const rows = join(folder, "rows.tsv");
    writeFileSync(rows, `text\tlabel\n${"w5 w6\tA\nw7\tB\n".repeat(8)}`);
    const output = join(folder, "run");
    const tokens = { BERTTensorizer: { vocab_file: join(pretrained, "vocab.txt"), max_seq_len: 7 } };
    const task = {
      data: { Data: { source: { TSVDataSource: { train_filename: rows } }, eval_fraction: 0.25 } },
      model: {
        NewBertModel: {
          inputs: { tokens },
          encoder: { TransformerEncoder: { pretrained } },
          pooling: "MeanPool",
        },
      },
      trainer: { Trainer: { epochs: 1, optimizer: { SGD: { lr: 1e-12 } } } },
    };
    await train({ version: 1, task: { NewBertClassificationTask: task } }, { output });
    const run = await loadEncoder(output, { log });
    const options = { layers: [-1, 1], pooling: "reduce_max" } as const;
    const own = await all(run, TEXTS, options);
    const theirs = await all(encoder, TEXTS, { ...options, maxSeqLen: 7 });
    for (const [i, { vector }] of own.entries()) expect([...vector]).toEqual(close(theirs[i]!.vector));
    await expect(run.dim({ pooling: "cls_pooled" })).rejects.toThrow(/pooler/);
    await run.release();
  });
});

const MINILM = process.env.PYTEXT_TS_MINILM ?? "bench/.cache/minilm";
it.skipIf(!existsSync(MINILM))(
  `MiniLM-L6 gives sentence-transformers' vectors within 1e-4 (weights in ${MINILM}, or where PYTEXT_TS_MINILM says)`,
  async () => {
    const { tensors, metadata } = await readSafetensors(place("fixtures/minilm.safetensors"));
    const minilm = await loadEncoder(MINILM, { log });
    const results = await all(minilm, JSON.parse(metadata.texts!) as string[]);
    const theirs = tensors.vectors!.data as Float32Array;
    const own = results.flatMap(({ vector }) => [...vector]);
    expect(own.length).toBe(theirs.length);
    expect(Math.max(...own.map((x, i) => Math.abs(x - theirs[i]!)))).toBeLessThan(1e-4);
    expect(results.map(({ truncated }) => truncated)).toEqual([false, false, false, false, true]);
    await minilm.release();
  },
);
