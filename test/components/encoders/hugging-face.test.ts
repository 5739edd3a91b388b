/** @file Encoders against Hugging Face's Transformers: fixtures by bench/peers/record_transformers.py (transformers 4.46.3, torch 2.13.0). */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Type } from "typebox";
import { describe, expect, it } from "vitest";
import { PretrainedWeights } from "../../../src/components/encoders/hugging-face/read-weights.js";
import { gradients } from "../../../src/graph/autodiff.js";
import { Graph, type Tensor } from "../../../src/graph/graph.js";
import { add, mul } from "../../../src/graph/ops/elementwise.js";
import { densify } from "../../../src/graph/ops/lookup.js";
import { reduceSum } from "../../../src/graph/ops/reduction.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { optimize } from "../../../src/graph/passes.js";
import { readSafetensors, writeSafetensors } from "../../../src/graph/safetensors.js";
import { Scope } from "../../../src/graph/scope.js";
import { Slot, type SlotValue } from "../../../src/registry/component.js";
import type { PtxError } from "../../../src/registry/errors.js";
import { stream } from "../../../src/registry/random.js";
import { resolveValue } from "../../../src/registry/resolve.js";
import { engine, engineNames } from "../../graph/engines.js";
import { workplace } from "../../support/toy.js";
import { testContext } from "../models/harness.js";

const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));
const families = ["bert", "distilbert", "roberta", "xlm-roberta", "electra", "albert"];
const folder = workplace();

function resolved(config: object, context = testContext()) {
  const schema = Type.Object({ part: Slot("encoder", { description: "The encoder under test." }) });
  const options = { source: "test", checkFiles: true };
  const { value, problems } = resolveValue(
    context.registry,
    schema,
    { part: { TransformerEncoder: config } },
    options,
  );
  return { slot: value.part as SlotValue<"encoder">, problems };
}

interface Lines {
  readonly info: string[];
  readonly warn: string[];
}

/** A family's encoder in a graph: its outputs, and the gradients of the recorded loss by our parameters' names. */
async function encoder(
  pretrained: string,
  config: object,
  expected: Readonly<Record<string, { dims: readonly number[] }>>,
) {
  const context = testContext();
  const lines: Lines = { info: [], warn: [] };
  context.log.info = (line) => void lines.info.push(line);
  context.log.warn = (line) => void lines.warn.push(line);
  const { slot, problems } = resolved({ pretrained, ...config }, context);
  expect(problems).toEqual([]);
  const { component, config: options } = context.part("encoder", slot);
  await component.prepare?.(options, context);
  const store = new ParameterStore(1);
  const graph = new Graph();
  const scope = Scope.root(graph, "infer", store, context);
  const ids = graph.input("ids", "int32", ["batch", "pieces"]);
  const mask = graph.input("mask", "bool", ["batch", "pieces"]);
  const segments = graph.input("segments", "int64", ["batch", "pieces"]);
  const wanted = { pooled: "pooled" in expected };
  const { states, attentions, pooled } = scope.within("encoder", (at) =>
    component.build(at, options, { ids, mask, segments, vocabulary: 30, most: 14 }, wanted),
  );
  const outputs: Record<string, Tensor> = {};
  for (const [i, state] of states.entries()) outputs[`state${i}`] = state;
  for (const [i, attention] of attentions.entries()) outputs[`attention${i}`] = attention;
  const weighted = (x: Tensor, name: string): Tensor =>
    reduceSum(
      mul(x, graph.input(name, "float32", x.shape)),
      x.shape.map((_, axis) => axis),
    );
  let loss = weighted(states.at(-1)!, "state_weights");
  if ("pooled" in expected) {
    outputs.pooled = pooled!;
    loss = add(loss, weighted(outputs.pooled, "pooled_weights"));
  }
  const parameters = graph.parameters;
  for (const [i, gradient] of gradients(loss, parameters).entries()) {
    const dense =
      gradient === null ? null : "ids" in gradient ? densify(gradient, parameters[i]!.dim(0)) : gradient;
    if (dense !== null) outputs[`d ${parameters[i]!.name}`] = dense;
  }
  for (const [name, tensor] of Object.entries(outputs)) graph.output(name, tensor);
  optimize(graph);
  return { graph, store, lines, outputs: Object.keys(outputs) };
}

