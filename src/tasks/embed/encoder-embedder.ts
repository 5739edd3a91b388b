import { unitLength } from "../../components/similarity.js";
import type { Engine, Program } from "../../engine/engine.js";
import type { HostTensor } from "../../graph/dtype.js";
import { Graph, type Tensor } from "../../graph/graph.js";
import { concat } from "../../graph/ops/shaping.js";
import { optimize } from "../../graph/passes.js";
import { Scope } from "../../graph/scope.js";
import { ptxError } from "../../registry/errors.js";
import { mended } from "../../text/normalize.js";
import type { Encoding } from "../../text/pieces/encoding.js";
import { batchesByLength, chunksOf } from "./batches.js";
import type { Embedded, Embedder, EmbedInput } from "./contracts.js";
import type { EncoderSource } from "./encoder-source.js";
import type { EmbeddingPooling, EmbedOptions } from "./options.js";
import { pooled } from "./pooled.js";

/** Options with nothing left open. */
interface Asked {
  /** Null: what the model was trained to give. */
  readonly pooling: EmbeddingPooling | null;
  /** Numbers from below: 0 is the embeddings. Null: the last layer's. */
  readonly layers: readonly number[] | null;
  readonly maskClsSep: boolean;
  readonly maxSeqLen: number | null;
  readonly normalize: boolean;
}

const OUTPUT = "vectors";

/** Programs that are kept at most, each with the weights built in; those used longest ago are released. */
const MOST_PROGRAMS = 4;
const BATCH = { rows: 64, tokens: 4096 };

/** The graph of an encoder cut at the highest layer that is asked for, its states pooled: `vectors [batch, dim]`, or `[batch, pieces, dim]`. */
export function embeddingGraph(source: EncoderSource, asked: Asked): Graph {
  const graph = new Graph();
  const scope = Scope.root(graph, "infer", source.parameters, source.context);
  const shape = ["batch", "pieces"];
  const mask = graph.input("mask", "bool", shape);
  const pieces = {
    ids: graph.input("ids", "int32", shape),
    mask,
    segments: graph.input("segments", "int64", shape),
    vocabulary: source.tokenizer.pieces.length,
    most: asked.maxSeqLen,
  };
  const { pooling, layers } = asked;
  if (pooling === null) {
    graph.output(OUTPUT, finished(source.vector!(scope, pieces), asked));
    optimize(graph);
    return graph;
  }
  const built = source.build(scope, pieces, {
    pooled: pooling === "cls_pooled",
    ...(layers !== null && { layers: Math.max(...layers) }),
  });
  source.requireValues();
  const output = (): Tensor => {
    if (pooling === "cls_pooled") {
      if (built.pooled !== null) return built.pooled;
      const message = "the model has no pooler, which cls_pooled asks for";
      throw ptxError("PTX_USAGE", "--pooling", message, "first_token takes the first piece's state as it is");
    }
    const chosen = layers === null ? [built.states.at(-1)!] : layers.map((layer) => built.states[layer]!);
    const states = chosen.length === 1 ? chosen[0]! : concat(chosen, 2);
    const poolingMask = asked.maskClsSep ? graph.input("pooling_mask", "bool", shape) : mask;
    return pooled(pooling, { states, mask, poolingMask });
  };
  graph.output(OUTPUT, finished(output(), asked));
  optimize(graph);
  return graph;
}

const finished = (vectors: Tensor, { normalize }: Asked): Tensor =>
  normalize ? unitLength(vectors) : vectors;

/** A compiled program, and how many use it now. */
interface Kept {
  readonly compiled: Promise<Compiled>;
  users: number;
}

interface Compiled {
  readonly program: Program;
  readonly dim: number;
  readonly inputs: readonly string[];
}

/** Vectors from the states of an encoder. */
export class EncoderEmbedder implements Embedder {
  /** By what was asked, those used last at the end. */
  readonly #kept = new Map<string, Kept>();
  #engine: Promise<Engine> | undefined;

  constructor(readonly source: EncoderSource) {}

  get columns(): readonly string[] {
    return this.source.columns;
  }

  async dim(options: EmbedOptions = {}): Promise<number> {
    return this.#with(this.asked(options), async ({ dim }) => dim);
  }

