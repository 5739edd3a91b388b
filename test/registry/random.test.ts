import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream, threefry2x32, Xoshiro128 } from "../../src/registry/random.js";
import { fillMask } from "../../src/registry/random-mask.js";

describe("Threefry-2x32-20", () => {
  // From the known-answer file of the Random123 library (kat_vectors, "threefry2x32 20").
  it.each([
    { counter: [0, 0], key: [0, 0], expected: [0x6b200159, 0x99ba4efe] },
    { counter: [-1, -1], key: [-1, -1], expected: [0x1cb996fc, 0xbb002be7] },
    { counter: [0x243f6a88, 0x85a308d3], key: [0x13198a2e, 0x03707344], expected: [0xc4923a9c, 0x483df7a0] },
  ])("gives the published answer for counter $counter and key $key", ({ counter, key, expected }) => {
    const out = new Uint32Array(2);
    threefry2x32(key[0]! | 0, key[1]! | 0, counter[0]! | 0, counter[1]! | 0, out);
    expect([...out]).toEqual(expected);
  });
});

describe("xoshiro128++", () => {
  it("gives the sequence of the reference C program for the state 1, 2, 3, 4", () => {
    const generator = new Xoshiro128(1, 2, 3, 4);
    const [first, second] = [new Uint32Array(4), new Uint32Array(6)];
    generator.fill(first);
    generator.fill(second);
    expect([...first, ...second]).toEqual([
      641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295, 495546011,
      621204420,
    ]);
  });

  it("does not stay at zero when given the all-zero state", () => {
    const words = new Uint32Array(10);
    new Xoshiro128(0, 0, 0, 0).fill(words);
    expect(words.some((word) => word > 0)).toBe(true);
  });
});

describe("a random stream", () => {
  const draws = (seed: number, ...names: (string | number)[]): number[] => {
    const random = stream(seed, ...names);
    return Array.from({ length: 4 }, () => random.uint32());
  };

  it("is a pure function of seed and names", () => {
    expect(draws(7, "dropout", 3)).toEqual(draws(7, "dropout", 3));
  });

  it("keeps the same draws from release to release, so that old runs can be resumed and repeated", () => {
    expect(draws(7, "batcher", 1)).toEqual([385520469, 275178930, 2420743904, 2263329933]);
  });

  it("differs when the seed, a name, the cut between names or the type of a name differs", () => {
    const streams = [
      draws(1),
      draws(2),
      draws(1, ""),
      draws(1, "", ""),
      draws(1, "ab", "c"),
      draws(1, "a", "bc"),
      draws(1, "abc"),
      draws(1, "1"),
      draws(1, 1),
      draws(1, 1, 0),
      draws(0.5),
      draws(-1),
      draws(2 ** 40),
    ];
    expect(new Set(streams.map(String)).size).toBe(streams.length);
  });

  it("resumes exactly at a saved position", () => {
    fc.assert(
      fc.property(fc.nat(200), (skip) => {
        const whole = stream(3, "x");
        for (let i = 0; i < skip; i++) whole.uniform();
        const resumed = stream(3, "x");
        resumed.position = whole.position;
        expect(resumed.uniform()).toBe(whole.uniform());
      }),
    );
  });

  it("does not hand out a kept normal draw after a jump to another position", () => {
    const jumped = stream(3, "x");
    jumped.normal();
    jumped.position = 100;
    const straight = stream(3, "x");
    straight.position = 100;
    expect(jumped.normal()).toBe(straight.normal());
  });

  it("draws every integer below the limit equally often (chi-squared)", () => {
    const random = stream(11, "int");
    const counts = new Float64Array(10);
    for (let i = 0; i < 100_000; i++) counts[random.int(10)]! += 1;
    const statistic = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(statistic).toBeLessThan(27.88); // 9 degrees of freedom, p = 0.001
  });

  it.each([0, -1, 1.5, 2 ** 32 + 1, Number.NaN])("refuses the limit %s", (limit) => {
    expect(() => stream(1).int(limit)).toThrow("limit from 1 to 2^32");
  });

  it("draws numbers in [0, 1) with the mean and variance of the uniform distribution", () => {
    const random = stream(5, "uniform");
    const values = Float64Array.from({ length: 100_000 }, () => random.uniform());
    expect(Math.min(...values.subarray(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values.subarray(0, 50_000))).toBeLessThan(1);
    const { mean, variance } = moments(values);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  it("draws normal numbers with mean 0, variance 1 and 68.27 % within one deviation", () => {
    const random = stream(5, "normal");
    const values = Float64Array.from({ length: 100_000 }, () => random.normal());
    const { mean, variance } = moments(values);
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
    expect(values.filter((value) => Math.abs(value) < 1).length / values.length).toBeCloseTo(0.6827, 2);
  });

  it("shuffles into a permutation of the same items, each place equally likely", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        expect(
          stream(seed)
            .shuffle([...items])
            .sort(),
        ).toEqual([...items].sort());
      }),
    );
    const places = Array.from({ length: 4 }, () => new Float64Array(4));
    for (let seed = 0; seed < 8000; seed++) {
      for (const [place, item] of stream(seed).permutation(4).entries()) places[item]![place]! += 1;
    }
    const statistic = places.flatMap((row) => [...row]).reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
    expect(statistic).toBeLessThan(27.88); // (4-1)^2 = 9 degrees of freedom, p = 0.001
  });
});