/** The largest difference, where the mask says that anybody cares, as a part of the largest value. */
function difference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  cares: (i: number) => boolean = () => true,
): number {
  expect(a.length).toBe(b.length);
  let [most, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (!cares(i)) continue;
    most = Math.max(most, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(b[i]!));
  }
  return most / Math.max(size, 1);
}

describe.each(families)("%s from a folder of Hugging Face's", (family) => {
  const place = join(fixtures, family);

  it.each(engineNames)(
    "gives its source's states, attentions and pooled output, and gradients, on %s",
    async (name) => {
      const { tensors } = await readSafetensors(join(place, "expected.safetensors"));
      const { graph, store, lines, outputs } = await encoder(place, {}, tensors);
      const program = await (await engine(name)).compile(graph);
      const mask = { ...tensors.mask!, dtype: "bool" as const };
      const result = await program.run(
        {
          ...store.feeds(),
          ids: tensors.ids!,
          mask,
          segments: {
            ...tensors.segments!,
            dtype: "int64",
            data: BigInt64Array.from(tensors.segments!.data as Int32Array, BigInt),
          },
          state_weights: tensors.state_weights!,
          ...("pooled" in tensors && { pooled_weights: tensors.pooled_weights! }),
        },
        outputs,
      );
      const there = mask.data as Uint8Array;
      for (const [key, tensor] of Object.entries(tensors)) {
        if (!/^(state\d|attention\d|pooled$)/.test(key)) continue;
        const values = tensor.data as Float32Array;
        const inRow = key === "pooled" ? null : values.length / there.length;
        const cares = (i: number): boolean => {
          if (inRow === null) return true;
          if (key.startsWith("state")) return there[Math.floor(i / inRow)] === 1;
          const [batch, heads, tokens] = tensor.dims as [number, number, number];
          const row = Math.floor(i / (values.length / batch));
          return there[row * tokens + (Math.floor(i / tokens) % tokens)] === 1 && heads > 0;
        };
        expect([key, difference(result[key]!.data as Float32Array, values, cares)]).toEqual([
          key,
          expect.closeTo(0, 5),
        ]);
      }
      const recorded = await PretrainedWeights.read(join(place, "gradients"));
      const compared = graph.parameters.map(({ name: parameter, shape }) => {
        const own = result[`d ${parameter}`];
        const theirs = recorded.values(parameter.replace("encoder.", ""), shape as number[]);
        if (own === undefined) return [parameter, theirs === undefined ? 0 : 1];
        return [parameter, difference(own.data as Float32Array, theirs!)];
      });
      expect(compared).toEqual(compared.map(([parameter]) => [parameter, expect.closeTo(0, 4)]));
      expect(compared.length).toBeGreaterThan(20 - (family === "albert" ? 6 : 0));
      expect(lines.warn).toEqual([]);
    },
  );

  it("uses every weight of the file", async () => {
    const { tensors } = await readSafetensors(join(place, "expected.safetensors"));
    const { lines } = await encoder(place, {}, tensors);
    const count = Object.keys((await readSafetensors(join(place, "model.safetensors"))).tensors).length;
    expect(lines.info).toEqual([`${join(place, "model.safetensors")}: ${count} of ${count} tensors read`]);
  });
});

/** A copy of the tiny BERT whose config.json says something else. */
function bertSaying(name: string, change: Readonly<Record<string, unknown>>): string {
  const place = join(folder, name);
  cpSync(join(fixtures, "bert"), place, { recursive: true });
  const config = JSON.parse(readFileSync(join(place, "config.json"), "utf8")) as object;
  writeFileSync(join(place, "config.json"), JSON.stringify({ ...config, ...change }));
  return place;
}

