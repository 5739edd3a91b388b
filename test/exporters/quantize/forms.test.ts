/** @file Every smaller form of several kinds of model: what stands in the file, and how it decides. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { OnnxModelFile } from "../../../src/engine/ort-model.js";
import { type Exported, exportOnnx } from "../../../src/exporters/onnx-exporter.js";
import { forms, type QuantizedForm } from "../../../src/exporters/quantize/forms.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { readModel } from "../../../src/graph/onnx/file.js";
import { readRunnable } from "../../../src/graph/onnx/runnable.js";
import { readSafetensors, writeSafetensors } from "../../../src/graph/safetensors.js";
import { loadModel, openEngine, predict, silentLog, train } from "../../../src/library.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";
import { toyConfig, toyRows, workplace, writeToyData } from "../../support/toy.js";
import { bounds } from "./bounds.js";

const folder = workplace();
const registry = defaultRegistry();
const at = (name: string): string => join(folder, name);
const options = { registry, log: silentLog };

const embedding = { WordEmbedding: { embed_dim: 129 } };
const doc = (representation: object) => ({ DocModel: { embedding, representation } });
const toy = (model: object) => toyConfig({ data: folder, model, trainer: { epochs: 3 } });
const files = (extension: string) =>
  Object.fromEntries(
    ["train", "eval", "test"].map((split) => [`${split}_filename`, at(`${split}.${extension}`)]),
  );

/** Configs by kind of model; every one has weights that are worth it. */
const kinds: Readonly<Record<string, () => object>> = {
  DocNN: () => toy(doc({ DocNNRepresentation: { kernel_num: 20, kernel_sizes: [2, 3] } })),
  BiLSTM: () => toy(doc({ BiLSTMDocAttention: { lstm: { BiLSTM: { lstm_dim: 32 } } } })),
  BiGRU: () => toy(doc({ BiLSTMDocAttention: { lstm: { BiGRU: { gru_dim: 32 } } } })),
  "intent and slots by a CRF": () => ({
    version: 1,
    threads: 1,
    task: {
      IntentSlotTask: {
        data: {
          source: { TSVDataSource: { field_names: ["intent", "slots", "text"], ...files("slots.tsv") } },
        },
        model: {
          IntentSlotModel: {
            embedding: { WordEmbedding: { embed_dim: 40 } },
            representation: { BiLSTMDocSlotAttention: { lstm: { BiLSTM: { lstm_dim: 32 } } } },
            word_output_layer: "CRFOutputLayer",
            inputs: {
              slots: {
                SlotLabelTensorizer: {
                  format: "slots",
                  offset_unit: "code_points",
                  on_misaligned: "overlap",
                  on_unknown: "missed",
                },
              },
            },
          },
        },
        trainer: { epochs: 4, optimizer: { Adam: { lr: 0.01 } } },
        channels: [],
      },
    },
  }),
  "a language model whose softmax is its table": () => ({
    version: 1,
    threads: 1,
    task: {
      LMTask: {
        data: { LanguageModelData: { source: { TextDataSource: files("txt") } } },
        model: {
          LMLSTM: {
            embedding: { WordEmbedding: { embed_dim: 128 } },
            lstm_dim: 128,
            tied_weights: true,
          },
        },
        trainer: { epochs: 1 },
        channels: [],
      },
    },
  }),
};

beforeAll(() => {
  writeToyData(folder, 120);
  for (const [seed, split] of ["train", "eval", "test"].entries()) {
    const lines = readFileSync(`data/assistant/${split}.tsv`, "utf8").split("\n").slice(0, 120);
    writeFileSync(at(`${split}.slots.tsv`), lines.map((line) => `${line}\n`).join(""));
    writeFileSync(
      at(`${split}.txt`),
      toyRows(60, seed)
        .map(({ text }) => `${text}\n`)
        .join(""),
    );
  }
});

