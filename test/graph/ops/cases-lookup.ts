import fc from "fast-check";
import { sizeOf } from "../../../src/graph/dims.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { apply, applyAll } from "../../../src/graph/ops/define.js";
import * as lookup from "../../../src/graph/ops/lookup.js";
import { reshape } from "../../../src/graph/ops/shaping.js";
import { fullMatch, matches, StringSplit, splitCharacters } from "../../../src/graph/ops/text.js";
import {
  type Axis,
  axes,
  axisNumber,
  type CaseGenerator,
  generator,
  named,
  operands,
  size,
} from "./arbitraries.js";

const idType = fc.constantFrom<"int32" | "int64">("int32", "int64");
const bit = fc.constantFrom<0 | 1>(0, 1);

/** Data, an axis of it, and positions of the data's rank that lie inside it. */
const elements = axes({ min: 1 }).chain((list) =>
  fc.record({
    list: fc.constant(list),
    at: axisNumber(list.length),
    long: size({ empty: true }),
    shorter: fc.array(fc.nat(2), { minLength: list.length, maxLength: list.length }),
    symbolic: fc.boolean(),
    idType,
  }),
);

function idAxes({
  list,
  at,
  long,
  shorter,
  symbolic,
}: {
  list: Axis[];
  at: number;
  long: number;
  shorter: number[];
  symbolic: boolean;
}): Axis[] {
  const along = at < 0 ? at + list.length : at;
  return list.map((own, i) =>
    named(`t${i}`, i === along ? long : Math.max(1, own.size - shorter[i]!), symbolic),
  );
}

const encoders: readonly { from: "string" | "int64"; build: (x: Tensor) => Tensor }[] = [
  { from: "string", build: (x) => lookup.encodeStrings(x, ["a", "né", "日本"], [2, 0, 7], 9) },
  { from: "int64", build: (x) => lookup.decodeIds(x, ["zero", "né", ""]) },
  {
    from: "string",
    build: (x) =>
      apply(lookup.LabelEncoder, [x], {
        keys_strings: ["a", "a b"],
        values_strings: ["b", ""],
        default_string: "?",
      }),
  },
  {
    from: "int64",
    build: (x) =>
      apply(lookup.LabelEncoder, [x], { keys_int64s: [-1, 2], values_int64s: [5, 6], default_int64: -7 }),
  },
];

