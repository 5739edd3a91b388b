/** @file Adapters in PEFT's folders: fixtures by bench/peers/record_peft.py (peft 0.13.2, transformers 4.46.3, torch 2.13.0). */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Type } from "typebox";
import { describe, expect, it } from "vitest";
import { exportCommand } from "../../../src/cli/export.js";
import { layerModule } from "../../../src/components/encoders/hugging-face/families.js";
import { PeftAdapter } from "../../../src/components/encoders/hugging-face/read-adapter.js";
import { RunWeights } from "../../../src/components/encoders/run-weights.js";
import { exportAdapter } from "../../../src/exporters/adapter-exporter.js";
import { exportHuggingFace } from "../../../src/exporters/hugging-face-exporter.js";
import { Graph } from "../../../src/graph/graph.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { optimize } from "../../../src/graph/passes.js";
import { readSafetensors, readSafetensorsNow, writeSafetensors } from "../../../src/graph/safetensors.js";
import { Scope } from "../../../src/graph/scope.js";
import { loadEncoder, loadModel, silentLog, train } from "../../../src/library.js";
import { Slot, type SlotValue } from "../../../src/registry/component.js";
import { resolveValue } from "../../../src/registry/resolve.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";
import { engine } from "../../graph/engines.js";
import { toyConfig, workplace, writeToyData } from "../../support/toy.js";
import { testContext } from "../models/harness.js";

const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));
const folder = workplace();
const at = (name: string) => join(folder, name);
const registry = defaultRegistry();
writeToyData(folder);

function resolved(config: object, context = testContext()) {
  const schema = Type.Object({ part: Slot("encoder", { description: "The encoder under test." }) });
  const value = { part: { TransformerEncoder: config } };
  const result = resolveValue(context.registry, schema, value, { source: "test", checkFiles: true });
  return { slot: result.value.part as SlotValue<"encoder">, problems: result.problems };
}

/** The last layer's states of a base model with an adapter, for the recorded inputs. */
async function states(base: string, adapter: string) {
  const context = testContext();
  const said: string[] = [];
  context.log.info = (line) => void said.push(line);
  context.log.warn = (line) => void said.push(line);
  const { slot, problems } = resolved(
    { pretrained: base, adapter: { LoRA: { pretrained: adapter } } },
    context,
  );
  expect(problems).toEqual([]);
  const { component, config } = context.part("encoder", slot);
  await component.prepare?.(config, context);
  const graph = new Graph();
  const store = new ParameterStore(1);
  const scope = Scope.root(graph, "infer", store, context);
  const pieces = {
    ids: graph.input("ids", "int32", ["batch", "pieces"]),
    mask: graph.input("mask", "bool", ["batch", "pieces"]),
    segments: graph.input("segments", "int64", ["batch", "pieces"]),
    ...{ vocabulary: 30, most: 14 },
  };
  const encoded = scope.within("encoder", (place) =>
    component.build(place, config, pieces, { pooled: false }),
  );
  graph.output("states", encoded.states.at(-1)!);
  optimize(graph);
  const { tensors } = await readSafetensors(join(adapter, "expected.safetensors"));
  const segments = { dtype: "int64", dims: tensors.ids!.dims, data: new BigInt64Array(14) } as const;
  const program = await (await engine("onnxruntime")).compile(graph);
  const feeds = { ids: tensors.ids!, mask: { ...tensors.mask!, dtype: "bool" as const }, segments };
  const result = await program.run({ ...feeds, ...store.feeds() });
  return {
    got: result.states!.data as Float32Array,
    expected: tensors.states!.data as Float32Array,
    mask: tensors.mask!.data as Uint8Array,
    config: Object.values(slot)[0] as { adapter: { LoRA: object } },
    said,
  };
}

