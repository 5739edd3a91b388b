import fc from "fast-check";
import { addDims, type Dim, sizeOf } from "../../../src/graph/dims.js";
import type { DType } from "../../../src/graph/dtype.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { apply } from "../../../src/graph/ops/define.js";
import { add, cast, equal, mul, tanh, where } from "../../../src/graph/ops/elementwise.js";
import { choose } from "../../../src/graph/ops/if.js";
import { scan } from "../../../src/graph/ops/scan.js";
import * as shaping from "../../../src/graph/ops/shaping.js";
import {
  type Axis,
  axes,
  axis,
  axisNumber,
  type CaseGenerator,
  count,
  generator,
  input,
  named,
  operands,
  size,
} from "./arbitraries.js";

const movable = fc.constantFrom<DType>("float32", "float32", "int64", "string", "bool");
const END = 2 ** 31 - 1;

/** Neighbouring axes joined: `[2,3,4]` in groups of `[2,1]` axes is `[6,4]`. */
function grouped(list: readonly Axis[], cuts: readonly boolean[]): Axis[][] {
  const groups: Axis[][] = [];
  for (const [i, own] of list.entries()) {
    if (i === 0 || cuts[i]) groups.push([own]);
    else groups.at(-1)!.push(own);
  }
  return groups;
}

/** A slice along one axis in numbers that stay inside whatever the axis is called. */
const sliced = axes({ min: 1 }).chain((list) =>
  axisNumber(list.length).chain((at) => {
    const length = list.at(at)!.size;
    return fc.record({
      list: fc.constant(list),
      at: fc.constant(at),
      bounds: fc
        .tuple(fc.nat(length), fc.nat(length))
        .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
      fromEnd: fc.tuple(fc.boolean(), fc.boolean()),
      form: fc.constantFrom("plain", "plain", "step 2", "reversed", "two axes"),
      dtype: movable,
    });
  }),
);

function buildSlice(
  x: Tensor,
  at: number,
  length: number,
  bounds: readonly [number, number],
  fromEnd: readonly [boolean, boolean],
  form: string,
): Tensor {
  const [from, to] = bounds;
  const start = fromEnd[0] && from < length ? from - length : from;
  const end = to === length ? END : fromEnd[1] ? to - length : to;
  switch (form) {
    case "step 2":
      return apply(
        shaping.Slice,
        [x, shaping.ints(x, [start]), shaping.ints(x, [end]), shaping.ints(x, [at]), shaping.ints(x, [2])],
        {},
      );
    case "reversed":
      return apply(
        shaping.Slice,
        [x, shaping.ints(x, [-1]), shaping.ints(x, [-END]), shaping.ints(x, [at]), shaping.ints(x, [-1])],
        {},
      );
    case "two axes": {
      const other = at === 0 || at === -x.rank ? x.rank - 1 : 0;
      const same = other === (at < 0 ? at + x.rank : at);
      const [starts, ends, both] = same
        ? [[start], [end], [at]]
        : [
            [start, 0],
            [end, END],
            [at, other],
          ];
      return apply(
        shaping.Slice,
        [x, shaping.ints(x, starts), shaping.ints(x, ends), shaping.ints(x, both), null],
        {},
      );
    }
    default:
      return apply(
        shaping.Slice,
        [x, shaping.ints(x, [start]), shaping.ints(x, [end]), shaping.ints(x, [at]), null],
        {},
      );
  }
}

