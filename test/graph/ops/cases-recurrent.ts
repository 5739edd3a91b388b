import fc from "fast-check";
import { applyAll } from "../../../src/graph/ops/define.js";
import { GRU, LSTM } from "../../../src/graph/ops/recurrent.js";
import {
  type Axis,
  axis,
  type CaseGenerator,
  type CaseInput,
  type Draw,
  generator,
  input,
} from "./arbitraries.js";

const structure = fc.record({
  time: axis("t"),
  batch: axis("b"),
  dim: axis("e"),
  hidden: fc.integer({ min: 1, max: 3 }),
  direction: fc.constantFrom<"forward" | "reverse" | "bidirectional">("forward", "reverse", "bidirectional"),
  lengths: fc.boolean(),
  initial: fc.boolean(),
  linear: fc.constantFrom<0 | 1>(0, 1),
});

type Structure = typeof structure extends fc.Arbitrary<infer S> ? S : never;

/** Small numbers: roundings do not grow from step to step. */
const mild = { scale: 0.25 };

const fixed = (size: number): Axis => ({ size, dim: size });

/** What both operators take, but for the initial states. The sizes of weights are numbers. */
function common(
  { time, batch, dim, hidden, direction, lengths, initial }: Structure,
  gates: number,
  draw: Draw,
): CaseInput[] {
  const directions = fixed(direction === "bidirectional" ? 2 : 1);
  const [width, wide, both] = [fixed(dim.size), fixed(gates * hidden), fixed(2 * gates * hidden)];
  // ONNX does not say whether an empty sequence gives its initial state back.
  const shortened = Array.from({ length: batch.size }, () => draw.integer(initial ? 1 : 0, time.size));
  return [
    draw.float([time, batch, width], mild),
    draw.float([directions, wide, width], mild),
    draw.float([directions, wide, fixed(hidden)], mild),
    draw.float([directions, both], mild),
    input("int32", [batch], lengths ? shortened : shortened.map(() => time.size)),
  ];
}

function initialStates({ batch, hidden, direction }: Structure, draw: Draw): CaseInput {
  return draw.float([fixed(direction === "bidirectional" ? 2 : 1), batch, fixed(hidden)], mild);
}

/** Cases of the fused recurrent operators. */
export const recurrentCases = {
  LSTM: generator(structure, (chosen, draw) => ({
    inputs: [...common(chosen, 4, draw), initialStates(chosen, draw), initialStates(chosen, draw)],
    build: ([x, weight, recurrence, bias, lengths, h, c]) =>
      applyAll(
        LSTM,
        [
          x!,
          weight!,
          recurrence!,
          bias!,
          chosen.lengths ? lengths! : null,
          chosen.initial ? h! : null,
          chosen.initial ? c! : null,
        ],
        { hidden_size: chosen.hidden, direction: chosen.direction },
      ),
  })),
  GRU: generator(structure, (chosen, draw) => ({
    inputs: [...common(chosen, 3, draw), initialStates(chosen, draw)],
    build: ([x, weight, recurrence, bias, lengths, h]) =>
      applyAll(
        GRU,
        [x!, weight!, recurrence!, bias!, chosen.lengths ? lengths! : null, chosen.initial ? h! : null],
        {
          hidden_size: chosen.hidden,
          direction: chosen.direction,
          linear_before_reset: chosen.linear,
        },
      ),
  })),
} satisfies Record<string, CaseGenerator>;