describe("an adapter from a folder of PEFT's", () => {
  it.each(["bert", "distilbert", "albert"])("gives the states that PEFT gives: %s", async (family) => {
    const adapter = join(fixtures, "peft", family);
    const { got, expected, mask, said } = await states(join(fixtures, family), adapter);
    for (const [i, value] of got.entries())
      if (mask[Math.floor(i / 8)] === 1) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5);
    expect(said.join("\n")).toContain(`${adapter}/adapter_model.safetensors: `);
    if (family === "albert")
      expect(said.join("\n")).toMatch(/not used, as it is no part of .*pooler\.bias.*pooler\.weight/);
  });

  it("gives the config its rank, alpha, dropout and matrices, and refuses others", async () => {
    const pretrained = join(fixtures, "peft/bert");
    const options = { pretrained: join(fixtures, "bert") };
    const { slot } = resolved({ ...options, adapter: { LoRA: { pretrained } } });
    const { adapter } = Object.values(slot)[0] as { adapter: object };
    // Three matrices of rank 2 side by side, scaled by 6 / 2.
    expect(adapter).toEqual({
      LoRA: {
        pretrained,
        match: ["layer0.attention.in_proj", "layer1.attention.in_proj"],
        rank: 6,
        alpha: 18,
        dropout: 0.1,
      },
    });
    const { problems } = resolved({
      ...options,
      adapter: { LoRA: { pretrained, rank: 4, match: ["layer0"] } },
    });
    expect(problems.map(({ where }) => where.split(".").at(-1)).sort()).toEqual(["match", "rank"]);
    expect(problems[0]!.message).toMatch(/but the pretrained adapter has/);
  });
});

/** A copy of the bert fixture with other options, or other tensors. */
async function altered(name: string, options: object, tensors: (name: string) => string = (same) => same) {
  const copy = at(name);
  cpSync(join(fixtures, "peft/bert"), copy, { recursive: true });
  const file = join(copy, "adapter_config.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...options }));
  const weights = join(copy, "adapter_model.safetensors");
  const all = Object.entries(readSafetensorsNow(weights).tensors);
  await writeSafetensors(
    weights,
    Object.fromEntries(all.map(([key, tensor]) => [tensors(key), tensor]).filter(([key]) => key !== "")),
  );
  return copy;
}

describe("a folder that an adapter of ours cannot be", () => {
  it.each([
    ["use_dora", true],
    ["bias", "lora_only"],
    ["peft_type", "LOHA"],
    ["fan_in_fan_out", true],
    ["rank_pattern", { query: 3 }],
    ["alpha_pattern", { query: 3 }],
    ["layer_replication", [[0, 1]]],
    ["init_lora_weights", "pissa"],
    ["r", 0],
    ["lora_alpha", "many"],
    ["lora_dropout", 1],
    ["some_new_option", true],
  ])("because of %s is refused by that name", async (key, value) => {
    const copy = await altered(`option ${key}`, { [key]: value });
    expect(() => new PeftAdapter(copy)).toThrow(
      new RegExp(`PTX_MODEL_FILE +\\S.*adapter_config\\.json  ${key}\n`),
    );
  });

  it.each([
    [
      "a module that is no linear layer of an encoder",
      "attention.self.query",
      "classifier",
      /none of an encoder's linear layers: encoder\.layer\.\d\.classifier/,
    ],
    [
      "another kind of factors",
      "lora_A.weight",
      "lora_embedding_A",
      /"base_model.*lora_embedding_A" is of a kind of adapter/,
    ],
    ["one factor alone", "layer.0.attention.self.value.lora_B.weight", "", /has no lora_B beside it/],
  ])("because of %s is refused by its name", async (name, from, to, message) => {
    const copy = await altered(name, {}, (key) =>
      key.includes(from) ? (to === "" ? "" : key.replace(from, to)) : key,
    );
    expect(() => new PeftAdapter(copy)).toThrow(message);
  });

  it("because there is none is told by its file", () => {
    expect(() => new PeftAdapter(at("nowhere"))).toThrow(/PTX_FILE_MISSING.*adapter_config\.json/);
  });

  it("because the base has other sizes is refused with both", async () => {
    await expect(states(join(fixtures, "bert"), await altered("other rank", { r: 5 }))).rejects.toThrow(
      /query\.lora_A\.weight has the shape \[2,8\], with this base model and rank it should be \[5,8\]/,
    );
    const adapter = new PeftAdapter(join(fixtures, "peft/bert"));
    expect(() => adapter.factors("layer0.attention.in_proj", 16, 48)).toThrow(/it should be \[2,16\]/);
  });

  it("because the base has fewer layers is refused with the layer's name", async () => {
    const { slot, problems } = resolved({
      ...{ pretrained: join(fixtures, "bert"), num_hidden_layers: 1 },
      adapter: { LoRA: { pretrained: join(fixtures, "peft/bert") } },
    });
    expect(problems).toEqual([]);
    expect(slot).toBeDefined();
    await expect(
      train(config({ LoRA: { pretrained: join(fixtures, "peft/bert") } }, {}, { num_hidden_layers: 1 }), {
        output: at("fewer"),
        registry,
        log: silentLog,
      }),
    ).rejects.toThrow(/no matrix of a linear layer matches "layer1\.attention\.in_proj"/);
  });
});

/** The fixture with pieces to read texts by. */
const base = at("base");
cpSync(join(fixtures, "bert"), base, { recursive: true });
const words = ["goal", "match", "league", "coach", "bank", "price", "loan", "share", "soup", "bread", "cook"];
const pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...words, ..."abcdefghijklmn"].slice(0, 30);
writeFileSync(join(base, "vocab.txt"), pieces.join("\n"));

