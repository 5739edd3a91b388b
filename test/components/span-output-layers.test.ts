/** @file First and last piece: loss and probabilities against their formulas, gradients against finite differences. */
import { describe, expect, it } from "vitest";
import { normalInit, ParameterStore } from "../../src/graph/parameters.js";
import type { Mode } from "../../src/graph/scope.js";
import { type EngineName, engine, engineNames } from "../graph/engines.js";
import { built, floats, gradientError, ints, normals, slot, withGradients } from "./models/harness.js";

const [BATCH, PIECES] = [2, 5];
/** [CLS] question, then the text, which is shorter in the second row; padding behind. */
const CONTEXT = [
  [0, 0, 1, 1, 1],
  [0, 0, 1, 1, 0],
];
const logits = normals(BATCH * PIECES * 2, "span-logits").map((value) => 3 * value);

async function layer(name: EngineName, mode: Mode, raw: unknown = "SquadOutputLayer") {
  const value = slot("span_output_layer", raw);
  return built(await engine(name), mode, new ParameterStore(1), (scope) =>
    scope.part("span_output_layer", value, "output_layer", (output, config, at) => {
      const given = scope.graph.input("logits", "float32", ["batch", "pieces", 2]);
      const context = scope.graph.input("context", "bool", ["batch", "pieces"]);
      const span = scope.graph.input("span", "int32", ["batch", 2]);
      const { loss, outputs } = output.build(at, config, given, context, {
        tensorizer: {} as never,
        tensors: { span },
      });
      return { ...loss!, ...outputs };
    }),
  );
}

const feeds = (spans: readonly number[], data: ArrayLike<number> = logits) => ({
  logits: floats([BATCH, PIECES, 2], data),
  context: { dtype: "bool" as const, dims: [BATCH, PIECES], data: Uint8Array.from(CONTEXT.flat()) },
  span: ints([BATCH, 2], spans),
});

/** A row's logits of first or last pieces, and the logarithm of the sum of their `exp` over text and [CLS]. */
function side(row: number, of: number) {
  const all = Array.from({ length: PIECES }, (_, piece) => logits[(row * PIECES + piece) * 2 + of]!);
  const allowed = all.filter((_, piece) => piece === 0 || CONTEXT[row]![piece] === 1);
  return { all, total: Math.log(allowed.reduce((sum, value) => sum + Math.exp(value), 0)) };
}

describe.each(engineNames)("SquadOutputLayer on %s", (name) => {
  it("is the mean of both places' cross-entropies over the text and [CLS]", async () => {
    const target = await layer(name, "train");
    const { sum, count, ...outputs } = await target.run(feeds([2, 4, 0, 0]));
    const wanted = [
      [2, 4],
      [0, 0],
    ].flatMap((places, row) => places.map((piece, of) => side(row, of).total - side(row, of).all[piece]!));
    expect(sum!.data[0]).toBeCloseTo(wanted.reduce((a, b) => a + b) / 2, 4);
    expect(count!.data[0]).toBe(2);
    expect(outputs).toEqual({});
  });

  it("gives logits from which probabilities follow, and no span beside the text or longer than it may be", async () => {
    const raw = { SquadOutputLayer: { n_best_size: 6, max_answer_length: 2 } };
    const target = await layer(name, "infer", raw);
    const { first, last, span_logits, null_logit, log_total } = await target.run(feeds([0, 0, 0, 0]));
    for (let row = 0; row < BATCH; row++) {
      const [starts, ends] = [side(row, 0), side(row, 1)];
      expect(log_total!.data[row]).toBeCloseTo(starts.total + ends.total, 4);
      expect(null_logit!.data[row]).toBeCloseTo(starts.all[0]! + ends.all[0]!, 4);
      const spans = Array.from({ length: 6 }, (_, i) =>
        [first!, last!].map(({ data }) => data[row * 6 + i]!),
      );
      const there = spans.filter(([from]) => from! >= 0) as [number, number][];
      expect(there.map(String).sort()).toEqual(
        row === 0 ? ["2,2", "2,3", "3,3", "3,4", "4,4"] : ["2,2", "2,3", "3,3"],
      );
      for (const [i, [from, to]] of there.entries())
        expect(span_logits!.data[row * 6 + i]).toBeCloseTo(starts.all[from]! + ends.all[to]!, 4);
    }
  });

  it.each([
    [null, 9, 1],
    [0, 9, 0],
    [0, -9, 1],
    [20, 9, 1],
    [-20, -9, 0],
  ])(
    "with the threshold %j says by [CLS], which has %d more at each end, whether there is an answer",
    async (null_threshold, more, has) => {
      const target = await layer(name, "infer", { SquadOutputLayer: { null_threshold } });
      const flat = Float32Array.from({ length: BATCH * PIECES * 2 }, (_, i) =>
        i % (PIECES * 2) < 2 ? more : 0,
      );
      const { has_answer } = await target.run(feeds([0, 0, 0, 0], flat));
      expect(has_answer!.data).toEqual([has, has]);
    },
  );
});

it("has the gradients that finite differences give", async () => {
  const value = slot("span_output_layer", "SquadOutputLayer");
  const store = new ParameterStore(2);
  const { logits: _, ...fed } = feeds([2, 4, 0, 0]);
  const target = await built(
    await engine("onnxruntime"),
    "train",
    store,
    withGradients((scope) => {
      const own = scope.parameter("logits", [BATCH, PIECES, 2], normalInit(1));
      const context = scope.graph.input("context", "bool", [BATCH, PIECES]);
      const span = scope.graph.input("span", "int32", [BATCH, 2]);
      return scope.part("span_output_layer", value, "output_layer", (output, config, at) =>
        output.build(at, config, own, context, { tensorizer: {} as never, tensors: { span } }),
      ).loss!.sum;
    }),
  );
  expect(await gradientError(target, store, fed)).toBeLessThan(2e-3);
});
