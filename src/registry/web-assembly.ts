/** @file The binary form of WebAssembly modules, as far as small loops over memory need it: core specification 2.0, chapter 5. */

/** A memory that modules are given. */
export interface SharedMemory {
  readonly buffer: ArrayBuffer;
}

/** What is used of the `WebAssembly` namespace, which TypeScript declares for browsers only. */
interface WebAssemblyHost {
  readonly Memory: new (limits: { initial: number; maximum: number }) => SharedMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: { readonly run: (...values: readonly number[]) => void } };
}

function host(): WebAssemblyHost {
  return (globalThis as unknown as { readonly WebAssembly: WebAssemblyHost }).WebAssembly;
}

/** Bytes of a page of memory. */
export const PAGE = 65536;

/** A memory of so many pages, zero until written. Throws a `RangeError` where the system gives none. */
export const newMemory = (pages: number): SharedMemory =>
  new (host().Memory)({ initial: pages, maximum: pages });

/** The function `run` of a module over a memory. */
export function instantiate(
  module: Uint8Array<ArrayBuffer>,
  memory: SharedMemory,
): (...values: readonly number[]) => void {
  const { Instance, Module } = host();
  return new Instance(new Module(module), { host: { memory } }).exports.run;
}

/** The encodings of types. */
export const [I32, F32, V128] = [0x7f, 0x7d, 0x7b];
const [FUNCTION_TYPE, NO_RESULT, MEMORY_IMPORT] = [0x60, 0x40, 0x02];
const [BLOCK, LOOP, END, BRANCH, BRANCH_IF] = [0x02, 0x03, 0x0b, 0x0c, 0x0d];
const [LOCAL_GET, LOCAL_SET] = [0x20, 0x21];
export const [I32_CONST, I32_ADD, I32_AND, I32_LOAD] = [0x41, 0x6a, 0x71, 0x28];
const I32_GE = 0x4f;

/**
 * A module over the memory imported as `host.memory`, whose one function `run` takes values of the given types and has more
 * locals, in groups of a count and a type.
 */
export function moduleOf(
  parameters: readonly number[],
  locals: readonly (readonly [count: number, type: number])[],
  code: readonly number[],
): Uint8Array<ArrayBuffer> {
  const body = [...vector(locals.map(([count, type]) => [...unsigned(count), type])), ...code, END];
  const type = [FUNCTION_TYPE, ...vector(parameters.map((parameter) => [parameter])), ...vector([])];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([type])),
    ...section(2, vector([[...name("host"), ...name("memory"), MEMORY_IMPORT, 0x00, ...unsigned(0)]])),
    ...section(3, vector([unsigned(0)])),
    ...section(7, vector([[...name("run"), 0x00, ...unsigned(0)]])),
    ...section(10, vector([[...unsigned(body.length), ...body]])),
  ]);
}

/** Repeats `body` until the local `at` has reached the local `end`. */
export const loopUntil = (at: number, end: number, body: readonly number[]): number[] => [
  ...[BLOCK, NO_RESULT, LOOP, NO_RESULT],
  ...[...get(at), ...get(end), I32_GE, BRANCH_IF, ...unsigned(1)],
  ...[...body, BRANCH, ...unsigned(0)],
  ...[END, END],
];

/** Adds a number from -64 to 63 to a local. */
export const advance = (local: number, by: number): number[] => [
  ...[...get(local), I32_CONST, ...signed(by), I32_ADD, ...set(local)],
];

export const get = (local: number): number[] => [LOCAL_GET, ...unsigned(local)];
export const set = (local: number): number[] => [LOCAL_SET, ...unsigned(local)];

/** An instruction on four lanes. */
export const lanes = (code: number): number[] => [0xfd, ...unsigned(code)];

/** The address part of a load or store: aligned to 4 bytes, at an offset. */
export const aligned = (offset: number): number[] => [2, ...unsigned(offset)];

/** LEB128 of a number from -64 to 63. */
export const signed = (value: number): number[] => [value & 0x7f];

/** LEB128 of a number from 0 to 2^31 - 1. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];

const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];

const name = (text: string): number[] => vector([...text].map((character) => [character.charCodeAt(0)]));
