/** @file BERT's weights from a checkpoint of TensorFlow's, by the names that Hugging Face gives them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { HostTensor } from "../../../graph/dtype.js";
import { readTensorBundle } from "../../../graph/tensor-bundle.js";
import { ptxError } from "../../../registry/errors.js";

const INDEX = /\.index$/;

/** What checkpoints hold for going on with the training. */
const TRAINING = /(^|\/)(adam_m|adam_v|global_step|beta[12]_power)$/;

/** Variables' last names by Hugging Face's; a kernel is `[in, out]`, a linear layer's weight `[out, in]`. */
const roles: Readonly<Record<string, string>> = {
  kernel: "weight",
  gamma: "weight",
  beta: "bias",
  word_embeddings: "word_embeddings.weight",
  position_embeddings: "position_embeddings.weight",
  token_type_embeddings: "token_type_embeddings.weight",
  output_weights: "weight",
  output_bias: "bias",
};

/** The checkpoint in a folder, without its files' endings. Throws `PTX_MODEL_FILE` where it holds several. */
export function checkpointIn(folder: string): string | undefined {
  const names = readdirSync(folder);
  const hasData = (index: string): boolean =>
    names.some((name) => name.startsWith(`${index.replace(INDEX, "")}.data-`));
  const found = names.filter((name) => INDEX.test(name) && hasData(name));
  if (found.length > 1)
    throw ptxError(
      "PTX_MODEL_FILE",
      folder,
      `the folder holds several checkpoints: ${found.sort().join(", ")}`,
      "leave the one in it that is to be read",
    );
  return found.length === 0 ? undefined : join(folder, found[0]!.replace(INDEX, ""));
}

/** Reads a checkpoint of BERT's first implementation (`bert_model.ckpt`, 2018). Throws `PTX_FILE_MISSING` or `PTX_MODEL_FILE`. */
export async function readCheckpoint(prefix: string, modelType: string): Promise<Map<string, HostTensor>> {
  if (modelType !== "bert")
    throw ptxError(
      "PTX_MODEL_FILE",
      prefix,
      `of TensorFlow's checkpoints only BERT's are read, this one is of a model of the kind ${modelType}`,
      "save the model with Hugging Face's save_pretrained(folder, safe_serialization=True)",
    );
  const variables = await readTensorBundle(prefix, (name) => !TRAINING.test(name));
  const entries = Object.entries(variables).map(([name, tensor]): [string, HostTensor] => {
    const path = name.split("/");
    const last = path.pop()!;
    const before = path.map((part) => part.replace(/^layer_(\d+)$/, "layer.$1"));
    return [
      [...before, roles[last] ?? last].join("."),
      last === "kernel" ? transposed(name, prefix, tensor) : tensor,
    ];
  });
  return new Map(entries);
}

function transposed(name: string, prefix: string, { dtype, dims, data }: HostTensor): HostTensor {
  if (dtype !== "float32" || dims.length !== 2)
    throw ptxError("PTX_MODEL_FILE", prefix, `${name} is no matrix of float32 but ${dtype} [${dims}]`);
  const [rows, columns] = dims as [number, number];
  const values = data as Float32Array;
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = values[row * columns + column]!;
  return { dtype, dims: [columns, rows], data: turned };
}
