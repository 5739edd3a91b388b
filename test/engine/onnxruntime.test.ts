import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/engine.js";
import { loadRuntime, onnxruntime, sessionModel } from "../../src/engine/onnxruntime.js";
import { gradients } from "../../src/graph/autodiff.js";
import type { DType, HostTensor, TensorData } from "../../src/graph/dtype.js";
import { Graph, type Tensor } from "../../src/graph/graph.js";
import { add, erf, exp, mul, neg, not, tanh } from "../../src/graph/ops/elementwise.js";
import { encodeStrings, gather } from "../../src/graph/ops/lookup.js";
import { matmul } from "../../src/graph/ops/matrix.js";
import { reduceSum, softmax } from "../../src/graph/ops/reduction.js";
import { scan } from "../../src/graph/ops/scan.js";
import { reshape } from "../../src/graph/ops/shaping.js";
import { Context } from "../../src/registry/context.js";
import { PtxError } from "../../src/registry/errors.js";
import { Registry } from "../../src/registry/registry.js";

const folder = mkdtempSync(join(tmpdir(), "ptx-engine-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const defaults = {
  threads: null,
  execution_providers: ["cpu"],
  graph_optimization: "all",
  allow_spinning: true,
  memory_arena: true,
  memory_pattern: true,
  profile: null,
} as const;

function engineWith(
  config: Partial<Parameters<typeof onnxruntime.create>[0]> = {},
  threads = 2,
): Promise<Engine> {
  const log = { info: () => {}, warn: () => {} };
  const context = new Context(new Registry(), { log, settings: { seed: 1, threads } });
  return onnxruntime.create({ ...defaults, execution_providers: ["cpu"], ...config }, context);
}

function host(dtype: DType, dims: readonly number[], data: TensorData): HostTensor {
  return { dtype, dims, data };
}

const floats = (dims: readonly number[], values: readonly number[]): HostTensor =>
  host("float32", dims, Float32Array.from(values));

/** y = x + x, z = -x, over `[rows]`. */
function doubling(): Graph {
  const graph = new Graph();
  const x = graph.input("x", "float32", ["rows"]);
  graph.output("y", add(x, x));
  graph.output("z", neg(x));
  return graph;
}

async function failure(promise: Promise<unknown>): Promise<PtxError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PtxError);
  return error as PtxError;
}

