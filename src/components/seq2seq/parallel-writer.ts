/** @file Writes all tokens of a sequence at once, then those again that it is least sure of (mask-predict: Ghazvininejad et al., 2019). */
import { mulDims } from "../../graph/dims.js";
import type { HostTensor } from "../../graph/dtype.js";
import type { Tensor } from "../../graph/graph.js";
import {
  add,
  and,
  cast,
  div,
  equal,
  less,
  minimum,
  mul,
  neg,
  not,
  or,
  sub,
  tanh,
  where,
} from "../../graph/ops/elementwise.js";
import { gather, gatherElements, topK } from "../../graph/ops/lookup.js";
import { rowsOf } from "../../graph/ops/matrix.js";
import { argMax, logSoftmax, reduceMax, reduceSum } from "../../graph/ops/reduction.js";
import { scan } from "../../graph/ops/scan.js";
import { concat, full, range, reshape, slice, unsqueeze, upTo } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { ptxError } from "../../registry/errors.js";
import type { RandomStream } from "../../registry/random.js";
import type { Loss, TokenVectors } from "../contracts.js";
import { BEGIN_OF_TARGET, END_OF_TARGET } from "../data/tensorizers/target-tokens-tensorizer.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { HIDDEN, rowLengths } from "../masking.js";
import { meanVector } from "../poolings/mean-pool.js";
import type { Decoded, SequenceDecoder } from "./contracts.js";
import { type Sequences, writable } from "./search.js";
import { type Copied, TokenHead } from "./token-head.js";
import { eachRepeated, targetVectors, type WriterOptions } from "./writer.js";

/** What a parallel writer is made of. */
export interface ParallelWriterOptions extends Omit<WriterOptions, "grammar"> {
  /** Tokens of the longest sequence. */
  readonly most: number;
  /** Size of the hidden layer below the length. */
  readonly lengthDim: number;
  /** How much the surprisal of a length counts beside that of a token. */
  readonly lengthWeight: number;
}

/** How sequences are looked for. */
export interface ParallelSearch {
  /** How many lengths are tried, the likeliest. */
  readonly lengths: number;
  /** How many sequences are given, the best first. */
  readonly best: number;
  readonly passes: number;
}

/**
 * Sequences have their tokens at all places of a length; one without tokens is an end at one place. A masked place has the vector
 * of the beginning, which nothing else has. Parameters: `target_embedding.weight [vocab, dim]`, `head.vocabulary.*` (see
 * `TokenHead`), `length.hidden.*`, `length.scores.*` and those of the decoder.
 */
export class ParallelWriter {
  readonly #embedding: Tensor;

  constructor(
    readonly scope: Scope,
    readonly source: TokenVectors,
    readonly options: ParallelWriterOptions,
  ) {
    this.#embedding = targetVectors(scope, options.vocab, options.dim);
  }