describe("filling arrays", () => {
  it("fills uniformly between the bounds", () => {
    const values = stream(1, "fill").fillUniform(new Float32Array(100_000), -3, 5);
    expect(values.every((value) => value >= -3 && value <= 5)).toBe(true);
    const { mean, variance } = moments(values);
    expect(mean).toBeCloseTo(1, 1);
    expect(variance).toBeCloseTo(64 / 12, 1);
  });

  it("fills odd and even lengths with finite normal numbers of the asked mean and deviation", () => {
    const values = stream(1, "fill").fillNormal(new Float32Array(100_001), 2, 0.5);
    expect(values.every(Number.isFinite)).toBe(true);
    const { mean, variance } = moments(values);
    expect(mean).toBeCloseTo(2, 2);
    expect(variance).toBeCloseTo(0.25, 2);
  });

  it.each([0.1, 0.5, 0.9])(
    "keeps a share of %s in a dropout mask, the kept places holding the scale",
    (keep) => {
      const mask = stream(1, "mask").fillBernoulli(new Float32Array(100_000), keep, 1 / keep);
      expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / keep)]));
      expect(mask.filter((value) => value > 0).length / mask.length).toBeCloseTo(keep, 2);
    },
  );

  it.each([2 ** -12, 1 - 2 ** -12, 0.5 + 2 ** -12, 0.498])(
    "holds a share of %s that no single byte can express (within four deviations)",
    (keep) => {
      const length = 4_000_003;
      const mask = stream(3, "fine").fillBernoulli(new Float32Array(length), keep, 1);
      const kept = mask.reduce((sum, value) => sum + value, 0);
      expect(Math.abs(kept - keep * length)).toBeLessThan(4 * Math.sqrt(length * keep * (1 - keep)));
    },
  );

  it("draws the elements of a mask independently: neighbours agree as often as chance has it", () => {
    const mask = stream(4, "pairs").fillBernoulli(new Float32Array(400_000), 0.5, 1);
    for (const distance of [1, 2, 3, 4, 5]) {
      const same = mask.subarray(distance).reduce((sum, value, i) => sum + (value === mask[i] ? 1 : 0), 0);
      expect(Math.abs(same / (mask.length - distance) - 0.5)).toBeLessThan(4 / (2 * Math.sqrt(mask.length)));
    }
  });

  it.each([0, 1, 2, 3, 5, 8191, 8192, 8193])(
    "fills a mask of %s elements and writes nothing after it",
    (length) => {
      const array = new Float32Array(length + 8).fill(7);
      stream(5, "end").fillBernoulli(array.subarray(0, length), 0.5, 1);
      expect(array.subarray(0, length).every((value) => value === 0 || value === 1)).toBe(true);
      expect(array.subarray(length).every((value) => value === 7)).toBe(true);
    },
  );

  it.each([0x20000000, 0x80000000, 0xf0000000])(
    "decides by xoshiro128++ words below %s, of four generators in turns",
    (threshold) => {
      const length = 20_001;
      const state = Uint32Array.from({ length: 16 }, (_, i) => Math.imul(i + 1, 0x9e3779b9));
      const words = [0, 1, 2, 3].map((lane) => {
        const [a, b, c, d] = [0, 4, 8, 12].map((at) => state[at + lane]!);
        const own = new Uint32Array(Math.ceil(length / 4));
        new Xoshiro128(a!, b!, c!, d!).fill(own);
        return own;
      });
      const expected = Float32Array.from({ length }, (_, i) =>
        words[i % 4]![Math.floor(i / 4)]! < threshold ? 1.25 : 0,
      );
      const mask = new Float32Array(length);
      fillMask(mask, state, threshold, 1.25);
      expect(mask).toEqual(expected);
    },
  );

  it("keeps nothing at probability 0 and everything at probability 1", () => {
    expect(new Set(stream(1).fillBernoulli(new Float32Array(1000), 0, 3))).toEqual(new Set([0]));
    expect(new Set(stream(1).fillBernoulli(new Float32Array(1000), 1, 3))).toEqual(new Set([3]));
    expect(() => stream(1).fillBernoulli(new Float32Array(1), 1.5, 1)).toThrow("between 0 and 1");
  });

  it("gives the same mask for the same name and another for the next fill", () => {
    const [a, b] = [stream(1, "mask"), stream(1, "mask")];
    const first = a.fillBernoulli(new Float32Array(64), 0.5, 1);
    expect(b.fillBernoulli(new Float32Array(64), 0.5, 1)).toEqual(first);
    expect(a.fillBernoulli(new Float32Array(64), 0.5, 1)).not.toEqual(first);
  });
});

function moments(values: Float32Array | Float64Array): { mean: number; variance: number } {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { mean, variance: squares / values.length - mean * mean };
}