describe("a run", () => {
  it("gives every declared output under its name, and only the asked ones on request", async () => {
    const program = await (await engineWith()).compile(doubling());
    const x = floats([3], [1, 2, -3]);
    expect(await program.run({ x })).toEqual({ y: floats([3], [2, 4, -6]), z: floats([3], [-1, -2, 3]) });
    expect(Object.keys(await program.run({ x }, ["z"]))).toEqual(["z"]);
    expect(await program.run({ x }, [])).toEqual({});
  });

  it("writes into given arrays and returns those very arrays", async () => {
    const program = await (await engineWith()).compile(doubling());
    const whole = new Float32Array(7).fill(9);
    const y = host("float32", [3], whole.subarray(2, 5));
    const results = await program.run({ x: floats([3], [1, 2, 3]) }, ["y", "z"], { y });
    expect(results.y).toBe(y);
    expect([...whole]).toEqual([9, 9, 2, 4, 6, 9, 9]);
    expect([...(results.z!.data as Float32Array)]).toEqual([-1, -2, -3]);
  });

  it("writes all results into given arrays, whatever makes them, and says what fails", async () => {
    const graph = new Graph();
    const [x, w] = [graph.input("x", "float32", ["rows"]), graph.parameter("w", [2])];
    const ids = graph.input("ids", "int64", ["rows"]);
    const doubled = add(x, x);
    const outputs = {
      doubled,
      again: doubled,
      fed: x,
      stored: w,
      three: graph.constant("float32", [1], [3]),
    };
    for (const [name, tensor] of Object.entries({ ...outputs, ids, picked: gather(w, ids) }))
      graph.output(name, tensor);
    const program = await (await engineWith()).compile(graph);
    const feeds = (id: bigint) => ({
      ...{ x: floats([2], [1, -2]), w: floats([2], [5, 6]) },
      ids: host("int64", [2], BigInt64Array.of(1n, id)),
    });
    const room = (size: number): HostTensor => host("float32", [size], new Float32Array(size));
    const into = {
      ...{ doubled: room(2), again: room(2), fed: room(2), stored: room(2), three: room(1), picked: room(2) },
      ids: host("int64", [2], new BigInt64Array(2)),
    };
    const results = await program.run(feeds(0n), Object.keys(into), into);
    for (const [name, target] of Object.entries(into)) expect(results[name]).toBe(target);
    const { ids: copied, ...numbers } = results;
    expect(copied!.data).toEqual(BigInt64Array.of(1n, 0n));
    expect(
      Object.fromEntries(
        Object.entries(numbers).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
      ),
    ).toEqual({ doubled: [2, -4], again: [2, -4], fed: [1, -2], stored: [5, 6], three: [3], picked: [6, 5] });
    expect((await failure(program.run(feeds(7n), Object.keys(into), into))).message).toContain(
      "out of data bounds",
    );
    const frozen = await (await engineWith()).compile(graph, { frozen: { w: floats([2], [8, 9]) } });
    const { w: _, ...rest } = feeds(0n);
    await frozen.run(rest, Object.keys(into), into);
    expect([...(into.stored.data as Float32Array)]).toEqual([8, 9]);
    const small = { ...into, doubled: room(1) };
    expect((await failure(program.run(feeds(0n), Object.keys(into), small))).message).toContain("failed");
    await program.release();
  });

  it("computes only what the asked outputs need", async () => {
    const graph = new Graph();
    const [x, w] = [graph.input("x", "float32", ["rows"]), graph.parameter("w", [1])];
    const picked = gather(w, graph.input("ids", "int64", ["rows"]));
    graph.output("light", neg(x));
    graph.output("heavy", mul(x, picked));
    const program = await (await engineWith()).compile(graph);
    const ids = host("int64", [1], BigInt64Array.of(5n)); // fails where it is looked up
    const feeds = { x: floats([1], [3]), w: floats([1], [2]), ids };
    expect(await program.run(feeds, ["light"])).toEqual({ light: floats([1], [-3]) });
    expect((await failure(program.run(feeds, ["light", "heavy"]))).message).toContain("out of data bounds");
    expect((await failure(program.run(feeds))).message).toContain("out of data bounds");
    await program.release();
  });

  it("sees changes that were made in place to an array it has seen before", async () => {
    const program = await (await engineWith()).compile(doubling());
    const data = Float32Array.of(1, 2);
    const x = host("float32", [2], data);
    await program.run({ x }, ["y"]);
    data[0] = 10;
    expect((await program.run({ x }, ["y"])).y).toEqual(floats([2], [20, 4]));
    const other = await program.run({ x: host("float32", [2], data.subarray(0)) }, ["y"]);
    expect(other.y).toEqual(floats([2], [20, 4]));
  });

  it("takes one array in two shapes", async () => {
    const graph = new Graph();
    graph.output("total", reduceSum(graph.input("m", "float32", ["rows", "columns"]), [1]));
    const program = await (await engineWith()).compile(graph);
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect((await program.run({ m: host("float32", [2, 3], data) })).total).toEqual(floats([2], [6, 15]));
    expect((await program.run({ m: host("float32", [3, 2], data) })).total).toEqual(floats([3], [3, 7, 11]));
  });

  it("carries int64, bool, int32 and strings as JavaScript holds them, empty batches too", async () => {
    const graph = new Graph();
    const words = graph.input("words", "string", ["n"]);
    graph.output("ids", encodeStrings(words, ["a", "é"], [1, 2], 0));
    graph.output("words_again", gather(words, graph.input("order", "int32", ["m"])));
    graph.output("flipped", not(graph.input("flags", "bool", ["m"])));
    const program = await (await engineWith()).compile(graph);
    const run = (words: string[], order: number[]) =>
      program.run({
        words: host("string", [words.length], words),
        order: host("int32", [order.length], Int32Array.from(order)),
        flags: host(
          "bool",
          [order.length],
          Uint8Array.from(order, (i) => i % 2),
        ),
      });
    const results = await run(["é", "x", "a"], [2, 1]);
    expect(results.ids).toEqual(host("int64", [3], BigInt64Array.of(2n, 0n, 1n)));
    expect(results.words_again).toEqual(host("string", [2], ["a", "x"]));
    expect(results.flipped).toEqual(host("bool", [2], Uint8Array.of(1, 0)));
    expect((await run([], [])).ids).toEqual(host("int64", [0], new BigInt64Array(0)));
  });

  it("gives the same bits again and again with the same threads", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["n", 96]);
    const w = graph.parameter("w", [96, 80]);
    graph.output("loss", reduceSum(softmax(matmul(x, w)), [0, 1]));
    graph.output("p", softmax(tanh(matmul(x, w))));
    const wave = (n: number, k: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * k));
    const feeds = {
      x: host("float32", [64, 96], wave(64 * 96, 0.7)),
      w: host("float32", [96, 80], wave(96 * 80, 1.3)),
    };
    const first = await (await (await engineWith()).compile(graph)).run(feeds);
    const program = await (await engineWith()).compile(graph);
    for (let i = 0; i < 5; i++) expect(await program.run(feeds)).toEqual(first);
  });
});

