/** @file What ONNX Runtime makes of the forms that we write: it runs its own operators in place of several. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { countOperators } from "../../src/graph/onnx/count-operators.js";
import { silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { writeTinyEncoder } from "../support/tiny-encoder.js";
import { toyConfig, workplace, writeToyData } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
writeToyData(folder);
await writeTinyEncoder(join(folder, "encoder"));

async function changes(name: string, config: object) {
  const run = join(folder, name);
  await train(config, { output: run, registry });
  const { fusions } = await exportOnnx(run, `${run}.onnx`, {
    ...{ registry, log: silentLog, input: "ids", fusions: true },
  });
  return {
    /** By operator: how many nodes the file has, and how many ONNX Runtime runs. */
    found: Object.fromEntries(fusions!.map(({ operator, file, runs }) => [operator, [file, runs]])),
    written: await countOperators(`${run}.onnx`),
  };
}

test("of a Transformer", async () => {
  const model = {
    NewBertModel: {
      inputs: { tokens: { BERTTensorizer: { vocab_file: join(folder, "encoder", "vocab.txt") } } },
      encoder: { TransformerEncoder: { pretrained: join(folder, "encoder") } },
    },
  };
  const config = JSON.stringify(toyConfig({ data: folder, model, trainer: { epochs: 1 } }));
  const bert = config.replace("DocumentClassificationTask", "NewBertClassificationTask");
  const { found, written } = await changes("bert", JSON.parse(bert) as object);
  // Of both layers: x * (1 + erf(x / sqrt(2))) / 2 is one operator, and so is a matrix product with its bias and tanh.
  expect(found).toMatchObject({ Gelu: [0, 2], Erf: [2, 0], "com.microsoft.FusedGemm": [0, 1], Tanh: [1, 0] });
  // Written as one operator each, and run so.
  expect([written.get("LayerNormalization"), found.LayerNormalization]).toEqual([5, undefined]);
  // Attention is run as the products that it is written in: a softmax a layer, and that of the labels.
  expect([written.get("Softmax"), found.Softmax]).toEqual([3, undefined]);
});

test("of a BiLSTM", async () => {
  const model = {
    DocModel: {
      embedding: { WordEmbedding: { embed_dim: 4 } },
      representation: { BiLSTMDocAttention: { lstm: { BiLSTM: { lstm_dim: 4 } } } },
    },
  };
  const { found, written } = await changes(
    "lstm",
    toyConfig({ data: folder, model, trainer: { epochs: 1 } }),
  );
  expect(found).toMatchObject({ "com.microsoft.FusedMatMul": [0, 1], MatMul: [3, 2] });
  // Both directions are one operator, and run so.
  expect([written.get("LSTM"), found.LSTM]).toEqual([1, undefined]);
});
