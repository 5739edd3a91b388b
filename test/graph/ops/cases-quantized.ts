import fc from "fast-check";
import { apply, applyAll } from "../../../src/graph/ops/define.js";
import * as quantized from "../../../src/graph/ops/quantized.js";
import {
  type Axis,
  axes,
  axis,
  type CaseGenerator,
  count,
  type Draw,
  generator,
  input,
  operands,
} from "./arbitraries.js";

const fixed = (size: number): Axis => ({ size, dim: size });

/** Scales that make of bytes numbers up to a half. */
const scales = (draw: Draw, list: readonly Axis[]) =>
  input(
    "float32",
    list,
    Array.from({ length: count(list) }, () => draw.integer(1, 4) / 1024),
  );

const zeros = (list: readonly Axis[]) => input("int8", list, Array<number>(count(list)).fill(0));

/** Cases of the operators of quantized models. */
export const quantizedCases = {
  DynamicQuantizeLinear: generator(axes({ max: 3 }), (list, draw) => ({
    inputs: [draw.float(list)],
    build: ([x]) => applyAll(quantized.DynamicQuantizeLinear, [x!], {}),
  })),
  MatMulInteger: generator(
    fc.record({
      batch: operands(2, { max: 2, empty: false }),
      m: axis("m"),
      k: axis("k"),
      n: axis("n"),
      bType: fc.constantFrom<"int8" | "uint8">("int8", "uint8"),
      aZero: fc.boolean(),
      bZero: fc.constantFrom("none", "one", "columns"),
    }),
    ({ batch: [a, b], m, k, n, bType, aZero, bZero }, draw) => ({
      inputs: [
        draw.bytes("uint8", [...a!, m, k]),
        draw.bytes(bType, [...b!, k, n]),
        draw.bytes("uint8", []),
        draw.bytes(bType, bZero === "columns" && b!.length === 0 ? [n] : []),
      ],
      build: ([x, y, xZero, yZero]) => [
        apply(quantized.MatMulInteger, [x!, y!, aZero ? xZero! : null, bZero === "none" ? null : yZero!], {}),
      ],
    }),
  ),
  DynamicQuantizeLSTM: generator(
    fc.record({
      time: axis("t"),
      batch: axis("b"),
      dim: axis("e"),
      hidden: fc.integer({ min: 1, max: 3 }),
      direction: fc.constantFrom<"forward" | "reverse" | "bidirectional">(
        "forward",
        "reverse",
        "bidirectional",
      ),
      bias: fc.boolean(),
      lengths: fc.boolean(),
      initial: fc.boolean(),
    }),
    ({ time, batch, dim, hidden, direction, bias, lengths, initial }, draw) => {
      const [directions, wide] = [fixed(direction === "bidirectional" ? 2 : 1), fixed(4 * hidden)];
      const state = () => draw.float([directions, batch, fixed(hidden)], { scale: 0.25 });
      const least = initial ? 1 : 0;
      return {
        // Both round what they multiply to one of 256 steps, ONNX Runtime in pieces that it chooses.
        tolerance: 0.02,
        inputs: [
          draw.float([time, batch, fixed(dim.size)], { scale: 0.25 }),
          draw.bytes("int8", [directions, fixed(dim.size), wide]),
          draw.bytes("int8", [directions, fixed(hidden), wide]),
          draw.float([directions, fixed(8 * hidden)], { scale: 0.25 }),
          input(
            "int32",
            [batch],
            Array.from({ length: batch.size }, () => draw.integer(least, time.size)),
          ),
          state(),
          state(),
          scales(draw, [directions, wide]),
          zeros([directions, wide]),
          scales(draw, [directions, wide]),
          zeros([directions, wide]),
        ],
        build: ([x, w, r, b, l, h, c, ws, wz, rs, rz]) =>
          applyAll(
            quantized.DynamicQuantizeLSTM,
            [
              ...([x!, w!, r!, bias ? b! : null, lengths ? l! : null] as const),
              ...([initial ? h! : null, initial ? c! : null, null] as const),
              ...([ws!, wz!, rs!, rz!] as const),
            ],
            { hidden_size: hidden, direction },
          ),
      };
    },
  ),
} satisfies Record<string, CaseGenerator>;