const numbers = ({ data }: HostTensor): Float32Array => data as Float32Array;

/** The parameters of the run that a file stores in fewer bits, with what they are off by and may be. */
async function errorsOf(
  run: string,
  file: string,
): Promise<{ name: string; off: number; allowed: number }[]> {
  const { tensors } = await readSafetensors(join(run, "parameters.safetensors"));
  const { values } = await readModel(file);
  return Object.entries(tensors).flatMap(([name, parameter]) => {
    const [whole, scale, half] = ["int8", "scale", "float16"].map((kind) => values[`${name}.${kind}`]);
    const original = numbers(parameter as HostTensor);
    const columns = parameter.dims.at(-1)!;
    if (whole !== undefined && scale !== undefined) {
      const byRow = scale.dims.length === 2;
      return Array.from(original, (value, i) => {
        const own = numbers(scale)[byRow ? Math.floor(i / columns) : i % columns]!;
        return { name, off: Math.abs(numbers(whole)[i]! * own - value), allowed: (own / 2) * (1 + 1e-4) };
      });
    }
    if (half === undefined) return [];
    return Array.from(original, (value, i) => {
      const bits = numbers(half)[i]!;
      const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
      const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
      return { name, off: Math.abs(size - Math.abs(value)), allowed: Math.abs(value) * 2 ** -11 + 2 ** -25 };
    });
  });
}

describe.each(Object.keys(kinds))("%s", (kind) => {
  const run = at(kind.replaceAll(/\W+/g, "-"));
  beforeAll(async () => {
    await train(kinds[kind]!(), { output: run, registry });
  });

  describe.each(Object.keys(forms) as QuantizedForm[])("as %s", (form) => {
    const file = `${run}-${form}.onnx`;
    let exported: Exported;
    beforeAll(async () => {
      exported = await exportOnnx(run, file, { ...options, quantize: form });
    });

    test("is smaller, says which parameters are, and decides as the run does", async () => {
      const { bytes, parameters, comparison } = exported.quantization!;
      expect(bytes.form).toBeLessThan(bytes.run);
      const large = parameters.filter(
        ({ shape }) => shape.length > 1 && shape.reduce((a, b) => a * b) >= 4096,
      );
      expect(large.length).toBeGreaterThan(0);
      for (const { name, kept } of large) {
        if (name.endsWith("transitions")) {
          expect(kept).toBe("read inside a loop");
          continue;
        }
        const isGru = kind === "BiGRU" && form === "int8" && name.includes("weight_");
        expect(kept, name).toBe(isGru ? "ONNX Runtime has no GRU in whole numbers" : undefined);
      }
      for (const { name, shape, kept } of parameters)
        if (shape.length === 1) expect(kept, name).toBe("a vector");
      expect(comparison!.split).toBe("test");
      expect(comparison!.difference).toBeLessThan(bounds[form]);
      if (comparison!.agreement !== null && form !== "int4-weights")
        expect(comparison!.agreement).toBeGreaterThanOrEqual(0.95);
      expect((await readModel(file)).metadata).toMatchObject({ quantize: form });
    });

    test("stores weights that are off by a rounding at most", async () => {
      const errors = await errorsOf(run, file);
      for (const { name, off, allowed } of errors)
        if (off > allowed) expect.fail(`${name} is off by ${off}, allowed ${allowed}`);
      if (form === "float16" || form === "int8-weights") expect(errors.length).toBeGreaterThan(0);
    });

    test("is read by our own reader, and computes the same there", async () => {
      const { graph, values } = await readModel(file);
      const program = await (await openEngine()).compile(graph, { frozen: values });
      const session = await OnnxModelFile.open(await readRunnable(file), 1);
      const text = { dtype: "string", dims: [2], data: ["Goal word1 wake", "bank"] } as const;
      const [here, there] = [await program.run({ text }), await session.run({ text })];
      expect(Object.keys(here).sort()).toEqual(Object.keys(there).sort());
      for (const [name, { data }] of Object.entries(there)) {
        if (data instanceof Float32Array)
          for (const [i, value] of data.entries()) expect(numbers(here[name]!)[i]).toBeCloseTo(value, 5);
        else expect(here[name]!.data).toEqual(data);
      }
      await Promise.all([program.release(), session.release()]);
    });

    test("computes nothing that could have been stored instead", async () => {
      const { graph } = await readModel(file);
      const constants = new Set(graph.constants);
      const idle = graph.nodes.filter(({ inputs }) =>
        inputs.every((input) => input === null || constants.has(input)),
      );
      expect(idle.map(({ name }) => name)).toEqual([]);
    });
  });
});

