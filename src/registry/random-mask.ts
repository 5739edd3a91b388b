/** @file Masks of random zeros: four xoshiro128++ generators side by side in WebAssembly, some 0.5 ns an element. */
import {
  advance,
  aligned,
  F32,
  get,
  I32,
  I32_CONST,
  instantiate,
  lanes,
  loopUntil,
  moduleOf,
  newMemory,
  PAGE,
  set,
  signed,
  V128,
} from "./web-assembly.js";

/** Words of the generators' state. */
export const MASK_STATE = 16;
/** Elements made at a time: the page behind the state's. */
const PIECE = PAGE / 4;

const [SHIFT_LEFT, SHIFT_RIGHT, ADD, LESS] = [lanes(0xab), lanes(0xad), lanes(0xae), lanes(0x3a)] as const;
const [AND, OR, XOR] = [lanes(0x4e), lanes(0x50), lanes(0x51)] as const;
const [SPLAT_I32, SPLAT_F32, LOAD, STORE] = [lanes(0x11), lanes(0x13), lanes(0x00), lanes(0x0b)] as const;

/** `run(start, end, threshold, scale)`: elements at the addresses from `start` to `end`, a multiple of 16 bytes further on. */
function maskModule(): Uint8Array<ArrayBuffer> {
  const [at, end, threshold, scale, a, b, c, d, sum, shifted, limit, kept] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ] as const;
  const shift = (of: number, by: number, direction: number[]): number[] => [
    ...[...get(of), I32_CONST, ...signed(by), ...direction],
  ];
  const rotated = (of: number, by: number): number[] => [
    ...shift(of, by, SHIFT_LEFT),
    ...shift(of, 32 - by, SHIFT_RIGHT),
    ...OR,
  ];
  const mix = (into: number, other: number): number[] => [...get(into), ...get(other), ...XOR, ...set(into)];
  const word = (index: number): number[] => [I32_CONST, 0, ...LOAD, ...aligned(16 * index)];
  const keep = (local: number, index: number): number[] => [
    ...[I32_CONST, 0, ...get(local), ...STORE, ...aligned(16 * index)],
  ];
  const state = [a, b, c, d];
  return moduleOf(
    [I32, I32, I32, F32],
    [[8, V128]],
    [
      ...state.flatMap((local, index) => [...word(index), ...set(local)]),
      ...[...get(threshold), ...SPLAT_I32, ...set(limit), ...get(scale), ...SPLAT_F32, ...set(kept)],
      ...loopUntil(at, end, [
        ...[...get(a), ...get(d), ...ADD, ...set(sum)],
        ...[...get(at), ...rotated(sum, 7), ...get(a), ...ADD],
        ...[...get(limit), ...LESS, ...get(kept), ...AND, ...STORE, ...aligned(0)],
        ...[...shift(b, 9, SHIFT_LEFT), ...set(shifted)],
        ...[mix(c, a), mix(d, b), mix(b, c), mix(a, d), mix(c, shifted)].flat(),
        ...[...rotated(d, 11), ...set(d)],
        ...advance(at, 16),
      ]),
      ...state.flatMap(keep),
    ],
  );
}

/** The module over its memory: a page whose first bytes are the state, and one for the elements. */
class MaskMaker {
  readonly #memory = newMemory(2);
  readonly #run = instantiate(maskModule(), this.#memory);
  readonly #state = new Uint32Array(this.#memory.buffer, 0, MASK_STATE);
  readonly #piece = new Float32Array(this.#memory.buffer, PAGE, PIECE);

  fill(array: Float32Array, state: Uint32Array, threshold: number, scale: number): void {
    this.#state.set(state);
    for (let start = 0; start < array.length; start += PIECE) {
      const size = Math.min(PIECE, array.length - start);
      this.#run(PAGE, PAGE + 16 * Math.ceil(size / 4), threshold, scale);
      array.set(size === PIECE ? this.#piece : this.#piece.subarray(0, size), start);
    }
  }
}

let maker: MaskMaker | undefined;

/**
 * Fills with `scale` where a random word is below `threshold`, an integer in [0, 2^32), else 0. Element i takes the word
 * floor(i / 4) of the generator i % 4, whose four words of state are `state[i % 4]`, `state[4 + i % 4]` and so on.
 */
export function fillMask(array: Float32Array, state: Uint32Array, threshold: number, scale: number): void {
  maker ??= new MaskMaker();
  maker.fill(array, state, threshold, scale);
}