describe("parameters", () => {
  function affine(): Graph {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["rows", 2]);
    const w = graph.parameter("w", [2, 1]);
    graph.parameter("unused", [5]);
    graph.output("y", matmul(x, w));
    return graph;
  }

  it("are fed, or built in when frozen", async () => {
    const engine = await engineWith();
    const [x, w] = [floats([1, 2], [3, 4]), floats([2, 1], [10, 1])];
    const fed = await engine.compile(affine());
    expect((await fed.run({ x, w })).y).toEqual(floats([1, 1], [34]));
    expect((await fed.run({ x, w, unused: floats([5], [0, 0, 0, 0, 0]) })).y).toEqual(floats([1, 1], [34]));
    const built = await engine.compile(affine(), { frozen: { w } });
    expect((await built.run({ x })).y).toEqual(floats([1, 1], [34]));
  });

  it("are handed over beside a model that would grow too large, and work from there", async () => {
    const graph = new Graph();
    const w = { ...floats([300, 1], Array(300).fill(0.5)) };
    graph.output("y", matmul(graph.input("x", "float32", ["rows", 300]), graph.parameter("w", [300, 1])));
    const { model, options } = sessionModel(graph, { w }, { limit: 1000 });
    expect(model.length).toBeLessThan(1000);
    const { InferenceSession, Tensor: OrtTensor } = await loadRuntime();
    const session = await InferenceSession.create(model, options);
    const { y } = await session.run({ x: new OrtTensor("float32", new Float32Array(300).fill(2), [1, 300]) });
    expect(y!.data).toEqual(Float32Array.of(300));
    expect(sessionModel(graph, { w }, { limit: 1200 }).options).toEqual({});
  });

  it("must be frozen with a value of their shape", async () => {
    const error = await failure(
      (await engineWith()).compile(affine(), { frozen: { w: floats([1, 2], [1, 2]) } }),
    );
    expect(error.message).toContain(
      "w\n  the parameter is float32[2,1], the value given for it is float32[1,2]",
    );
  });
});

