import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  Optimizer,
  ParameterEntry,
  ParameterUpdate,
} from "../../../src/components/optimizers/contracts.js";
import { GradientAccumulator } from "../../../src/components/optimizers/gradient-accumulator.js";
import {
  clone,
  configOf,
  densify,
  largestError,
  makeOptimizer,
  type OptimizerName,
  optimizers,
  parameter,
  problemOf,
  randomParameter,
  randomSparse,
  randomStream,
  sparse,
} from "./tools.js";

const names = Object.keys(optimizers) as OptimizerName[];
const each = describe.each<[OptimizerName, object]>([
  ["SGD", {}],
  ["SGD", { momentum: 0.9, weight_decay: 0.1 }],
  ["SGD", { momentum: 0.9, nesterov: true }],
  ["Adam", { weight_decay: 0.1 }],
  ["AdamW", { weight_decay: 0.1 }],
  ["Adagrad", { weight_decay: 0.1, lr_decay: 0.1 }],
  ["RAdam", { weight_decay: 0.1 }],
  ["Lamb", { weight_decay: 0.1 }],
  ["AdaBelief", { weight_decay: 0.1, fixed_decay: false }],
  ["MADGRAD", { weight_decay: 0.1 }],
]);

function denseUpdate(entry: ParameterEntry, values: Float32Array): ParameterUpdate {
  return { parameter: entry, gradient: { kind: "dense", data: values } };
}

/** A table and a bias, and updates for them that depend on the step alone. */
function problem() {
  const random = randomStream("problem");
  const table = randomParameter("table", [5, 3], random);
  const bias = randomParameter("bias", [4], random);
  const updates = (entries: readonly ParameterEntry[], step: number): ParameterUpdate[] => {
    const stepRandom = randomStream("step", step);
    return [
      { parameter: entries[0]!, gradient: randomSparse(5, 3, 6, stepRandom) },
      denseUpdate(entries[1]!, stepRandom.fillNormal(new Float32Array(4), 0, 1)),
    ];
  };
  return { entries: [table, bias], updates };
}

function bound(name: OptimizerName, config: object, entries: readonly ParameterEntry[]): Optimizer {
  const optimizer = makeOptimizer(name, config);
  optimizer.bind(entries);
  return optimizer;
}

