/** @file The CRF output layer as a compiled program over given rows: what the tests of the CRF share. */
import fc from "fast-check";
import { gradients, isSparse } from "../../../src/graph/autodiff.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { densify } from "../../../src/graph/ops/lookup.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode } from "../../../src/graph/scope.js";
import { type EngineName, engine } from "../../graph/engines.js";
import { type Built, built, floats, ints, prefixMask, slot, type Value } from "../models/harness.js";
import type { Row } from "./enumerate.js";

/** A batch: rows that share their weights, with their right labels. */
export interface Batch {
  readonly rows: readonly Row[];
  readonly targets: readonly (readonly number[])[];
}

/** The layer with its parameters in a store. */
export interface CrfProgram {
  readonly target: Built;
  readonly store: ParameterStore;
  /** Runs on a batch, padded to `tokens` with `padding` in every place behind a row's end. */
  run(batch: Batch, tokens?: number, padding?: number): Promise<Record<string, Value>>;
}

/** How the layer is built. */
export interface CrfOptions {
  readonly engine?: EngineName;
  readonly mode?: Mode;
  readonly constraints?: string;
  /** Whether gradients of the loss are outputs, `d:logits` and `d:<parameter>`. */
  readonly gradients?: boolean;
}

/** Builds and compiles the layer over fed logits, mask and target. */
export async function crfProgram(names: readonly string[], options: CrfOptions = {}): Promise<CrfProgram> {
  const store = new ParameterStore(5);
  const value = slot("tag_output_layer", { CRFOutputLayer: { constraints: options.constraints ?? "none" } });
  const used = await engine(options.engine ?? "onnxruntime");
  const target = await built(used, options.mode ?? "infer", store, (scope) =>
    scope.part("tag_output_layer", value, "crf", (layer, config, at) => {
      const logits = scope.graph.input("logits", "float32", ["batch", "tokens", names.length]);
      const mask = scope.graph.input("mask", "bool", ["batch", "tokens"]);
      const right = scope.graph.input("target", "int32", ["batch", "tokens"]);
      const { loss, tags, scores } = layer.build(at, config, { logits, mask, target: right, labels: names });
      const outputs: Record<string, Tensor> = { loss: loss!.sum, count: loss!.count };
      if (tags !== null && scores !== null) Object.assign(outputs, { tags, scores });
      if (options.gradients) Object.assign(outputs, gradientsOf(loss!.sum, logits));
      return outputs;
    }),
  );
  return {
    target,
    store,
    run: (batch, tokens, padding) => {
      setWeights(store, batch.rows[0]!);
      return target.run(feedsOf(batch, names.length, tokens, padding));
    },
  };
}

function gradientsOf(loss: Tensor, logits: Tensor): Record<string, Tensor> {
  const wrt = [logits, ...loss.graph.parameters];
  const outputs: Record<string, Tensor> = {};
  for (const [i, gradient] of gradients(loss, wrt).entries())
    outputs[`d:${wrt[i]!.name}`] = isSparse(gradient) ? densify(gradient, wrt[i]!.dim(0)) : gradient!;
  return outputs;
}

/** Puts a row's weights into a store. */
export function setWeights(store: ParameterStore, { transitions, start, end }: Row): void {
  store.get("crf.transitions")!.data.set(transitions.flat());
  store.get("crf.start")!.data.set(start);
  store.get("crf.end")!.data.set(end);
}

/** The feeds of a batch. */
export function feedsOf({ rows, targets }: Batch, labels: number, tokens?: number, padding = 0) {
  const lengths = rows.map(({ emissions }) => emissions.length);
  const width = tokens ?? Math.max(1, ...lengths);
  const logits = new Float32Array(rows.length * width * labels).fill(padding);
  const right = new Int32Array(rows.length * width).fill(Math.min(labels - 1, Math.abs(padding)));
  for (const [i, { emissions }] of rows.entries()) {
    logits.set(emissions.flat(), i * width * labels);
    right.set(targets[i]!, i * width);
  }
  return {
    logits: floats([rows.length, width, labels], logits),
    mask: prefixMask(lengths, width),
    target: ints([rows.length, width], right),
  };
}

/** Random batches whose rows have up to `tokens` tokens, some none. Numbers are exact in float32. */
export function batches(labels: number, tokens: number, number: fc.Arbitrary<number>): fc.Arbitrary<Batch> {
  const vector = fc.array(number, { minLength: labels, maxLength: labels });
  const label = fc.nat(labels - 1);
  const row = fc.array(fc.tuple(vector, label), { maxLength: tokens });
  return fc
    .record({
      transitions: fc.array(vector, { minLength: labels, maxLength: labels }),
      start: vector,
      end: vector,
      tokens: fc.array(row, { minLength: 1, maxLength: 4 }),
    })
    .map(({ tokens: given, ...weights }) => ({
      rows: given.map((each) => ({ ...weights, emissions: each.map(([emissions]) => emissions) })),
      targets: given.map((each) => each.map(([, target]) => target)),
    }));
}

/** Scores with three decimals in binary. */
export const anyScore = fc.integer({ min: -48, max: 48 }).map((n) => n / 8);
/** Whole scores that are often equal. */
export const tiedScore = fc.integer({ min: -1, max: 1 });
/** Whole scores up to 40 apart. */
export const wideScore = fc.integer({ min: -20, max: 20 });
