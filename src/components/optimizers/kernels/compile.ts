import {
  advance,
  aligned,
  get,
  I32,
  I32_ADD,
  I32_AND,
  I32_CONST,
  I32_LOAD,
  lanes,
  loopUntil,
  moduleOf,
  set,
  signed,
  V128,
} from "../../../registry/web-assembly.js";
import { type BinaryOp, type Expression, FIXED_ARRAYS, inOrder, type Kernel } from "./expression.js";

/** How many constants and how many slots a kernel may have. */
export const [MAX_CONSTANTS, MAX_SLOTS] = [16, 8] as const;
/** The header of the memory: constants (float32), then the address of each slot (int32). In bytes. */
export const [CONSTANTS_AT, SLOTS_AT, HEADER_BYTES] = [
  0,
  4 * MAX_CONSTANTS,
  4 * (MAX_CONSTANTS + MAX_SLOTS),
] as const;

/** What a compiled kernel exports; see `compileKernel`. */
export type RunKernel = (value: number, gradient: number, offset: number, bytes: number) => void;

/**
 * Turns a kernel into a WebAssembly module over the memory imported as `host.memory`. Its function
 * `run(value, gradient, offset, bytes)` applies the kernel in place to `bytes` / 4 float32 elements, four at a time and
 * the rest one by one: of the parameter and its gradient from these addresses on, and of each slot from its address (in
 * the header) plus `offset` on. JavaScript has no float32 arithmetic: a loop there takes three to four times as long.
 * All operations are IEEE 754's, so the result does not depend on the machine.
 */
export function compileKernel(kernel: Kernel): Uint8Array<ArrayBuffer> {
  const slots = kernel.arrays.length - FIXED_ARRAYS;
  if (slots > MAX_SLOTS || kernel.constants.length > MAX_CONSTANTS) {
    const given = `got ${slots} and ${kernel.constants.length}`;
    throw new RangeError(`a kernel has at most ${MAX_SLOTS} slots and ${MAX_CONSTANTS} constants, ${given}`);
  }
  const locals = [
    [2 + slots, I32],
    [inOrder(kernel).length, V128],
  ] as const;
  return moduleOf([I32, I32, I32, I32], locals, functionBody(kernel));
}

const SQRT = lanes(0xe3);
const SPLAT_LOAD = lanes(0x09);
const binaryCodes: { readonly [O in BinaryOp]: number[] } = {
  add: lanes(0xe4),
  sub: lanes(0xe5),
  mul: lanes(0xe6),
  div: lanes(0xe7),
};

/** The two ways of going through elements: four in a round, and one in a round in the first lane. */
const strides = [
  { bytes: 16, load: [...lanes(0x00), ...aligned(0)], store: [...lanes(0x0b), ...aligned(0)] },
  { bytes: 4, load: [...lanes(0x5c), ...aligned(0)], store: [...lanes(0x5a), ...aligned(0), 0] },
] as const;
type Stride = (typeof strides)[number];

function functionBody(kernel: Kernel): number[] {
  const expressions = inOrder(kernel);
  const [offset, bytes, at, end, firstSlot] = [2, 3, 4, 5, 6];
  const slots = kernel.arrays.slice(FIXED_ARRAYS);
  const firstValue = firstSlot + slots.length;
  const places = new Map(expressions.map((expression, index) => [expression, firstValue + index]));
  const place = (expression: Expression): number => places.get(expression)!;

  const baseOf = (array: string): number => {
    const index = kernel.arrays.indexOf(array);
    return index < FIXED_ARRAYS ? index : firstSlot + index - FIXED_ARRAYS;
  };
  const address = (array: string): number[] => [...get(baseOf(array)), ...get(at), I32_ADD];
  const slotBase = (_: string, index: number): number[] => [
    ...[I32_CONST, 0, I32_LOAD, ...aligned(SLOTS_AT + 4 * index)],
    ...[...get(offset), I32_ADD, ...set(firstSlot + index)],
  ];
  const value = (expression: Expression, { load }: Stride): number[] => {
    switch (expression.kind) {
      case "element":
        return [...address(expression.array), ...load];
      case "constant":
        return [
          I32_CONST,
          0,
          ...SPLAT_LOAD,
          ...aligned(CONSTANTS_AT + 4 * kernel.constants.indexOf(expression.name)),
        ];
      case "sqrt":
        return [...get(place(expression.of)), ...SQRT];
      default:
        return [
          ...get(place(expression.left)),
          ...get(place(expression.right)),
          ...binaryCodes[expression.kind],
        ];
    }
  };
  const compute = (expression: Expression, stride: Stride): number[] => [
    ...value(expression, stride),
    ...set(place(expression)),
  ];
  const round = (stride: Stride): number[] => [
    ...expressions
      .filter(({ kind }) => kind !== "constant")
      .flatMap((expression) => compute(expression, stride)),
    ...Object.entries(kernel.outputs).flatMap(([array, output]) => [
      ...address(array),
      ...get(place(output!)),
      ...stride.store,
    ]),
    ...advance(at, stride.bytes),
  ];
  const rounds = (stride: Stride): number[] => [
    ...[...get(bytes), I32_CONST, ...signed(-stride.bytes), I32_AND, ...set(end)],
    ...loopUntil(at, end, round(stride)),
  ];
  return [
    ...slots.flatMap(slotBase),
    ...expressions
      .filter(({ kind }) => kind === "constant")
      .flatMap((constant) => compute(constant, strides[0])),
    ...strides.flatMap(rounds),
  ];
}
