/** @file A writer as a compiled program over given sources: what the tests of sequence to sequence share. */
import type { SequenceDecoder } from "../../../src/components/seq2seq/contracts.js";
import { NO_SEQUENCE } from "../../../src/components/seq2seq/search.js";
import { Writer, type WritingOptions } from "../../../src/components/seq2seq/writer.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { greaterOrEqual } from "../../../src/graph/ops/elementwise.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import type { SlotValue } from "../../../src/registry/component.js";
import { type EngineName, engine } from "../../graph/engines.js";
import {
  type Built,
  built,
  ints,
  normals,
  slot,
  testContext,
  tokenInputs,
  tokenVectors,
  withGradients,
} from "../models/harness.js";
import type { PlainSource } from "./plain.js";

/** Numbers of a source token's vector, and of a written token's. */
export const [DIM, WRITTEN] = [4, 6] as const;
/** Tokens of the vocabulary: the four special ones and three words. */
export const VOCAB = 7;

/** A source, named after its vectors; what each of its tokens is as one of the target; and a sequence, its end included. */
export interface Case {
  readonly name: string;
  readonly copied: readonly number[];
  readonly target: readonly number[];
}

/** What is built. */
export interface ProgramOptions {
  readonly decoder: object;
  readonly copies: boolean;
  readonly smoothing?: number;
  readonly engine?: EngineName;
  readonly mode?: Mode;
}

function writerIn(scope: Scope, { decoder, copies, smoothing = 0 }: ProgramOptions): Writer {
  const source = tokenInputs(scope, DIM);
  const ids = copies ? scope.graph.input("copied", "int32", ["batch", "tokens"]) : null;
  const value = slot("sequence_decoder", decoder) as SlotValue<"sequence_decoder">;
  return new Writer(scope, source, ids && { ids, mask: source.mask }, {
    ...{ vocab: VOCAB, dim: WRITTEN, dropout: 0, smoothing },
    decoder: (at, sources): SequenceDecoder =>
      at.part("sequence_decoder", value, "decoder", (chosen, options, inner) =>
        chosen.build(inner, options, sources, WRITTEN),
      ),
    grammar: null,
  });
}

/** Random parameters of a size that makes all parts of a formula count. */
export function spread(store: ParameterStore): void {
  for (const { name, data } of store) data.set(normals(data.length, name).map((x) => 0.8 * x));
}

/** The loss of given sequences: `loss` (the sum) and `count`; with gradients the loss alone. */
export async function lossProgram(
  options: ProgramOptions,
  gradients = false,
): Promise<{ target: Built; store: ParameterStore }> {
  const store = new ParameterStore(3);
  const lossOf = (scope: Scope) => {
    const writer = writerIn(scope, options);
    const ids = scope.graph.input("target", "int32", ["batch", "steps"]);
    // Padding is -1 here, so that no id can be mistaken for it.
    return writer.loss({ ids, mask: greaterOrEqual(ids, 0) });
  };
  const build = gradients
    ? withGradients((scope) => lossOf(scope).sum, ["vectors"])
    : (scope: Scope) => {
        const { sum, count } = lossOf(scope);
        return { loss: sum, count };
      };
  const target = await built(
    await engine(options.engine ?? "onnxruntime"),
    options.mode ?? "infer",
    store,
    build,
    testContext(),
  );
  spread(store);
  return { target, store };
}

/** What a search finds. */
export interface Found {
  readonly ids: readonly number[];
  readonly score: number;
}

/** A search over given sources. */
export async function searchProgram(
  options: ProgramOptions,
  writing: WritingOptions,
): Promise<{ store: ParameterStore; find: (cases: readonly Case[], tokens?: number) => Promise<Found[][]> }> {
  const store = new ParameterStore(3);
  const target = await built(await engine(options.engine ?? "onnxruntime"), "infer", store, (scope) => {
    const { ids, scores } = writerIn(scope, options).search(writing);
    return { ids, scores };
  });
  spread(store);
  const find = async (cases: readonly Case[], tokens?: number): Promise<Found[][]> => {
    const { ids, scores } = await target.run(sourceFeeds(cases, options.copies, tokens));
    const steps = ids!.dims[2]!;
    return cases.map((_, row) =>
      Array.from({ length: writing.best }, (_, i) => {
        const at = row * writing.best + i;
        const own = ids!.data.slice(at * steps, (at + 1) * steps);
        return { ids: own.filter((id) => id >= 0), score: scores!.data[at]! };
      }).filter(({ score }) => score > NO_SEQUENCE),
    );
  };
  return { store, find };
}

/** Feeds of sources, padded to `tokens`. */
export function sourceFeeds(
  cases: readonly Case[],
  copies: boolean,
  tokens = Math.max(1, ...cases.map(({ copied }) => copied.length)),
): Record<string, HostTensor> {
  const texts = cases.map(({ name, copied }) => ({ name, length: copied.length }));
  const ids = cases.flatMap(({ copied }) => padded(copied, tokens, 1));
  return {
    ...tokenVectors(texts, tokens, DIM),
    ...(copies && { copied: ints([cases.length, tokens], ids) }),
  };
}

/** Feeds of sources and their sequences. */
export function lossFeeds(cases: readonly Case[], copies: boolean, more = 0): Record<string, HostTensor> {
  const steps = Math.max(...cases.map(({ target }) => target.length)) + more;
  const tokens = Math.max(...cases.map(({ copied }) => copied.length)) + more;
  const ids = cases.flatMap(({ target }) => padded(target, steps, -1));
  return { ...sourceFeeds(cases, copies, tokens), target: ints([cases.length, steps], ids) };
}

const padded = (list: readonly number[], size: number, filler: number): number[] =>
  Array.from({ length: size }, (_, i) => list[i] ?? filler);

/** A case as the plain program takes it. */
export function plainSource({ name, copied }: Case, copies: boolean): PlainSource {
  const numbers = normals(copied.length * DIM, name);
  const vectors = copied.map((_, i) => Array.from(numbers.slice(i * DIM, (i + 1) * DIM)));
  return { vectors, copied: copies ? copied : null };
}