function config(adapter: object | null, trainer: object = {}, encoder: object = {}): object {
  const { task, ...around } = toyConfig({
    data: folder,
    model: {
      NewBertModel: {
        inputs: { tokens: { BERTTensorizer: { vocab_file: join(base, "vocab.txt"), max_seq_len: 14 } } },
        encoder: { TransformerEncoder: { pretrained: base, adapter, ...encoder } },
        pooling: "MeanPool",
      },
    },
    trainer: { epochs: 1, ...trainer },
  }) as { task: { DocumentClassificationTask: object } };
  return { ...around, task: { NewBertClassificationTask: task.DocumentClassificationTask } };
}

const lora = { LoRA: { rank: 3, alpha: 6, dropout: 0.1 } };
const trained = train(config(lora), { output: at("run"), registry, log: silentLog });
const still = { optimizer: { SGD: { lr: 0 } } };
const parametersOf = async (run: string) =>
  (await readSafetensors(join(at(run), "parameters.safetensors"))).tensors;

describe("an exported adapter", () => {
  it("has PEFT's names and forms, and says how it was made", async () => {
    await trained;
    await exportCommand(at("run"), {
      adapter: at("adapter"),
      ...{ input: "text", offsetUnit: "utf16", size: [], selfTest: true, include: [] },
    });
    const ours = readSafetensorsNow(join(at("adapter"), "adapter_model.safetensors"));
    const theirs = readSafetensorsNow(join(fixtures, "peft/bert/adapter_model.safetensors"));
    expect(Object.keys(ours.tensors).sort()).toEqual(Object.keys(theirs.tensors).sort());
    expect(ours.metadata).toEqual({ format: "pt" });
    for (const [name, { dims }] of Object.entries(ours.tensors))
      expect(dims).toEqual(name.includes("lora_A") ? [3, 8] : [8, 3]);
    const said = JSON.parse(readFileSync(join(at("adapter"), "adapter_config.json"), "utf8")) as object;
    const { target_modules: modules, ...others } = JSON.parse(
      readFileSync(join(fixtures, "peft/bert/adapter_config.json"), "utf8"),
    ) as { target_modules: string[] };
    expect(said).toMatchObject({ r: 3, lora_alpha: 6, lora_dropout: 0.1, base_model_name_or_path: base });
    expect(Object.keys(others)).toEqual(
      expect.arrayContaining(Object.keys(said).filter((key) => key !== "target_modules")),
    );
    const targets = (said as { target_modules: string[] }).target_modules;
    expect(targets).toHaveLength(6);
    for (const target of targets) expect(modules).toContain(target.split(".").at(-1));
  });

  it("goes on where it was, bit for bit, with the rank that it had", async () => {
    await trained;
    await exportAdapter(at("run"), at("again"), { registry, log: silentLog });
    const before = await parametersOf("run");
    await train(config({ LoRA: { pretrained: at("again") } }, still), {
      output: at("on"),
      registry,
      log: silentLog,
    });
    const after = await parametersOf("on");
    const encoders = Object.keys(before).filter((name) => name.includes(".encoder."));
    expect(encoders.some((name) => name.endsWith("lora_A"))).toBe(true);
    for (const name of encoders) expect(after[name]).toEqual(before[name]);
    const open = await loadModel(at("on"), { registry });
    expect(await open.predict([{ values: { text: "goal match" }, origin: "x" }])).toHaveLength(1);
    await open.release();
  });

  it("comes back from PEFT's own file, for the matrices that it adapts there", async () => {
    await train(config({ LoRA: { pretrained: join(fixtures, "peft/bert") } }, still), {
      output: at("theirs"),
      registry,
      log: silentLog,
    });
    await exportAdapter(at("theirs"), at("back"), { registry, log: silentLog });
    const [a, b] = [new PeftAdapter(join(fixtures, "peft/bert")), new PeftAdapter(at("back"))];
    expect([b.rank, b.options.scale, b.matrices]).toEqual([a.rank, a.options.scale, a.matrices]);
    for (const matrix of a.matrices) expect(b.factors(matrix, 8, 24)).toEqual(a.factors(matrix, 8, 24));
  });

  it("gives a base model the vectors that the run gives", async () => {
    await trained;
    await exportAdapter(at("run"), at("for vectors"), { registry, log: silentLog });
    const texts = ["goal match a", "bank"];
    const vectors = async (model: string, adapter?: string): Promise<number[]> => {
      const encoder = await loadEncoder(model, { ...(adapter !== undefined && { adapter }) });
      const all: number[] = [];
      for await (const chunk of encoder.embed(texts)) all.push(...chunk.flatMap(({ vector }) => [...vector]));
      await encoder.release();
      return all;
    };
    const [ofRun, ofBoth, plain] = [
      await vectors(at("run")),
      await vectors(base, at("for vectors")),
      await vectors(base),
    ];
    const farthest = (a: readonly number[]): number => Math.max(...a.map((x, i) => Math.abs(x - ofRun[i]!)));
    expect(ofRun).toHaveLength(16);
    expect(farthest(ofBoth)).toBeLessThan(1e-5);
    expect(farthest(plain)).toBeGreaterThan(1e-2);
    await expect(loadEncoder(at("run"), { adapter: at("for vectors") })).rejects.toThrow(
      /PTX_USAGE {2}--adapter[\s\S]*is a run, which takes no adapter/,
    );
  });

  it("is refused where there is none", async () => {
    await train(config(null, still), { output: at("plain"), registry, log: silentLog });
    await expect(exportAdapter(at("plain"), at("none"), { registry, log: silentLog })).rejects.toThrow(
      /PTX_EXPORT[\s\S]*the encoder has no adapter/,
    );
  });
});