/** Cases of the shaping operators and of the loop. */
export const shapingCases = {
  Shape: generator(fc.tuple(axes({ empty: true }), movable), ([list, dtype], draw) => ({
    inputs: [draw.of(dtype, list)],
    build: ([x]) => [apply(shaping.ShapeOp, [x!], {})],
  })),
  Reshape: generator(
    fc.record({
      list: axes({ min: 1, empty: true }),
      cuts: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      form: fc.constantFrom("symbols", "open", "copied"),
      dtype: movable,
    }),
    ({ list, cuts, form, dtype }, draw) => ({
      inputs: [draw.of(dtype, list)],
      build: ([x]) => {
        const groups = grouped(list, cuts);
        const merged: Dim[] = groups.map((group) => sizeOf(group.map(({ dim }) => dim)));
        if (form === "symbols" || count(list) === 0) return [shaping.reshape(x!, [1, 1, ...merged, 1])];
        if (form === "open") return [apply(shaping.Reshape, [x!, shaping.ints(x!, [1, -1])], {})];
        const target = [...list.map(() => 0), 1];
        return [apply(shaping.Reshape, [x!, shaping.ints(x!, target)], {})];
      },
    }),
  ),
  Transpose: generator(
    axes({ empty: true }).chain((list) =>
      fc.record({
        list: fc.constant(list),
        perm: fc.shuffledSubarray([...list.keys()], { minLength: list.length }),
        dtype: movable,
      }),
    ),
    ({ list, perm, dtype }, draw) => ({
      inputs: [draw.of(dtype, list)],
      build: ([x]) => [apply(shaping.Transpose, [x!], { perm })],
    }),
  ),
  Unsqueeze: generator(
    axes({ max: 2, empty: true }).chain((list) =>
      fc.record({
        list: fc.constant(list),
        chosen: fc.subarray([0, 1, 2, 3].slice(0, list.length + 2), { minLength: 2, maxLength: 2 }),
        fromEnd: fc.boolean(),
        dtype: movable,
      }),
    ),
    ({ list, chosen, fromEnd, dtype }, draw) => ({
      inputs: [draw.of(dtype, list)],
      build: ([x]) => [
        shaping.unsqueeze(
          x!,
          chosen.map((i) => (fromEnd ? i - list.length - 2 : i)),
        ),
      ],
    }),
  ),
  Squeeze: generator(
    fc.tuple(axes({ max: 2, empty: true }), fc.nat(2), fc.boolean(), movable),
    ([list, where, fromEnd, dtype], draw) => {
      const at = Math.min(where, list.length);
      const all = [...list.slice(0, at), { size: 1, dim: 1 }, ...list.slice(at)];
      return {
        inputs: [draw.of(dtype, all)],
        build: ([x]) => [shaping.squeeze(x!, [fromEnd ? at - all.length : at])],
      };
    },
  ),
  Expand: generator(fc.tuple(operands(2), movable), ([[a, b], dtype], draw) => ({
    inputs: [draw.of(dtype, a!), draw.of("float32", b!)],
    build: ([x, other]) => [apply(shaping.Expand, [x!, apply(shaping.ShapeOp, [other!], {})], {})],
  })),
  Concat: generator(
    axes({ min: 1 }).chain((list) =>
      fc.record({
        list: fc.constant(list),
        at: axisNumber(list.length),
        parts: fc.array(fc.tuple(size({ empty: true }), fc.boolean()), { minLength: 2, maxLength: 3 }),
        dtype: movable,
      }),
    ),
    ({ list, at, parts, dtype }, draw) => {
      const along = at < 0 ? at + list.length : at;
      return {
        inputs: parts.map(([length, symbolic], i) =>
          draw.of(
            dtype,
            list.map((own, k) => (k === along ? named(`c${i}`, length, symbolic) : own)),
          ),
        ),
        build: (xs) => [shaping.concat(xs, at)],
      };
    },
  ),
  Slice: generator(sliced, ({ list, at, bounds, fromEnd, form, dtype }, draw) => ({
    inputs: [draw.of(dtype, list)],
    build: ([x]) => [buildSlice(x!, at, list.at(at)!.size, bounds, fromEnd, form)],
  })),
  Split: generator(
    axes({ min: 1 }).chain((list) =>
      fc.record({
        list: fc.constant(list),
        at: axisNumber(list.length),
        parts: fc.array(size({ empty: true }), { minLength: 2, maxLength: 3 }),
        used: fc.boolean(),
        dtype: movable,
      }),
    ),
    ({ list, at, parts, used, dtype }, draw) => {
      const along = at < 0 ? at + list.length : at;
      const total = parts.reduce((sum, part) => sum + part, 0);
      return {
        inputs: [
          draw.of(
            dtype,
            list.map((own, i) => (i === along ? { size: total, dim: total } : own)),
          ),
        ],
        build: ([x]) => shaping.split(x!, at, parts).slice(used ? 0 : 1),
      };
    },
  ),
  Pad: generator(
    axes({ min: 1 }).chain((list) =>
      fc.record({
        list: fc.constant(list),
        around: fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: list.length, maxLength: list.length }),
        cropped: fc.boolean(),
        dtype: fc.constantFrom<"float32" | "int64">("float32", "float32", "int64"),
      }),
    ),
    ({ list, around, cropped, dtype }, draw) => ({
      inputs: [draw.of(dtype, list)],
      build: ([x]) => {
        const before = around.map(([amount], i) => (cropped && list[i]!.size > 1 ? -1 : amount));
        const pads = [...before, ...around.map(([, amount]) => amount)];
        const value = x!.graph.constant(dtype, [], [2]);
        return [apply(shaping.Pad, [x!, shaping.ints(x!, pads), value], { mode: "constant" })];
      },
    }),
  ),
  ConstantOfShape: generator(
    fc.tuple(axes({ empty: true }), fc.constantFrom<DType>("float32", "int32", "int64", "bool")),
    ([list, dtype], draw) => ({
      inputs: [draw.float(list)],
      build: ([x]) => [
        apply(shaping.ConstantOfShape, [apply(shaping.ShapeOp, [x!], {})], {
          dtype,
          fill: dtype === "float32" ? 0.5 : 1,
        }),
      ],
    }),
  ),
  Range: generator(
    fc.tuple(
      axis("n", { empty: true }),
      fc.constantFrom<DType>("int64", "int32", "float32"),
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(1, 2, -1),
    ),
    ([n, dtype, first, step], draw) => ({
      inputs: [
        draw.float([n]),
        input(dtype, [], [first]),
        input(dtype, [], [first + draw.integer(-3, 6)]),
        input(dtype, [], [step]),
      ],
      build: ([x, start, limit, delta]) => [
        shaping.range(x!.graph, addDims(x!.dim(0), 2)),
        apply(shaping.Range, [start!, limit!, delta!], {}),
      ],
    }),
  ),
  If: generator(
    fc.record({ row: axes({ empty: true }), dtype: fc.constantFrom<"int64" | "string">("int64", "string") }),
    ({ row, dtype }, draw) => ({
      inputs: [draw.int("int64", [], 0, 1), draw.of(dtype, row), draw.of(dtype, row)],
      build: ([which, a, b]) => {
        const chosen = choose(
          cast(which!, "bool"),
          [a!, b!],
          ([x, y]) => where(equal(x!, y!), x!, y!),
          ([x]) => x!,
        );
        return [chosen];
      },
    }),
  ),
  Scan: generator(
    fc.record({ length: size(), symbolic: fc.boolean(), row: axes({ max: 1 }), reverse: fc.boolean() }),
    ({ length, symbolic, row, reverse }, draw) => ({
      inputs: [draw.float(row), draw.float([named("t", length, symbolic), ...row]), draw.float(row)],
      build: ([state, xs, weight]) => {
        const { states, outputs } = scan({ states: [state!], scanned: [xs!], reverse }, ([s], [x]) => {
          const next = tanh(add(mul(s!, weight!), x!));
          return { states: [next], outputs: [mul(next, x!)] };
        });
        return [...states, ...outputs];
      },
    }),
  ),
} satisfies Record<string, CaseGenerator>;