  /**
   * The surprisals of masked tokens, and those of lengths times their weight, by the number of masked tokens. A longer sequence
   * than the longest counts as one of that length. `target` as of `TargetTokens`.
   * @param isMasked bool, broadcasts to `[batch, steps]`; counts where there are tokens
   */
  loss(target: Copied, isMasked: Tensor): Loss {
    const { scope, source, options } = this;
    const { dropout, smoothing, lengthWeight } = options;
    const inside = written(target);
    const masked = and(inside, isMasked);
    const vectors = scope.child("written").dropout(this.#vectors(target.ids, masked), dropout);
    const decoded = this.#decoded(options.decoder(scope, source), vectors, inside);
    const given = { ...decoded, states: scope.child("decoded").dropout(decoded.states, dropout) };
    const { sum, count } = this.#head.loss(given, vectors, target.ids, masked, smoothing);
    const classes = sub(minimum(rowLengths(inside), options.most), 1);
    const lengths = neg(reduceSum(gatherElements(this.#lengthLogs(), unsqueeze(classes, [1]), 1), []));
    return { sum: add(sum, mul(lengths, lengthWeight)), count };
  }

  /**
   * The likeliest lengths, each filled in `passes` passes: the first tells all tokens of n, pass t (from 0) again the
   * `floor(n (passes - t) / passes)` whose `log p` was the least, of equal ones the first. Ordered by the mean `log p` of a token.
   * Unknown tokens are not written.
   */
  search({ lengths: beam, best, passes }: ParallelSearch): Sequences {
    const { scope, source, options } = this;
    const { mask, vectors } = source;
    const { graph } = mask;
    const batch = mask.dim(0);
    const rows = mulDims(batch, beam);
    const repeated = { vectors: eachRepeated(vectors, beam), mask: eachRepeated(mask, beam) };
    const decoder = options.decoder(scope, repeated);
    const lengths = reshape(add(cast(topK(this.#lengthLogs(), beam).ids, "int32"), 1), [rows]);
    const places = upTo(cast(reduceMax(lengths, [0]), "int64"));
    const inside = less(cast(unsqueeze(places, [0]), "int32"), unsqueeze(lengths, [1]));
    const shape = [rows, places.dim(0)];
    const start = [full(graph, "int32", shape, BEGIN_OF_TARGET), full(graph, "float32", shape, 0)];
    const scanned = [cast(range(graph, passes), "int32")];
    const { states } = scan({ states: start, scanned }, ([ids, logs], [pass]) => {
      const count = div(mul(lengths, sub(passes, pass!)), passes);
      const masked = and(inside, leastSure(logs!, inside, count));
      const told = this.#told(decoder, ids!, { masked, inside, lengths });
      return { states: [where(masked, told.ids, ids!), where(masked, told.logs, logs!)], outputs: [] };
    });
    const [ids, logs] = states as [Tensor, Tensor];
    const scores = div(reduceSum(where(inside, logs, 0), [1]), cast(lengths, "float32"));
    const chosen = topK(reshape(scores, [batch, beam]), best);
    const first = unsqueeze(mul(range(graph, batch), beam), [1]);
    const from = reshape(add(chosen.ids, first), [mulDims(batch, best)]);
    const tokens = gather(where(and(inside, not(equal(ids, END_OF_TARGET))), ids, -1), from);
    // As long as the longest sequence and an end, like what is written token by token.
    const steps = options.most + 1;
    const padded = concat([tokens, full(graph, "int32", [tokens.dim(0), steps], -1)], 1);
    return { ids: reshape(slice(padded, 1, 0, steps), [batch, best, steps]), scores: chosen.values };
  }

  get #head(): TokenHead {
    return new TokenHead(this.scope.child("head"), this.options.vocab, null);
  }

  #vectors(ids: Tensor, masked: Tensor): Tensor {
    return gather(this.#embedding, where(masked, BEGIN_OF_TARGET, ids));
  }

  #decoded(decoder: SequenceDecoder, vectors: Tensor, inside: Tensor): Decoded {
    if (decoder.together === undefined)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "model.decoder",
        "this decoder writes one token behind the other, and here all are written at once",
        "use TransformerDecoder",
      );
    return this.scope.within("decoder", () => decoder.together!(vectors, inside));
  }

  /** The likeliest token of each place and its `log p`, `[rows, steps]`. An end is none but of a sequence without tokens. */
  #told(
    decoder: SequenceDecoder,
    ids: Tensor,
    { masked, inside, lengths }: { readonly [name in "masked" | "inside" | "lengths"]: Tensor },
  ): { readonly ids: Tensor; readonly logs: Tensor } {
    const vectors = this.#vectors(ids, masked);
    const decoded = this.#decoded(decoder, vectors, inside);
    const flat = this.#head.logProbabilities({ ...decoded, states: rowsOf(decoded.states) }, vectors);
    const all = reshape(flat, [...ids.shape, this.options.vocab]);
    const choices = range(ids.graph, this.options.vocab);
    const alone = unsqueeze(equal(lengths, 1), [1, 2]);
    const fits = and(writable(choices), or(not(equal(choices, END_OF_TARGET)), alone));
    const logs = where(fits, all, HIDDEN);
    return { ids: cast(argMax(logs, 2), "int32"), logs: reduceMax(logs, [2]) };
  }

  /** `log p` of the lengths 1, 2, ..., `[batch, most]`: of the mean of the source's vectors, and how many there are. */
  #lengthLogs(): Tensor {
    const { source, options } = this;
    return this.scope.within("length", (at) => {
      const count = div(cast(unsqueeze(rowLengths(source.mask), [1]), source.vectors.dtype), options.most);
      const read = concat([meanVector(source), count], 1);
      const hidden = tanh(linearLayer(at.child("hidden"), read, options.lengthDim, true));
      return logSoftmax(linearLayer(at.child("scores"), hidden, options.most, true));
    });
  }
}

/** The places of a target's tokens, `[batch, steps]`: those before its end, but at least one. */
function written({ ids, mask }: Copied): Tensor {
  const isFirst = unsqueeze(equal(range(ids.graph, ids.dim(1)), 0), [0]);
  return and(mask, or(isFirst, not(equal(ids, END_OF_TARGET))));
}

/** The `count [rows]` places inside with the least `logs`, of equal ones the first. `[rows, steps]`. */
function leastSure(logs: Tensor, inside: Tensor, count: Tensor): Tensor {
  const places = range(logs.graph, logs.dim(1));
  // No logarithm of a probability is above 0.
  const ranked = where(inside, logs, 1);
  const [own, other] = [unsqueeze(ranked, [2]), unsqueeze(ranked, [1])];
  const isBefore = less(unsqueeze(places, [0]), unsqueeze(places, [1]));
  const isLess = or(less(other, own), and(equal(other, own), isBefore));
  return less(reduceSum(cast(isLess, "int32"), [2]), unsqueeze(count, [1]));
}

/** Masks a random number of a target's tokens, from one to all, at random places. `ids [batch, steps]`; writes 1 where one is masked. */
export function drawMasked(random: RandomStream, into: Int32Array, { dims, data }: HostTensor): void {
  const [rows, steps] = dims as [number, number];
  const ids = data as Int32Array;
  into.fill(0);
  for (let row = 0; row < rows; row++) {
    const length = Math.max(1, ids.subarray(row * steps, (row + 1) * steps).indexOf(END_OF_TARGET));
    let left = 1 + random.int(length);
    for (let place = 0; place < length; place++) {
      if (random.int(length - place) >= left) continue;
      into[row * steps + place] = 1;
      left -= 1;
    }
  }
}