/** Cases of the lookups. */
export const lookupCases = {
  Gather: generator(
    axes({ min: 1 }).chain((list) =>
      fc.record({
        list: fc.constant(list),
        ids: axes({ max: 2, empty: true, name: "i" }),
        at: axisNumber(list.length),
        idType,
        dtype: fc.constantFrom<"float32" | "string" | "int64" | "bool">(
          "float32",
          "float32",
          "string",
          "int64",
          "bool",
        ),
      }),
    ),
    ({ list, ids, at: any, idType: type, dtype }, draw) => {
      const at = dtype === "string" ? -1 : any;
      const rows = list.at(at)!.size;
      return {
        inputs: [draw.of(dtype, list), draw.int(type, ids, -rows, rows - 1)],
        build: ([table, positions]) => [lookup.gather(table!, positions!, at)],
      };
    },
  ),
  GatherElements: generator(elements, (chosen, draw) => {
    const rows = chosen.list.at(chosen.at)!.size;
    return {
      inputs: [draw.float(chosen.list), draw.int(chosen.idType, idAxes(chosen), -rows, rows - 1)],
      build: ([x, ids]) => [lookup.gatherElements(x!, ids!, chosen.at)],
    };
  }),
  ScatterElements: generator(elements, (chosen, draw) => {
    const rows = chosen.list.at(chosen.at)!.size;
    const where = idAxes(chosen);
    return {
      inputs: [draw.float(chosen.list), draw.int(chosen.idType, where, -rows, rows - 1), draw.float(where)],
      build: ([x, ids, updates]) => [lookup.scatterAdd(x!, ids!, updates!, chosen.at)],
    };
  }),
  OneHot: generator(
    fc.record({
      list: axes({ min: 1, max: 2, empty: true }),
      depth: fc.integer({ min: 1, max: 4 }),
      idType,
      axis: fc.nat(2),
      helper: fc.boolean(),
    }),
    ({ list, depth, idType: type, axis: at, helper }, draw) => ({
      // One beyond either end: such a row is all off.
      inputs: [draw.int(type, list, -depth - 1, depth), draw.float([{ size: 2, dim: 2 }])],
      build: ([ids, values]) => {
        if (helper) return [lookup.oneHot(ids!, depth)];
        const size = ids!.graph.constant(type, [], [depth]);
        return [apply(lookup.OneHot, [ids!, size, values!], { axis: Math.min(at, list.length) })];
      },
    }),
  ),
  TopK: generator(
    axes({ min: 1 }).chain((list) =>
      fc.record({
        list: fc.constant(list),
        at: axisNumber(list.length),
        k: fc.integer({ min: 1, max: 4 }),
        largest: bit,
        dtype: fc.constantFrom<"float32" | "int64">("float32", "float32", "int64"),
      }),
    ),
    ({ list, at, k, largest, dtype }, draw) => ({
      inputs: [draw.of(dtype, list)],
      build: ([x]) => {
        const count = Math.min(k, list.at(at)!.size);
        if (at === -1 && largest === 1) {
          const { values, ids } = lookup.topK(x!, count);
          return [values, ids];
        }
        const wanted = x!.graph.constant("int64", [1], [count]);
        return applyAll(lookup.TopK, [x!, wanted], { axis: at, largest, sorted: 1 });
      },
    }),
  ),
  Unique: generator(
    fc.tuple(axes({ empty: true }), fc.constantFrom<"int64" | "string">("int64", "string")),
    ([list, dtype], draw) => ({
      inputs: [draw.of(dtype, list)],
      build: ([x]) => {
        const { values, places } = lookup.unique(x!);
        return [values, places, ...applyAll(lookup.Unique, [x!], { sorted: 1 })];
      },
    }),
  ),
  LabelEncoder: generator(
    fc.tuple(axes({ empty: true }), fc.constantFrom(...encoders)),
    ([list, { from, build }], draw) => ({
      inputs: [from === "string" ? draw.string(list) : draw.int("int64", list, -2, 3)],
      build: ([x]) => [build(x!)],
    }),
  ),
  StringConcat: generator(operands(2), ([a, b], draw) => ({
    inputs: [draw.string(a!), draw.string(b!)],
    build: ([x, y]) => [lookup.stringConcat(x!, y!)],
  })),
  StringSplit: generator(
    fc.tuple(
      axes({ empty: true }),
      fc.constantFrom("a", "aa", " ", "é", "\udcc3", "\udca9", "\udce6\udc97"),
      fc.integer({ min: 1, max: 3 }),
    ),
    ([list, delimiter, maxsplit], draw) => ({
      inputs: [draw.string(list, ["", "a", "aaa", "né", "ééà", "日本語日", " two words ", "👩‍🚀a"])],
      build: ([x]) => {
        const [parts, counts] = applyAll(StringSplit, [x!], { delimiter, maxsplit });
        // Parts of characters are no strings that can be told.
        const keys = ["", "a", "n", "\udcc3", "\udca9", "\udc9c\udcac", "\udca5\udce6\udc9c\udcac", "日本"];
        return [lookup.encodeStrings(parts, keys, [...keys.keys()], -1), counts!];
      },
    }),
  ),
  RegexFullMatch: generator(
    fc.tuple(
      axes({ empty: true }),
      fc.constantFrom("a", "[^\\p{L}]*", "\\p{Lu}[\\p{Ll}\\p{M}]*", "(?:né|a)?"),
    ),
    ([list, pattern], draw) => ({
      inputs: [draw.string(list, ["", "a", "né", "ne\u0301", "Né", "日本", "ab", "12", "👩‍🚀 \n", "a\n"])],
      build: ([x]) => [fullMatch(x!, pattern)],
    }),
  ),
  Tokenizer: generator(
    fc.tuple(
      axes({ empty: true }),
      fc.oneof(
        fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
        fc.constantFrom("[a-z]+", "[^ ]", "[a-n](?:[a-z]*[ ])?|[日]"),
      ),
    ),
    ([list, how], draw) => ({
      inputs: [draw.string(list, ["", "a", "né", "ne\u0301", "日本語", "👩‍🚀 \n", "\ufffd", "two words"])],
      build: ([x]) => {
        if (typeof how !== "string") return [splitCharacters(x!, how)];
        return [matches(reshape(x!, [sizeOf(x!.shape)]), how)];
      },
    }),
  ),
} satisfies Record<string, CaseGenerator>;
