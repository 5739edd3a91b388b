/** @file Vectors of a vocabulary, averaged: model2vec's models. */
import { join } from "node:path";
import type { HostTensor } from "../../graph/dtype.js";
import { halfToNumber } from "../../graph/half.js";
import { readSafetensors } from "../../graph/safetensors.js";
import { ptxError } from "../../registry/errors.js";
import type { JsonObject } from "../../registry/json.js";
import type { PieceTokenizer } from "../../text/pieces/piece-tokenizer.js";
import { readPieceTokenizer } from "../../text/pieces/read-piece-tokenizer.js";
import { chunksOf } from "./batches.js";
import type { Embedded, Embedder, EmbedInput } from "./contracts.js";
import { meanOf, requireSingle, staticOptions } from "./mean-vector.js";
import type { EmbedOptions } from "./options.js";

/** What model2vec reads of a text unless told otherwise. */
const MOST_TOKENS = 512;

/**
 * A model2vec folder: config.json, tokenizer.json and model.safetensors with `embeddings [rows, dim]` (float32, float16, int8)
 * and, where the vocabulary is quantised, `mapping [pieces]` (the row of each piece) and `weights [pieces]`.
 *
 * A vector is the mean over the text's known pieces, without special ones, of `embeddings[mapping[id]] * weights[id]`, of length
 * 1 where config.json says `normalize`. Unlike model2vec itself a long text is cut at pieces only, not at characters first.
 */
export class StaticEmbedder implements Embedder {
  readonly columns = ["text"];

  private constructor(
    readonly tokenizer: PieceTokenizer,
    readonly table: Float32Array,
    readonly size: number,
    readonly mapping: ArrayLike<number> | null,
    readonly weights: ArrayLike<number> | null,
    readonly normalize: boolean,
  ) {}

  /** Reads a folder. Throws `PTX_FILE_MISSING` or `PTX_MODEL_FILE`. */
  static async read(folder: string, config: JsonObject): Promise<StaticEmbedder> {
    const file = join(folder, "model.safetensors");
    const { tensors } = await readSafetensors(file);
    const tokenizer = await readPieceTokenizer(folder);
    const { embeddings, mapping, weights } = tensors;
    const fail = (message: string): Error => ptxError("PTX_MODEL_FILE", file, message);
    if (embeddings === undefined || embeddings.dims.length !== 2)
      throw fail(`there is no table "embeddings"  found: ${Object.keys(tensors).join(", ")}`);
    const [rows, dim] = embeddings.dims as [number, number];
    const pieces = tokenizer.pieces.length;
    for (const [name, tensor] of Object.entries({ mapping, weights }))
      if (tensor !== undefined && (tensor.dims.length !== 1 || tensor.dims[0]! < pieces))
        throw fail(`"${name}" has the shape [${tensor.dims}], the tokenizer ${pieces} pieces`);
    const places = mapping === undefined ? null : numbers(mapping);
    if (places === null && rows < pieces)
      throw fail(`"embeddings" has ${rows} rows, the tokenizer ${pieces} pieces`);
    for (let id = 0; places !== null && id < places.length; id++)
      if (!(places[id]! >= 0 && places[id]! < rows))
        throw fail(`"mapping" sends piece ${id} to row ${places[id]}, and there are ${rows}`);
    const scale = weights === undefined ? null : numbers(weights);
    const table = Float32Array.from(numbers(embeddings));
    return new StaticEmbedder(tokenizer, table, dim, places, scale, config.normalize === true);
  }

  async dim(options: EmbedOptions = {}): Promise<number> {
    staticOptions(options);
    return this.size;
  }

  async *embed(
    texts: Iterable<EmbedInput> | AsyncIterable<EmbedInput>,
    options: EmbedOptions = {},
  ): AsyncGenerator<readonly Embedded[]> {
    const { perToken } = staticOptions(options);
    const unit = options.normalize ?? this.normalize;
    const most = options.maxSeqLen ?? MOST_TOKENS;
    for await (const chunk of chunksOf(texts))
      yield chunk.map((text) => this.#one(requireSingle(text), most, perToken, unit));
  }

  async release(): Promise<void> {}

  #one(text: string, most: number, perToken: boolean, unit: boolean): Embedded {
    const { special, pieces } = this.tokenizer;
    const all = this.tokenizer.tokenize(text).map(({ id }) => id);
    const known = all.filter((id) => id !== special.unknown);
    const ids = known.slice(0, most);
    return {
      ...meanOf(ids.length, this.size, (i, into, at) => this.#add(ids[i]!, into, at), perToken, unit),
      tokens: ids.map((id) => pieces[id] ?? ""),
      truncated: known.length > most,
      unknown: all.length - known.length,
    };
  }

  #add(id: number, into: Float64Array, at: number): void {
    const start = (this.mapping?.[id] ?? id) * this.size;
    const weight = this.weights?.[id] ?? 1;
    for (let i = 0; i < this.size; i++) into[at + i]! += this.table[start + i]! * weight;
  }
}

function numbers({ dtype, data }: HostTensor): ArrayLike<number> {
  if (dtype === "float16") return Float32Array.from(data as Uint16Array, halfToNumber);
  if (dtype === "int64") return Float64Array.from(data as BigInt64Array, Number);
  return data as Float32Array | Float64Array | Int32Array | Int8Array;
}
