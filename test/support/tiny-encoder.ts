/** @file A BERT of a few thousand random parameters as a folder of Hugging Face's: stands in where a pretrained model is named. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostTensor } from "../../src/graph/dtype.js";
import { writeSafetensors } from "../../src/graph/safetensors.js";
import { stream } from "../../src/registry/random.js";

const CHARACTERS = [..."abcdefghijklmnopqrstuvwxyz0123456789.,?!'-$"];

/** Its pieces: characters, at the start of a word and within one. */
const tinyPieces: readonly string[] = [
  ...["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
  ...CHARACTERS,
  ...CHARACTERS.map((character) => `##${character}`),
];

const [HIDDEN, LAYERS, HEADS, INNER, PLACES] = [16, 2, 2, 32, 512];

/** Writes config.json, model.safetensors and vocab.txt. */
export async function writeTinyEncoder(folder: string, seed = 0): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const config = {
    model_type: "bert",
    vocab_size: tinyPieces.length,
    hidden_size: HIDDEN,
    num_hidden_layers: LAYERS,
    num_attention_heads: HEADS,
    intermediate_size: INNER,
    max_position_embeddings: PLACES,
    type_vocab_size: 2,
    hidden_act: "gelu",
    layer_norm_eps: 1e-12,
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config, null, 2));
  writeFileSync(join(folder, "vocab.txt"), `${tinyPieces.join("\n")}\n`);
  await writeSafetensors(join(folder, "model.safetensors"), weights(seed));
}

/** Normal weights of some size, so that texts differ; norms of ones. */
function weights(seed: number): Record<string, HostTensor> {
  const tensors: Record<string, HostTensor> = {};
  const add = (name: string, dims: readonly number[], fill?: number): void => {
    const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
    if (fill === undefined) stream(seed, "tiny-encoder", name).fillNormal(data, 0, 0.3);
    else data.fill(fill);
    tensors[name] = { dtype: "float32", dims, data };
  };
  const linear = (name: string, from: number, to: number): void => {
    add(`${name}.weight`, [to, from]);
    add(`${name}.bias`, [to], 0);
  };
  const norm = (name: string): void => {
    add(`${name}.weight`, [HIDDEN], 1);
    add(`${name}.bias`, [HIDDEN], 0);
  };
  add("embeddings.word_embeddings.weight", [tinyPieces.length, HIDDEN]);
  add("embeddings.position_embeddings.weight", [PLACES, HIDDEN]);
  add("embeddings.token_type_embeddings.weight", [2, HIDDEN]);
  norm("embeddings.LayerNorm");
  for (let layer = 0; layer < LAYERS; layer++) {
    const at = `encoder.layer.${layer}`;
    for (const part of ["query", "key", "value"]) linear(`${at}.attention.self.${part}`, HIDDEN, HIDDEN);
    linear(`${at}.attention.output.dense`, HIDDEN, HIDDEN);
    norm(`${at}.attention.output.LayerNorm`);
    linear(`${at}.intermediate.dense`, HIDDEN, INNER);
    linear(`${at}.output.dense`, INNER, HIDDEN);
    norm(`${at}.output.LayerNorm`);
  }
  linear("pooler.dense", HIDDEN, HIDDEN);
  return tensors;
}