each("%s %o", (name, config) => {
  it("continues bit for bit from its saved state", () => {
    const { entries, updates } = problem();
    const optimizer = bound(name, config, entries);
    for (let step = 0; step < 7; step++) optimizer.step(updates(entries, step), 0.9 ** step, 0.5);

    const { arrays, numbers } = optimizer.state();
    const saved = {
      arrays: Object.fromEntries(Object.entries(arrays).map(([key, array]) => [key, array.slice()])),
      numbers: JSON.parse(JSON.stringify(numbers)) as Record<string, number>,
    };
    const copies = entries.map(clone);
    const resumed = bound(name, config, copies);
    resumed.load(saved);
    for (const array of Object.values(saved.arrays)) array.fill(Number.NaN);

    for (let step = 7; step < 12; step++) {
      optimizer.step(updates(entries, step), 0.9 ** step, 0.5);
      resumed.step(updates(copies, step), 0.9 ** step, 0.5);
    }
    expect(copies.map(({ data }) => data)).toEqual(entries.map(({ data }) => data));
    expect(resumed.state()).toEqual(optimizer.state());
  });

  it("moves a table by row-sparse gradients that name every row as by the dense gradient, bit for bit", () => {
    const random = randomStream("every row");
    const rows = randomParameter("table", [4, 3], random);
    const full = clone(rows);
    const [bySparse, byDense] = [bound(name, config, [rows]), bound(name, config, [full])];
    for (let step = 0; step < 8; step++) {
      const gradient = sparse([0, 1, 2, 3, 1, 1], random.fillNormal(new Float32Array(18), 0, 1), 3);
      bySparse.step([{ parameter: rows, gradient }], 1, 0.3);
      byDense.step([denseUpdate(full, densify(gradient, 12))], 1, 0.3);
    }
    expect(rows.data).toEqual(full.data);
    expect(bySparse.state()).toEqual(byDense.state());
  });

  it("leaves rows that a sparse gradient does not name alone, weight decay included", () => {
    const { entries } = problem();
    const [table] = entries as [ParameterEntry];
    const before = table.data.slice();
    const optimizer = bound(name, config, [table]);
    for (let step = 0; step < 3; step++) {
      optimizer.step([{ parameter: table, gradient: sparse([3, 1], new Float32Array(6).fill(1), 3) }], 1, 1);
    }
    const untouched = (data: Float32Array) => [
      ...data.subarray(0, 3),
      ...data.subarray(6, 9),
      ...data.subarray(12),
    ];
    expect(untouched(table.data)).toEqual(untouched(before));
    expect([...table.data.subarray(3, 6)].every((value, index) => value < before[3 + index]!)).toBe(true);
  });

  it("gives the same bits for merged and unmerged sparse gradients", () => {
    const { entries, updates } = problem();
    const copies = entries.map(clone);
    const [plain, merging] = [bound(name, config, entries), bound(name, config, copies)];
    const accumulator = new GradientAccumulator(1);
    for (let step = 0; step < 6; step++) {
      plain.step(updates(entries, step), 1, 1);
      for (const { parameter: entry, gradient } of updates(copies, step)) accumulator.add(entry, gradient);
      merging.step(accumulator.take(), 1, 1);
    }
    expect(copies.map(({ data }) => data)).toEqual(entries.map(({ data }) => data));
  });

  it("multiplies gradients by the scale", () => {
    const random = randomStream("scale");
    const entry = randomParameter("p", [6], random);
    const copy = clone(entry);
    const [scaled, plain] = [bound(name, config, [entry]), bound(name, config, [copy])];
    for (let step = 0; step < 5; step++) {
      const gradient = random.fillNormal(new Float32Array(6), 0, 1);
      scaled.step([denseUpdate(entry, gradient)], 1, 0.25);
      plain.step(
        [
          denseUpdate(
            copy,
            gradient.map((value) => value * 0.25),
          ),
        ],
        1,
        1,
      );
    }
    expect(entry.data).toEqual(copy.data);
  });

  it("multiplies the learning rate by the factor", () => {
    const random = randomStream("factor");
    const entry = randomParameter("p", [6], random);
    const copy = clone(entry);
    const [scheduled, plain] = [
      bound(name, { ...config, lr: 0.5 }, [entry]),
      bound(name, { ...config, lr: 0.125 }, [copy]),
    ];
    for (let step = 0; step < 5; step++) {
      const gradient = random.fillNormal(new Float32Array(6), 0, 1);
      scheduled.step([denseUpdate(entry, gradient)], 0.25, 1);
      plain.step([denseUpdate(copy, gradient)], 1, 1);
    }
    expect(entry.data).toEqual(copy.data);
  });

  it("keeps value and state of a parameter that gets no gradient", () => {
    const { entries, updates } = problem();
    const copies = entries.map(clone);
    const [often, seldom] = [bound(name, config, entries), bound(name, config, copies)];
    for (let step = 0; step < 6; step++) {
      const [ofTable, ofBias] = updates(entries, step);
      often.step(step % 2 === 0 ? [ofTable!, ofBias!] : [ofTable!], 1, 1);
      if (step % 2 === 0) seldom.step([updates(copies, step)[1]!], 1, 1);
    }
    expect(entries[1]!.data).toEqual(copies[1]!.data);
  });

  it("comes nearer to the bottom of a bowl", () => {
    const entry = parameter("p", [3], [2, -1, 0.5]);
    const optimizer = bound(name, { ...config, lr: 0.05, weight_decay: 0 }, [entry]);
    for (let step = 0; step < 400; step++)
      optimizer.step([denseUpdate(entry, entry.data.slice())], 0.99 ** step, 1);
    expect(Math.hypot(...entry.data)).toBeLessThan(0.85 * Math.hypot(2, -1, 0.5));
  });
});

describe("plain gradient descent", () => {
  it("moves the touched rows of a table as the dense gradient would, and the others not at all", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 20 }), (seed, count) => {
        const random = randomStream(seed);
        const rows = randomParameter("table", [6, 4], random);
        const full = clone(rows);
        const gradient = randomSparse(6, 4, count, random);
        bound("SGD", { lr: 0.1 }, [rows]).step([{ parameter: rows, gradient }], 1, 1);
        bound("SGD", { lr: 0.1 }, [full]).step([denseUpdate(full, densify(gradient, 24))], 1, 1);
        expect(rows.data).toEqual(full.data);
      }),
    );
  });

  it("on accumulated batches equals the step on one batch with all rows", () => {
    const random = randomStream("accumulated");
    const [table, bias] = problem().entries as [ParameterEntry, ParameterEntry];
    const whole = [clone(table), clone(bias)];
    const batches = [1, 2, 3].map(() => ({
      rows: randomSparse(5, 3, 7, random),
      bias: random.fillNormal(new Float32Array(4), 0, 1),
    }));
    const accumulator = new GradientAccumulator(3);
    for (const batch of batches) {
      accumulator.add(table, batch.rows);
      accumulator.add(bias, { kind: "dense", data: batch.bias });
    }
    bound("SGD", { lr: 0.1 }, [table, bias]).step(accumulator.take(), 1, 1 / 21);
    const sum = [0, 1, 2, 3].map((i) => batches.reduce((total, batch) => total + batch.bias[i]!, 0));
    const all = sparse(
      batches.flatMap(({ rows }) => [...rows.ids].map(Number)),
      batches.flatMap(({ rows }) => [...rows.rows]),
      3,
    );
    bound("SGD", { lr: 0.1 }, whole).step(
      [{ parameter: whole[0]!, gradient: all }, denseUpdate(whole[1]!, Float32Array.from(sum))],
      1,
      1 / 21,
    );
    expect(largestError(table.data, whole[0]!.data)).toBeLessThan(1e-7);
    expect(largestError(bias.data, whole[1]!.data)).toBeLessThan(1e-7);
  });

  it("needs a momentum for Nesterov's form", () => {
    const { schema, check } = optimizers.SGD;
    expect(check?.(configOf(schema, { nesterov: true }))).toEqual([
      { path: "nesterov", message: "Nesterov's form needs a momentum above 0, for example 0.9" },
    ]);
    expect(check?.(configOf(schema, { nesterov: true, momentum: 0.5 }))).toEqual([]);
  });
});