describe("sizes from config.json", () => {
  it("stand in the config of the run, which needs the folder no more", () => {
    const pretrained = join(fixtures, "bert");
    const { slot, problems } = resolved({ pretrained, hidden_dropout_prob: 0.3, num_hidden_layers: 1 });
    expect(problems).toEqual([]);
    expect(slot.TransformerEncoder).toMatchObject({
      vocab_size: 30,
      embedding_size: null,
      hidden_size: 8,
      num_hidden_layers: 1,
      hidden_dropout_prob: 0.3,
      position_offset: 0,
      pooler: true,
    });
  });

  it("contradict a config that gives others", () => {
    const { problems } = resolved({
      pretrained: join(fixtures, "bert"),
      hidden_size: 16,
      num_hidden_layers: 3,
    });
    expect(problems.map(({ where, message }) => [where.split(".").at(-1), message.split(" (")[0]])).toEqual([
      ["hidden_size", "the integer 16, but the pretrained model has the integer 8"],
      ["num_hidden_layers", "the integer 3, but the pretrained model has the integer 2"],
    ]);
  });

  it.each([
    ["another kind of model", { model_type: "gpt2" }, /model_type.*no kind of model that can be read/],
    ["a kind that is nearly spelt", { model_type: "distillbert" }, /did you mean "distilbert"/],
    [
      "relative places",
      { position_embedding_type: "relative_key" },
      /position_embedding_type.*only the string "absolute"/,
    ],
    ["a decoder", { is_decoder: true }, /is_decoder.*only the boolean false/],
    ["no size", { hidden_size: undefined }, /"hidden_size" is missing/],
    ["a size that is no number", { hidden_size: "8" }, /hidden_size/],
    ["an activation that is not known", { hidden_act: "swish" }, /hidden_act/],
  ])("of %s are refused", (what, change, message) => {
    const { problems } = resolved({ pretrained: bertSaying(what, change) });
    expect(problems.map(({ where, message: said }) => `${where} ${said}`).join("\n")).toMatch(message);
  });

  it.each([
    ["a folder that is not there", "bertt", /does not exist/],
    ["a file", join("bert", "config.json"), /is a file, not a folder/],
    ["a folder without config.json", "../fixtures", /config\.json.*cannot be read/],
  ])("cannot be read from %s", (_, path, message) => {
    const { problems } = resolved({ pretrained: join(fixtures, path) });
    expect(problems.map(({ where, message: said }) => `${where} ${said}`).join("\n")).toMatch(message);
  });
});

describe("weights", () => {
  const reading = async (place: string): Promise<string> => {
    const error = await PretrainedWeights.read(place).then(
      () => null,
      (reason: PtxError) => reason,
    );
    return `${error?.problems[0].where}: ${error?.problems[0].message}`;
  };

  it("that are pickled are not read, and what to do instead is said", async () => {
    const place = bertSaying("pickled", {});
    rmSync(join(place, "model.safetensors"));
    writeFileSync(join(place, "pytorch_model.bin"), "");
    expect(await reading(place)).toMatch(
      /pickled.model\.safetensors: .*pytorch_model\.bin is of a form that may run code/,
    );
  });

  it("of no encoder are refused", async () => {
    const place = bertSaying("others", {});
    await writeSafetensors(join(place, "model.safetensors"), {
      "linear.weight": { dtype: "float32", dims: [1], data: new Float32Array(1) },
    });
    expect(await reading(place)).toMatch(/there is no embeddings\.word_embeddings\.weight/);
  });

  it("of other sizes than config.json's are refused with both", async () => {
    const weights = await PretrainedWeights.read(join(fixtures, "bert"));
    expect(() => weights.values("layer0.linear1.weight", [8, 13])).toThrow(
      /encoder\.layer\.0\.intermediate\.dense\.weight has the shape \[12,8\], by config\.json it should be \[13,8\]/,
    );
  });

  it("that are missing or not used are listed", async () => {
    const place = bertSaying("partly", {});
    const { tensors } = await readSafetensors(join(place, "model.safetensors"));
    const { "encoder.layer.1.output.dense.bias": _gone, ...rest } = tensors;
    const named = Object.entries(rest).map(
      ([name, tensor]) => [`bert.${name.replace(/LayerNorm.weight$/, "LayerNorm.gamma")}`, tensor] as const,
    );
    await writeSafetensors(join(place, "model.safetensors"), {
      ...Object.fromEntries(named),
      "cls.predictions.bias": { dtype: "float32", dims: [30], data: new Float32Array(30) },
      "bert.embeddings.position_ids": { dtype: "int64", dims: [1, 2], data: new BigInt64Array(2) },
    });
    const { lines } = await encoder(place, {}, { pooled: { dims: [] } });
    const file = join(place, "model.safetensors");
    expect(lines).toEqual({
      info: [`${file}: 38 of 39 tensors read`, `${file}: not used: cls.predictions.bias`],
      warn: [`${file}: missing, so with random first values: layer1.linear2.bias`],
    });
  });

  it("in half precision and in several files are read as they are", async () => {
    const place = bertSaying("halves", {});
    const { tensors } = await readSafetensors(join(place, "model.safetensors"));
    const names = Object.keys(tensors);
    const part = (from: number, to: number) =>
      Object.fromEntries(names.slice(from, to).map((name) => [name, tensors[name]!]));
    await writeSafetensors(join(place, "a.safetensors"), part(0, 20), { bfloat16: () => true });
    await writeSafetensors(join(place, "b.safetensors"), part(20, names.length));
    rmSync(join(place, "model.safetensors"));
    const weight_map = Object.fromEntries(
      names.map((name, i) => [name, i < 20 ? "a.safetensors" : "b.safetensors"]),
    );
    writeFileSync(join(place, "model.safetensors.index.json"), JSON.stringify({ weight_map }));
    const [all, halves] = [
      await PretrainedWeights.read(join(fixtures, "bert")),
      await PretrainedWeights.read(place),
    ];
    for (const [path, shape] of [
      ["layer0.attention.in_proj.weight", [8, 24]],
      ["embeddings.word.weight", [30, 8]],
    ] as const)
      expect(difference(halves.values(path, shape)!, all.values(path, shape)!)).toBeLessThan(0.01);
  });
});