  async *embed(
    texts: Iterable<EmbedInput> | AsyncIterable<EmbedInput>,
    options: EmbedOptions = {},
  ): AsyncGenerator<readonly Embedded[]> {
    const asked = this.asked(options);
    const limits = {
      rows: options.batchSize ?? BATCH.rows,
      tokens: options.maxTokens ?? BATCH.tokens,
    };
    for await (const chunk of chunksOf(texts)) {
      const encodings = chunk.map((text) => this.#encode(text, asked.maxSeqLen));
      const lengths = encodings.map(({ ids }) => ids.length);
      yield await this.#with(asked, async (compiled) => {
        const results: Embedded[] = [];
        for (const rows of batchesByLength(lengths, limits)) {
          const batch = rows.map((row) => encodings[row]!);
          for (const [i, embedded] of (await this.#run(compiled, batch, asked)).entries())
            results[rows[i]!] = embedded;
        }
        return results;
      });
    }
  }

  async release(): Promise<void> {
    const all = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(all.map(released));
  }

  /** Fills in what is left open. Throws `PTX_USAGE` for options that do nothing, or that the model cannot follow. */
  asked(options: EmbedOptions): Asked {
    const { limits, defaults } = this.source;
    const usage = (option: string, message: string) => ptxError("PTX_USAGE", option, message);
    const pooling = options.pooling ?? this.#usualPooling();
    if (pooling === null && (options.layers !== undefined || options.maskClsSep))
      throw usage(
        options.layers === undefined ? "--mask-cls-sep" : "--layers",
        "the run was trained to give vectors, which are made in one way: name a --pooling to have others of its encoder",
      );
    const aside = ["first_token", "last_token", "cls_pooled"].includes(pooling ?? "");
    if (options.maskClsSep && aside)
      throw usage("--mask-cls-sep", `the pooling ${pooling} takes one piece: there is nothing to leave out`);
    if (options.layers !== undefined && pooling === "cls_pooled")
      throw usage("--layers", "the pooling cls_pooled reads the last layer: leave layers out");
    const places = limits?.places ?? Number.POSITIVE_INFINITY;
    const asked = options.maxSeqLen;
    if (asked !== undefined && asked > places)
      throw usage("--max-seq-len", `the model has ${places} places, and ${asked} are asked for`);
    const special = this.source.tokenizer.specialCount(1);
    if (asked !== undefined && asked < special + 1)
      throw usage(
        "maxSeqLen",
        `${asked} tokens have no room for ${special} special ones and one of the text`,
      );
    const most = asked ?? Math.min(defaults.maxSeqLen ?? places, places);
    return {
      pooling,
      layers: this.#layers(options.layers ?? [-1]),
      maskClsSep: options.maskClsSep ?? false,
      maxSeqLen: Number.isFinite(most) ? most : null,
      normalize: options.normalize ?? defaults.normalize ?? false,
    };
  }

  #usualPooling(): EmbeddingPooling | null {
    const { defaults, vector } = this.source;
    return vector === undefined ? (defaults.pooling() ?? "reduce_mean") : null;
  }