describe("a loop and its gradient", () => {
  /** h' = tanh(x w + h u): the sum of all h, by w and u. */
  function recurrent(reverse: boolean): Graph {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["time", "batch", 2]);
    const h0 = graph.input("h0", "float32", ["batch", 3]);
    const w = graph.parameter("w", [2, 3]);
    const u = graph.parameter("u", [3, 3]);
    const { outputs } = scan({ states: [h0], scanned: [x], reverse }, ([h], [slice]) => {
      const next = tanh(add(matmul(slice!, w), matmul(h!, u)));
      return { states: [next], outputs: [next] };
    });
    const loss = reduceSum(outputs[0]!, [0, 1, 2]);
    graph.output("loss", loss);
    const found = gradients(loss, [w, u, x]) as Tensor[];
    for (const [i, name] of ["dw", "du", "dx"].entries()) graph.output(name, found[i]!);
    return graph;
  }

  /** The same sum in plain JavaScript. */
  function reference(
    x: Float32Array,
    w: Float32Array,
    u: Float32Array,
    time: number,
    reverse: boolean,
  ): number {
    let h = [0.1, -0.2, 0.3];
    let total = 0;
    for (let step = 0; step < time; step++) {
      const t = reverse ? time - 1 - step : step;
      h = h.map((_, j) => {
        let sum = x[2 * t]! * w[j]! + x[2 * t + 1]! * w[3 + j]!;
        for (let i = 0; i < 3; i++) sum += h[i]! * u[3 * i + j]!;
        return Math.tanh(sum);
      });
      total += h.reduce((a, b) => a + b, 0);
    }
    return total;
  }

  it.each([false, true])(
    "agrees with plain JavaScript and finite differences (reverse: %s)",
    async (reverse) => {
      const program = await (await engineWith()).compile(recurrent(reverse));
      const wave = (n: number, k: number) =>
        Float32Array.from({ length: n }, (_, i) => Math.sin(k * (i + 1)));
      const time = 4;
      const [x, w, u] = [wave(2 * time, 0.9), wave(6, 1.7), wave(9, 2.3)];
      const results = await program.run({
        x: host("float32", [time, 1, 2], x),
        h0: floats([1, 3], [0.1, -0.2, 0.3]),
        w: host("float32", [2, 3], w),
        u: host("float32", [3, 3], u),
      });
      expect((results.loss!.data as Float32Array)[0]).toBeCloseTo(reference(x, w, u, time, reverse), 5);
      for (const [name, array] of Object.entries({ dw: w, du: u, dx: x })) {
        const analytic = results[name]!.data as Float32Array;
        for (let i = 0; i < array.length; i++) {
          const kept = array[i]!;
          const at = (step: number): number => {
            array[i] = kept + step;
            return reference(x, w, u, time, reverse);
          };
          const numeric = (at(1e-3) - at(-1e-3)) / 2e-3;
          array[i] = kept;
          expect(analytic[i], `${name}[${i}]`).toBeCloseTo(numeric, 2);
        }
      }
    },
  );
});