describe("a checkpoint of TensorFlow's beside bert_config.json", () => {
  /** fixtures/bert by bench/peers/record_checkpoint.py (tensorflow 2.21.0). */
  const recorded = join(fixtures, "bert-tensorflow");
  const copy = (name: string): string => {
    const place = join(folder, name);
    cpSync(recorded, place, { recursive: true });
    return place;
  };
  const reading = (place: string) => encoder(place, {}, { pooled: { dims: [] } });

  it("gives the weights of the safetensors file that it was made of, to the bit, and all are used", async () => {
    const [checkpoint, file] = [await reading(recorded), await reading(join(fixtures, "bert"))];
    expect(checkpoint.store.feeds()).toEqual(file.store.feeds());
    expect(checkpoint.lines).toEqual({
      info: [`${join(recorded, "bert_model.ckpt")}: 39 of 39 tensors read`],
      warn: [],
    });
  });

  it("cut off anywhere, or with any other byte, is an error that says so", async () => {
    const place = copy("broken");
    const random = stream(0, "mutations");
    // Behind the weights stand numbers that only training needs; an index ends with bytes that say nothing.
    for (const [name, length] of [
      ["bert_model.ckpt.index", 1612 - 48],
      ["bert_model.ckpt.data-00000-of-00001", 5500],
    ] as const) {
      const whole = readFileSync(join(recorded, name));
      const breakings = Array.from({ length: 60 }, (_, i) => {
        const at = random.int(length);
        const changed = Buffer.from(whole);
        changed[at]! ^= 1 + random.int(255);
        return i % 2 === 0 ? whole.subarray(0, at) : changed;
      });
      for (const bytes of breakings) {
        writeFileSync(join(place, name), bytes);
        await expect(reading(place)).rejects.toThrow(/PTX_MODEL_FILE/);
      }
      writeFileSync(join(place, name), whole);
    }
  });

  it("is refused for another kind of model, and where two stand beside each other", async () => {
    const other = copy("other");
    const config = JSON.parse(readFileSync(join(other, "bert_config.json"), "utf8")) as object;
    writeFileSync(join(other, "config.json"), JSON.stringify({ ...config, model_type: "electra" }));
    await expect(reading(other)).rejects.toThrow(/only BERT's are read.*electra/);
    const two = copy("two");
    for (const end of ["index", "data-00000-of-00001"])
      cpSync(join(two, `bert_model.ckpt.${end}`), join(two, `second.ckpt.${end}`));
    await expect(reading(two)).rejects.toThrow(
      /several checkpoints: bert_model.ckpt.index, second.ckpt.index/,
    );
  });
});
