import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMA, SWA } from "../../../src/components/optimizers/averaging.js";
import type { ParameterEntry, WeightAveraging } from "../../../src/components/optimizers/contracts.js";
import { clone, configOf, contextWith, largestError, parameter, problemOf, randomStream } from "./tools.js";

const ema = (keys: object) => EMA.create(configOf(EMA.schema, keys), contextWith());
const swa = (keys: object) => SWA.create(configOf(SWA.schema, keys), contextWith());

function entries(): ParameterEntry[] {
  return [parameter("a", [2], [1, 2]), parameter("b", [3], [3, 4, 5]), parameter("frozen", [1], [9], false)];
}

/** Moves the parameters somewhere that depends on the number alone. */
function move(parameters: readonly ParameterEntry[], to: number): void {
  const random = randomStream("move", to);
  for (const { data, trainable } of parameters) if (trainable) random.fillNormal(data, 0, 1);
}

function averageOf(averaging: WeightAveraging, parameters: readonly ParameterEntry[]): number[] {
  const copies = parameters.map(clone);
  expect(averaging.swap(copies)).toBe(true);
  const average = copies.flatMap(({ data }) => [...data]);
  averaging.swap(copies);
  return average;
}

describe("EMA", () => {
  it("is the exponentially weighted sum of the values after each step", () => {
    const decay = 0.8;
    const averaging = ema({ decay, warm_up: false });
    const parameters = entries();
    let expected: number[] = [];
    for (let step = 0; step < 12; step++) {
      move(parameters, step);
      averaging.afterStep(parameters);
      averaging.afterEpoch(parameters, step);
      const values = parameters.flatMap(({ data }) => [...data]);
      expected = step === 0 ? values : values.map((value, i) => decay * expected[i]! + (1 - decay) * value);
      expect(largestError(averageOf(averaging, parameters), expected)).toBeLessThan(1e-6);
    }
  });

  it("with warm-up keeps (1 + n) / (10 + n) until that reaches the decay", () => {
    const averaging = ema({ decay: 0.3 });
    const p = parameter("p", [1], [0]);
    averaging.afterStep([p]);
    let expected = 0;
    for (let step = 1; step <= 5; step++) {
      p.data[0] = step;
      averaging.afterStep([p]);
      const keep = Math.min(0.3, (1 + step) / (10 + step));
      expected = keep * expected + (1 - keep) * step;
      expect(averageOf(averaging, [p])[0]).toBeCloseTo(expected, 6);
    }
  });
});

describe("SWA", () => {
  it.each([
    [{ start_epoch: 2, frequency: 3 }, [2, 5, 8]],
    [{ start_epoch: 0 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [{}, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])("%o is the mean of the values at the ends of epochs %j", (keys, taken) => {
    const averaging = swa(keys);
    const parameters = entries();
    const seen: number[][] = [];
    for (let epoch = 0; epoch < 10; epoch++) {
      move(parameters, epoch);
      averaging.afterStep(parameters);
      averaging.afterEpoch(parameters, epoch);
      if (taken.includes(epoch)) seen.push(parameters.flatMap(({ data }) => [...data]));
      else if (seen.length === 0) expect(averaging.swap(parameters)).toBe(false);
    }
    const mean = seen[0]!.map((_, i) => seen.reduce((sum, values) => sum + values[i]!, 0) / seen.length);
    expect(largestError(averageOf(averaging, parameters), mean)).toBeLessThan(1e-6);
  });
});

describe.each([
  ["EMA", () => ema({ decay: 0.9 })],
  ["SWA", () => swa({ start_epoch: 0 })],
])("%s", (name, make) => {
  const advance = (averaging: WeightAveraging, parameters: ParameterEntry[], from: number, to: number) => {
    for (let step = from; step < to; step++) {
      move(parameters, step);
      averaging.afterStep(parameters);
      averaging.afterEpoch(parameters, step);
    }
  };

  it("restores the trained values bit for bit after two swaps, and never touches frozen parameters", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), (steps) => {
        const averaging = make();
        const parameters = entries();
        advance(averaging, parameters, 0, steps);
        move(parameters, 99);
        const before = parameters.map(({ data }) => data.slice());
        averaging.swap(parameters);
        expect(parameters[0]!.data).not.toEqual(before[0]);
        expect([...parameters[2]!.data]).toEqual([9]);
        averaging.swap(parameters);
        expect(parameters.map(({ data }) => data)).toEqual(before);
      }),
    );
  });

  it("continues bit for bit from its saved state", () => {
    const [straight, stopped, resumed] = [make(), make(), make()];
    const parameters = entries();
    advance(straight, parameters, 0, 9);
    advance(stopped, parameters, 0, 4);
    resumed.load(structuredClone(stopped.state()), parameters);
    advance(stopped, parameters, 4, 5);
    advance(resumed, parameters, 4, 9);
    expect(resumed.state()).toEqual(straight.state());
  });

  it("can be saved and loaded before the first average", () => {
    const averaging = make();
    averaging.load(make().state(), entries());
    expect(averaging.swap(entries())).toBe(false);
  });

  it("refuses to be used while the parameters hold the average", () => {
    const averaging = make();
    const parameters = entries();
    advance(averaging, parameters, 0, 2);
    const state = structuredClone(averaging.state());
    averaging.swap(parameters);
    for (const use of [
      () => averaging.state(),
      () => averaging.load(state, parameters),
      () => advance(averaging, parameters, 2, 3),
    ]) {
      expect(problemOf(use).message).toBe(
        `PTX_TRAINING  weight averaging ${name}\n  the parameters hold the average; swap them back first`,
      );
    }
  });

  it("refuses saved states and parameters that do not fit", () => {
    const averaging = make();
    const parameters = entries();
    advance(averaging, parameters, 0, 2);
    const state = structuredClone(averaging.state());
    const other = make();
    expect(problemOf(() => other.load(state, parameters.slice(1))).message).toContain("average/a");
    expect(problemOf(() => other.load(state, [parameter("a", [3], [1, 2, 3])])).message).toContain(
      "has 2 values, not 3",
    );
    expect(problemOf(() => other.load({ ...state, numbers: {} }, parameters)).message).toContain(
      'number "taken" is missing',
    );
    const before = parameters.map(({ data }) => data.slice());
    const stranger = [...parameters, parameter("new", [1], [1])];
    expect(problemOf(() => averaging.swap(stranger)).message).toContain(
      '"new" was not among the parameters averaged before',
    );
    expect(parameters.map(({ data }) => data)).toEqual(before);
  });
});