describe("an adapted encoder", () => {
  it("stands with its adapter in the folder for Hugging Face's, and in a run that begins with it", async () => {
    await trained;
    const saved = await parametersOf("run");
    await exportHuggingFace(at("run"), at("merged"), { registry, log: silentLog });
    const { tensors } = await readSafetensors(join(at("merged"), "model.safetensors"));
    expect(Object.keys(tensors).filter((name) => name.includes("lora"))).toEqual([]);
    const place = "model.encoder.layer1.attention.in_proj";
    const [w, a, b] = ["weight", "lora_A", "lora_B"].map(
      (name) => saved[`${place}.${name}`]!.data as Float32Array,
    );
    const weights = await RunWeights.read(at("run"));
    const whole = weights.values("layer1.attention.in_proj.weight", [8, 24])!;
    const query = tensors["encoder.layer.1.attention.self.query.weight"]!.data as Float32Array;
    for (let row = 0; row < 8; row++)
      for (let column = 0; column < 24; column++) {
        let sum = w![row * 24 + column]!;
        for (let k = 0; k < 3; k++) sum += 2 * a![row * 3 + k]! * b![k * 24 + column]!;
        expect(whole[row * 24 + column]).toBeCloseTo(sum, 6);
        if (column < 8) expect(query[column * 8 + row]).toBe(whole[row * 24 + column]);
      }
    const said: string[] = [];
    weights.report({ info: (line) => void said.push(line), warn: (line) => void said.push(line) });
    expect(said.join("\n")).not.toMatch(/layer1\.attention\.in_proj\.lora/);
  });
});

it("modules are found whatever stands before them, and others are not", () => {
  expect(layerModule("bert.encoder.layer.11.attention.self.key")).toEqual({
    ...{ path: "layer11.attention.in_proj", part: 1, of: 3 },
  });
  expect(layerModule("encoder.layer.2.output.dense")?.path).toBe("layer2.linear2");
  expect(layerModule("encoder.layer.2.attention.output.dense")?.path).toBe("layer2.attention.out_proj");
  expect(layerModule("distilbert.transformer.layer.0.ffn.lin2")?.path).toBe("layer0.linear2");
  expect(layerModule("encoder.layer.2.output.LayerNorm")).toBeUndefined();
  expect(layerModule("pooler.dense")).toBeUndefined();
});