describe.each(names)("%s refuses", (name) => {
  const entry = () => parameter("p", [2, 2], [1, 2, 3, 4]);

  it("gradients of parameters that it was not bound to, frozen ones included", () => {
    const frozen = parameter("frozen", [1], [1], false);
    const optimizer = bound(name, {}, [entry(), frozen]);
    const error = problemOf(() => optimizer.step([denseUpdate(frozen, new Float32Array(1))], 1, 1));
    expect(error.message).toContain(
      'a gradient for "frozen", which is not among the bound trainable parameters',
    );
    expect(error.code).toBe("PTX_TRAINING");
  });

  it("a parameter whose array was replaced since it was bound", () => {
    const optimizer = bound(name, {}, [entry()]);
    const error = problemOf(() => optimizer.step([denseUpdate(entry(), new Float32Array(4))], 1, 1));
    expect(error.message).toContain('the values of "p" are not in the array that was bound');
  });

  it("gradients of another size, without touching the parameter", () => {
    const p = entry();
    const optimizer = bound(name, {}, [p]);
    const dense = problemOf(() => optimizer.step([denseUpdate(p, new Float32Array(3))], 1, 1));
    expect(dense.message).toContain("a dense gradient of 3 values for 4 elements");
    const far = sparse([2], [1, 1], 2);
    expect(problemOf(() => optimizer.step([{ parameter: p, gradient: far }], 1, 1)).message).toContain(
      "row number 2",
    );
    const merged = { ...far, ids: Int32Array.of(2), merged: true };
    expect(problemOf(() => optimizer.step([{ parameter: p, gradient: merged }], 1, 1)).message).toContain(
      "row number 2",
    );
    expect([...p.data]).toEqual([1, 2, 3, 4]);
    expect(optimizer.state()).toEqual({ arrays: {}, numbers: {} });
  });

  it("saved states that do not fit", () => {
    const p = entry();
    const optimizer = bound(name, {}, [p]);
    const load = (numbers: Record<string, number>, arrays: Record<string, Float32Array> = {}) =>
      problemOf(() => optimizer.load({ numbers, arrays }));
    expect(load({ "step/other": 3 }).message).toContain(
      'holds "step/other", which this optimizer has no use for',
    );
    expect(load({}, { "exp_avg/p": new Float32Array(4) }).code).toBe("PTX_MODEL_FILE");
    expect(load({ "step/p": Number.NaN }).message).toContain('number "step/p" is NaN');
    if (name !== "SGD") {
      expect(load({ "step/p": 3 }).message).toMatch(/array "\w+\/p" is missing/);
      const arrays = {
        "exp_avg/p": new Float32Array(3),
        "sum/p": new Float32Array(3),
        "s/p": new Float32Array(3),
      };
      expect(load({ "step/p": 3 }, arrays).message).toMatch(/array "\w+\/p" has 3 values, not 4/);
    }
  });
});

describe("state", () => {
  it.each(names)("of %s starts afresh when a saved state from before the first step is loaded", (name) => {
    const config = name === "Adagrad" ? { initial_accumulator_value: 0.5 } : {};
    const [p, copy] = [parameter("p", [2], [1, 1]), parameter("p", [2], [1, 1])];
    const optimizer = bound(name, config, [p]);
    optimizer.step([denseUpdate(p, Float32Array.of(3, -4))], 1, 1);
    optimizer.load({ arrays: {}, numbers: {} });
    expect(optimizer.state()).toEqual({ arrays: {}, numbers: {} });
    p.data.set(copy.data);
    const fresh = bound(name, config, [copy]);
    optimizer.step([denseUpdate(p, Float32Array.of(1, 2))], 1, 1);
    fresh.step([denseUpdate(copy, Float32Array.of(1, 2))], 1, 1);
    expect(p.data).toEqual(copy.data);
    expect(optimizer.state()).toEqual(fresh.state());
  });

  it("is named after slot and parameter", () => {
    const p = parameter("model.weight", [2], [1, 1]);
    const optimizer = bound("Adam", { beta1: 0.5, beta2: 0.75, weight_decay: 0 }, [p]);
    optimizer.step([denseUpdate(p, Float32Array.of(1, 2))], 1, 1);
    expect(optimizer.state()).toEqual({
      arrays: {
        "exp_avg/model.weight": Float32Array.of(0.5, 1),
        "exp_avg_sq/model.weight": Float32Array.of(0.25, 1),
      },
      numbers: { "step/model.weight": 1 },
    });
  });
});