test("a table that is a softmax too is stored once", async () => {
  const { values } = await readModel(at("a-language-model-whose-softmax-is-its-table-int8.onnx"));
  const tables = Object.entries(values).filter(([name]) => name.includes("embedding"));
  expect(tables.map(([name, { dtype }]) => `${name.split(".").at(-1)} ${dtype}`).sort()).toEqual([
    "int8 int8",
    "scale float32",
  ]);
});

describe("accuracy", () => {
  const run = at("spoilt");

  /** A column of huge numbers that nothing reads takes all steps of a table's rows. */
  beforeAll(async () => {
    await train(kinds.DocNN!(), { output: run, registry });
    const path = join(run, "parameters.safetensors");
    const { tensors } = await readSafetensors(path);
    for (const [name, { dims, data }] of Object.entries(tensors)) {
      const [rows, columns] = dims as [number, number];
      if (name.includes("embedding"))
        for (let row = 0; row < rows; row++) (data as Float32Array)[row * columns] = 1e6;
      if (name.includes("conv") && dims.length === 2)
        for (let row = 0; row < rows; row += 129)
          (data as Float32Array).fill(0, row * columns, (row + 1) * columns);
    }
    await writeSafetensors(path, tensors);
  });

  test("that falls more than it may refuses the export, and leaves no file", async () => {
    const write = () =>
      exportOnnx(run, at("spoilt.onnx"), { ...options, quantize: "int8", maxAccuracyDrop: 0.5 });
    await expect(write()).rejects.toThrow(
      /PTX_EXPORT {2}--max-accuracy-drop 0\.5\n {2}int8 gets \d+\.\d\d % of the 24 test rows right, the run \d+\.\d\d %: \d+\.\d\d points less; nothing was written\n.*export without --quantize/,
    );
    const { message } = (await write().catch((error: Error) => error)) as Error;
    for (const [, form] of message.matchAll(/export with --quantize (\S+?);/g))
      await exportOnnx(run, at("offered.onnx"), {
        ...{ ...options, quantize: form as QuantizedForm, maxAccuracyDrop: 0.5 },
      });
    writeFileSync(at("spoilt.onnx"), "an older model");
    await expect(write()).rejects.toThrow("nothing was written");
    expect(readFileSync(at("spoilt.onnx"), "utf8")).toBe("an older model");
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("that may fall as far as it does lets the file be written", async () => {
    const { quantization } = await exportOnnx(run, at("allowed.onnx"), {
      ...options,
      quantize: "int8",
      maxAccuracyDrop: 100,
    });
    const { accuracy } = quantization!.comparison!;
    expect(accuracy!.form).toBeLessThan(accuracy!.run);
    expect(existsSync(at("allowed.onnx"))).toBe(true);
  });

  test("is not measured without the rows: then a limit refuses", async () => {
    const moved = ["eval", "test"];
    for (const split of moved) renameSync(at(`${split}.tsv`), at(`${split}.away`));
    try {
      const without = { ...options, quantize: "float16" } as const;
      const { quantization } = await exportOnnx(at("DocNN"), at("unmeasured.onnx"), without);
      expect(quantization!.comparison).toBeUndefined();
      await expect(
        exportOnnx(at("DocNN"), at("never.onnx"), { ...without, maxAccuracyDrop: 1 }),
      ).rejects.toThrow("so accuracy cannot be measured; nothing was written");
      renameSync(at("eval.away"), at("eval.tsv"));
      const { quantization: second } = await exportOnnx(at("DocNN"), at("by-eval.onnx"), without);
      expect(second!.comparison!.split).toBe("eval");
      renameSync(at("eval.tsv"), at("eval.away"));
    } finally {
      for (const split of moved) renameSync(at(`${split}.away`), at(`${split}.tsv`));
    }
    expect(existsSync(at("never.onnx"))).toBe(false);
  });

  test("is nothing that a language model has", async () => {
    await expect(
      exportOnnx(at("a-language-model-whose-softmax-is-its-table"), at("lm.onnx"), {
        ...options,
        quantize: "int8",
        maxAccuracyDrop: 1,
      }),
    ).rejects.toThrow("this model decides nothing, so it has no accuracy");
  });
});

describe("where a model goes", () => {
  const texts = toyRows(20, 5).map(({ text }) => text);

  test("ONNX Runtime's own format predicts as the run does, and a damaged file is told from a whole one", async () => {
    const { written, difference } = await exportOnnx(at("BiLSTM"), { ort: at("small.ort") }, options);
    expect(written).toEqual([at("small.ort")]);
    expect(difference).toBeLessThanOrEqual(1e-5);
    const [ofRun, ofFile] = [await loadModel(at("BiLSTM")), await loadModel(at("small.ort"))];
    const [expected, got] = [await predict(ofRun, texts), await predict(ofFile, texts)];
    expect(got.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
    await Promise.all([ofRun.release(), ofFile.release()]);
    writeFileSync(at("damaged.ort"), readFileSync(at("small.ort")).subarray(0, 40));
    await expect(loadModel(at("damaged.ort"))).rejects.toThrow(
      "PTX_MODEL_FILE  ".concat(at("damaged.ort"), "\n  it is not a whole file of ONNX Runtime's format"),
    );
  });

  test("weights stand beside the model when that is asked for", async () => {
    const targets = { onnx: at("beside.onnx"), ort: at("beside.ort") };
    const { written } = await exportOnnx(at("DocNN"), targets, {
      ...options,
      quantize: "int8",
      externalData: true,
    });
    expect(written).toEqual([at("beside.onnx"), at("beside.onnx.data"), at("beside.ort")]);
    const model = await loadModel(at("beside.onnx"));
    expect(await predict(model, texts)).toHaveLength(texts.length);
    await model.release();
  });

  test("what ONNX Runtime makes of it is told", async () => {
    const { fusions } = await exportOnnx(at("DocNN"), at("optimized.onnx"), {
      ...options,
      quantize: "int8",
      fusions: true,
    });
    expect(fusions).toContainEqual({ operator: "com.microsoft.DynamicQuantizeMatMul", file: 0, runs: 2 });
    expect(fusions).toContainEqual({ operator: "MatMulInteger", file: 2, runs: 0 });
    const operators = (await readModel(at("optimized.onnx"))).graph.nodes.map(
      ({ definition }) => definition.name,
    );
    expect(operators).toContain("MatMulInteger");
  });

  test("nowhere is an error, and so is a limit without a smaller form", async () => {
    await expect(exportOnnx(at("DocNN"), {}, options)).rejects.toThrow("PTX_USAGE  export\n  name the file");
    await expect(exportOnnx(at("DocNN"), at("x.onnx"), { ...options, maxAccuracyDrop: 1 })).rejects.toThrow(
      "PTX_USAGE  --max-accuracy-drop\n  the run's own form loses nothing",
    );
    await expect(exportOnnx(at("DocNN"), { ort: join(folder, "no", "x.ort") }, options)).rejects.toThrow(
      "PTX_FILE_MISSING  --ort",
    );
  });
});