describe("errors", () => {
  it("name a missing, unknown or ill-typed feed", async () => {
    const program = await (await engineWith()).compile(doubling());
    const x = floats([2], [1, 2]);
    expect((await failure(program.run({}))).message).toBe(
      "PTX_ENGINE  input x\n  it is not fed; give it as float32[rows]",
    );
    expect((await failure(program.run({ x, q: x }))).message).toContain("no such input  known: x");
    const ints = host("int32", [2], Int32Array.of(1, 2));
    expect((await failure(program.run({ x: ints }))).message).toContain("it is float32[rows], got int32[2]");
    expect((await failure(program.run({ x: floats([2, 1], [1, 2]) }))).message).toContain("got float32[2,1]");
    expect((await failure(program.run({ x: floats([3], [1, 2]) }))).message).toContain(
      "float32[3] needs 3 elements, got 2",
    );
  });

  it("tell two sizes of one symbol apart before anything runs", async () => {
    const graph = new Graph();
    graph.output("y", add(graph.input("a", "float32", ["n"]), graph.input("b", "float32", ["n"])));
    const program = await (await engineWith()).compile(graph);
    const error = await failure(program.run({ a: floats([1], [1]), b: floats([2], [1, 2]) }));
    expect(error.message).toContain('input b\n  "n" is 2 here (float32[2]) and 1 in a');
  });

  it("name an unknown output and arrays that do not fit one", async () => {
    const program = await (await engineWith()).compile(doubling());
    const x = floats([2], [1, 2]);
    expect((await failure(program.run({ x }, ["w"]))).message).toContain(
      "output w\n  the program has no such output  known: y, z",
    );
    expect((await failure(program.run({ x }, ["y"], { z: x }))).message).toContain("it is not asked for");
    const ints = host("int32", [2], new Int32Array(2));
    expect((await failure(program.run({ x }, ["y"], { y: ints }))).message).toContain(
      "it is float32[rows], the given array is int32",
    );
    const long = floats([3], [0, 0, 0]);
    expect((await failure(program.run({ x }, ["y"], { y: long }))).message).toMatch(
      /has shape \{3\} but the computed .* \{2\}/,
    );
  });

  it("point at the component whose operator failed", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["rows", 3]);
    const ids = graph.input("ids", "int64", ["n"]);
    graph.within("model/embedding", () => graph.output("y", exp(gather(x, ids))));
    const program = await (await engineWith()).compile(graph);
    const error = await failure(
      program.run({ x: floats([1, 3], [1, 2, 3]), ids: host("int64", [1], BigInt64Array.of(7n)) }),
    );
    expect(error.code).toBe("PTX_ENGINE");
    expect(error.problems[0].where).toMatch(/^model\/embedding \(Gather_\d+\)$/);
    expect(error.message).toMatch(/the program failed: indices element out of data bounds/);
    expect(error.message).not.toContain("onnxruntime_src");
  });

  it("name the component whose operator the processor cannot run", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float64", ["n"]);
    graph.within("model/head", () => graph.output("y", erf(x)));
    const error = await failure((await engineWith()).compile(graph));
    expect(error.problems[0].where).toMatch(/^model\/head \(Erf_\d+\)$/);
    expect(error.message).toMatch(/the graph does not compile: .*implementation for Erf/);
  });

  it("list the providers there are when another one is asked for", async () => {
    const error = await failure(engineWith({ execution_providers: ["abacus"] }));
    expect(error.message).toMatch(/no execution provider "abacus" here {2}known: cpu/);
  });

  it("say that a released program cannot run", async () => {
    const program = await (await engineWith()).compile(doubling());
    await program.release();
    await program.release();
    expect((await failure(program.run({ x: floats([1], [1]) }))).message).toContain(
      "the program was released",
    );
  });
});

it("a profile whose folder is not there is refused before anything is compiled", async () => {
  const error = await failure(engineWith({ profile: join(folder, "nowhere", "trace.json") }));
  expect(error.code).toBe("PTX_FILE_MISSING");
  expect(error.message).toMatch(
    /engine onnxruntime\.profile .*trace\.json\n {2}there is no folder .*nowhere: make it first/,
  );
});

it("a profile lands as a Chrome trace in the file that the config names, one per program", async () => {
  const engine = await engineWith({ profile: join(folder, "trace.json") });
  for (const file of ["trace.json", "trace.2.json"]) {
    const program = await engine.compile(doubling());
    await program.run({ x: floats([1], [1]) });
    await program.release();
    const events = JSON.parse(readFileSync(join(folder, file), "utf8")) as { name: string }[];
    expect(events.some(({ name }) => name.includes("Add"))).toBe(true);
  }
  expect(readdirSync(folder).sort()).toEqual(["trace.2.json", "trace.json"]);
});

it("output names may be the names of inputs, stand twice for one result, or clash with inner names", async () => {
  const graph = new Graph();
  const x = graph.input("x", "float32", ["n"]);
  const first = add(x, 1);
  graph.output("x", x);
  graph.output("a", first);
  graph.output("b", first);
  graph.output(first.name, mul(first, 2));
  graph.output("shape", reshape(first, [1, "n"]));
  const results = await (await (await engineWith()).compile(graph)).run({ x: floats([2], [1, 2]) });
  expect(results.x).toEqual(floats([2], [1, 2]));
  expect(results.a).toEqual(floats([2], [2, 3]));
  expect(results.b).toEqual(floats([2], [2, 3]));
  expect(results[first.name]).toEqual(floats([2], [4, 6]));
  expect(results.shape).toEqual(floats([1, 2], [2, 3]));
});