  #layers(layers: readonly number[]): number[] | null {
    const count = this.source.limits?.layers;
    if (count === undefined) {
      if (layers.length === 1 && layers[0] === -1) return null;
      throw ptxError(
        "PTX_USAGE",
        "--layers",
        "this model gives the last layer's states only: leave layers out",
      );
    }
    if (layers.length === 0) throw ptxError("PTX_USAGE", "--layers", "no layer is named");
    return layers.map((layer) => {
      const place = layer < 0 ? count + 1 + layer : layer;
      if (Number.isInteger(layer) && place >= 0 && place <= count) return place;
      throw ptxError(
        "PTX_USAGE",
        "--layers",
        `there is no layer ${layer}: the model has ${count}`,
        `-1 is the last one, ${-count} and 1 the first, 0 the embeddings below it`,
      );
    });
  }

  /** Does something with the program for what is asked; it is not released before that is done. */
  async #with<T>(asked: Asked, use: (compiled: Compiled) => Promise<T>): Promise<T> {
    const key = JSON.stringify(asked);
    const kept = this.#kept.get(key) ?? { compiled: this.#compile(asked), users: 0 };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    kept.users++;
    try {
      return await use(await kept.compiled);
    } finally {
      kept.users--;
      await this.#releaseOldest();
    }
  }

  async #releaseOldest(): Promise<void> {
    for (const [key, kept] of this.#kept) {
      if (this.#kept.size <= MOST_PROGRAMS) return;
      if (kept.users > 0) continue;
      this.#kept.delete(key);
      await released(kept);
    }
  }

  async #compile(asked: Asked): Promise<Compiled> {
    const graph = embeddingGraph(this.source, asked);
    this.#engine ??= this.source.engine();
    const frozen = this.source.parameters.feeds(graph.parameters.map(({ name }) => name));
    const program = await (await this.#engine).compile(graph, { frozen });
    const { shape } = graph.outputs.get(OUTPUT)!;
    return { program, dim: Number(shape.at(-1)), inputs: graph.inputs.map(({ name }) => name) };
  }

  #encode(text: EmbedInput, most: number | null): Encoding {
    const texts = (typeof text === "string" ? [text] : text).map(mended);
    return this.source.tokenizer.encode(texts, { most });
  }

  async #run(
    { program, dim, inputs }: Compiled,
    batch: readonly Encoding[],
    { pooling }: Asked,
  ): Promise<Embedded[]> {
    const most = batch.reduce((longest, { ids }) => Math.max(longest, ids.length), 0);
    const perPiece = pooling === "none";
    const data =
      most === 0
        ? new Float32Array(batch.length * dim) // no special pieces, and only empty texts
        : ((await program.run(feedsOf(batch, most, this.source.tokenizer.special.pad, inputs)))[OUTPUT]!
            .data as Float32Array);
    const width = perPiece ? most * dim : dim;
    return batch.map((encoding, i) => {
      const count = encoding.ids.length;
      const size = perPiece ? count * dim : dim;
      return {
        vector: count === 0 ? new Float32Array(size) : data.slice(i * width, i * width + size),
        dims: perPiece ? [count, dim] : [dim],
        ...this.#told(encoding),
        empty: !perPiece && isZero(data, i * width, size),
      };
    });
  }

  #told({ ids, texts, truncated }: Encoding): Pick<Embedded, "tokens" | "unknown" | "truncated"> {
    const { pieces, special } = this.source.tokenizer;
    const unknown = ids.reduce(
      (count, id, i) => count + (texts[i] !== -1 && id === special.unknown ? 1 : 0),
      0,
    );
    return { tokens: Array.from(ids, (id) => pieces[id] ?? ""), unknown, truncated };
  }
}

/** Releases a program, unless it could not be made. */
async function released({ compiled }: Kept): Promise<void> {
  const [made] = await Promise.allSettled([compiled]);
  if (made.status === "fulfilled") await made.value.program.release();
}

function isZero(data: Float32Array, from: number, size: number): boolean {
  for (let i = from; i < from + size; i++) if (data[i] !== 0) return false;
  return true;
}

/** A batch as the graph's inputs, padded to its longest row. */
function feedsOf(
  batch: readonly Encoding[],
  most: number,
  pad: number | null,
  inputs: readonly string[],
): Record<string, HostTensor> {
  const dims = [batch.length, most];
  const size = batch.length * most;
  const ids = new Int32Array(size).fill(pad ?? 0);
  const [mask, poolingMask] = [new Uint8Array(size), new Uint8Array(size)];
  const segments = new BigInt64Array(size);
  for (const [row, encoding] of batch.entries()) {
    const start = row * most;
    ids.set(encoding.ids, start);
    mask.fill(1, start, start + encoding.ids.length);
    for (const [i, text] of encoding.texts.entries()) {
      if (text !== -1) poolingMask[start + i] = 1;
      if (encoding.typeIds[i] !== 0) segments[start + i] = BigInt(encoding.typeIds[i]!);
    }
  }
  const feeds: Record<string, HostTensor> = {
    ids: { dtype: "int32", dims, data: ids },
    mask: { dtype: "bool", dims, data: mask },
    segments: { dtype: "int64", dims, data: segments },
    pooling_mask: { dtype: "bool", dims, data: poolingMask },
  };
  return Object.fromEntries(inputs.map((name) => [name, feeds[name]!]));
}
