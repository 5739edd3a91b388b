/** @file A language model of LSTM layers as plain loops over 64-bit numbers, from a run's files: what graphs are compared with. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors } from "../../src/graph/safetensors.js";

const END = 2;

/** Reads tokens one by one. */
export class PlainLanguageModel {
  #h: number[][] = [];
  #c: number[][] = [];

  private constructor(
    readonly words: ReadonlyMap<string, number>,
    readonly vocab: number,
    readonly layers: number,
    readonly get: (name: string) => ArrayLike<number>,
    readonly has: (name: string) => boolean,
  ) {
    this.reset();
  }

  static async of(run: string, layers: number): Promise<PlainLanguageModel> {
    const saved = JSON.parse(readFileSync(join(run, "vocabularies.json"), "utf8")) as {
      tensorizers: { tokens: { vocabulary: { specials: string[]; words: string[] } } };
    };
    const { specials, words } = saved.tensorizers.tokens.vocabulary;
    const ids = new Map(words.map((word, i) => [word, specials.length + i]));
    const { tensors } = await readSafetensors(join(run, "parameters.safetensors"));
    return new PlainLanguageModel(
      ids,
      specials.length + words.length,
      layers,
      (name) => tensors[name]!.data as ArrayLike<number>,
      (name) => name in tensors,
    );
  }

  /** Back to zeros. */
  reset(): void {
    this.#h = Array.from({ length: this.layers }, () => []);
    this.#c = Array.from({ length: this.layers }, () => []);
  }

  /** The id of a word; an end of line for "\n". */
  id(word: string): number {
    return word === "\n" ? END : (this.words.get(word) ?? 0);
  }

  /** Reads a token; the probabilities of what follows. */
  read(id: number): number[] {
    const table = this.get("model.embedding.weight");
    const dim = table.length / this.vocab;
    let x = Array.from({ length: dim }, (_, k) => table[id * dim + k]!);
    for (let layer = 0; layer < this.layers; layer++) x = this.#layer(layer, x);
    if (this.has("model.projection.weight")) {
      const bias = this.get("model.projection.bias");
      x = product(x, this.get("model.projection.weight")).map((value, k) => value + bias[k]!);
    }
    const tied = !this.has("model.softmax.weight");
    const weight = tied ? turned(table, x.length) : this.get("model.softmax.weight");
    const bias = this.get("model.softmax.bias");
    const logits = product(x, weight).map((value, token) => value + bias[token]!);
    const most = Math.max(...logits);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
    return logits.map((logit) => Math.exp(logit - most) / total);
  }

  /** `-ln p` of each token, from zeros; an end of line stands before the first. */
  surprisals(tokens: readonly string[]): number[] {
    this.reset();
    let scores = this.read(END);
    return tokens.map((word, i) => {
      const surprisal = -Math.log(scores[this.id(word)]!);
      if (i < tokens.length - 1) scores = this.read(this.id(word));
      return surprisal;
    });
  }

  #layer(layer: number, x: readonly number[]): number[] {
    const at = (name: string): ArrayLike<number> => this.get(`model.lstm.layer${layer}.forward.${name}`);
    const hidden = at("bias").length / 4;
    const [h, c] = [this.#h[layer]!, this.#c[layer]!];
    const before = Array.from({ length: hidden }, (_, k) => h[k] ?? 0);
    const sums = product(x, at("weight_ih")).map((value, k) => value + at("bias")[k]!);
    for (const [k, value] of product(before, at("weight_hh")).entries()) sums[k] = sums[k]! + value;
    const gate = (number: number, k: number): number => 1 / (1 + Math.exp(-sums[number * hidden + k]!));
    for (let k = 0; k < hidden; k++) {
      c[k] = gate(2, k) * (c[k] ?? 0) + gate(0, k) * Math.tanh(sums[3 * hidden + k]!);
      h[k] = gate(1, k) * Math.tanh(c[k]!);
    }
    return [...h];
  }
}

/** `x [n] w [n, m]`. */
function product(x: readonly number[], w: ArrayLike<number>): number[] {
  const columns = w.length / x.length;
  return Array.from({ length: columns }, (_, column) =>
    x.reduce((sum, value, row) => sum + value * w[row * columns + column]!, 0),
  );
}

function turned(x: ArrayLike<number>, columns: number): number[] {
  const rows = x.length / columns;
  return Array.from({ length: x.length }, (_, at) => x[(at % rows) * columns + Math.floor(at / rows)]!);
}
