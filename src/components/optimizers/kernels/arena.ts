import { ptxError } from "../../../registry/errors.js";
import { instantiate, newMemory, PAGE, type SharedMemory } from "../../../registry/web-assembly.js";
import {
  CONSTANTS_AT,
  compileKernel,
  HEADER_BYTES,
  MAX_CONSTANTS,
  MAX_SLOTS,
  type RunKernel,
  SLOTS_AT,
} from "./compile.js";
import { GRADIENT, type Kernel, reads, VALUE } from "./expression.js";

const MAX_PAGES = 65536;
/** Elements copied in and out at a time: both blocks stay in the first-level cache. */
const BLOCK = 8192;

/**
 * What a kernel works on: `count` blocks of `width` elements. For a dense gradient that is one block, the whole parameter;
 * for a sparse gradient, the touched rows. Block k of the gradient starts at `k * width`.
 */
export interface KernelJob {
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  /** The rule's arrays for this parameter, laid out like `values`. */
  readonly slots: readonly Float32Array[];
  /** The place of each block in `values` and slots, counted in blocks; null for a single block from the start. */
  readonly rows: Int32Array | null;
  readonly count: number;
  readonly width: number;
}

/** State arrays that lie in the memory that kernels work on; zero until written. */
export class Arena {
  readonly #memory: SharedMemory;
  readonly #constants: Float32Array;
  readonly #slots: Uint32Array;
  readonly #value: Float32Array;
  readonly #gradient: Float32Array;
  #used: number;

  /**
   * @param elements The number of elements of all arrays that will be allocated. Memory is taken from the system as it is
   * first written. Throws `PTX_TRAINING` when they need more than 4 GiB, or more addresses than the process may have.
   */
  constructor(elements: number, place: string) {
    const bytes = HEADER_BYTES + 4 * (2 * BLOCK + elements);
    this.#memory = reserve(bytes, place);
    this.#constants = new Float32Array(this.#memory.buffer, CONSTANTS_AT, MAX_CONSTANTS);
    this.#slots = new Uint32Array(this.#memory.buffer, SLOTS_AT, MAX_SLOTS);
    this.#used = HEADER_BYTES;
    this.#value = this.allocate(BLOCK);
    this.#gradient = this.allocate(BLOCK);
  }

  /** An array of zeros in this memory. */
  allocate(length: number): Float32Array {
    const array = new Float32Array(this.#memory.buffer, this.#used, length);
    this.#used += array.byteLength;
    return array;
  }

  /** Makes a kernel ready to run here. Its arrays are `value`, `gradient`, then slots, which must come from `allocate`. */
  prepare(kernel: Kernel): PreparedKernel {
    const run: RunKernel = instantiate(compileKernel(kernel), this.#memory);
    const [readsValue, readsGradient] = [reads(kernel, VALUE), reads(kernel, GRADIENT)];
    const writesValue = VALUE in kernel.outputs;
    const [constants, slotAddresses, value, gradient] = [
      this.#constants,
      this.#slots,
      this.#value,
      this.#gradient,
    ];
    const [valueAt, gradientAt] = [value.byteOffset, gradient.byteOffset];

    return (job, settings) => {
      const { values, gradient: gradients, slots, rows, count, width } = job;
      constants.set(settings);
      slots.forEach((slot, index) => {
        slotAddresses[index] = slot.byteOffset;
      });
      for (let k = 0; k < count; k++) {
        const start = rows === null ? 0 : rows[k]! * width;
        for (let done = 0; done < width; done += BLOCK) {
          const size = Math.min(BLOCK, width - done);
          if (readsValue) copy(values, start + done, value, size);
          if (readsGradient) copy(gradients, k * width + done, gradient, size);
          run(valueAt, gradientAt, 4 * (start + done), 4 * size);
          if (writesValue) values.set(value.subarray(0, size), start + done);
        }
      }
    };
  }
}

function reserve(bytes: number, place: string): SharedMemory {
  const pages = Math.ceil(bytes / PAGE);
  const size = `its state takes ${(bytes / 2 ** 30).toFixed(1)} GiB`;
  if (pages > MAX_PAGES) {
    throw ptxError("PTX_TRAINING", place, `${size}, and 4 GiB is the most; freeze parameters or use SGD`);
  }
  try {
    return newMemory(pages);
  } catch (error) {
    const limit = `${size} and the system gives no address range for it (${(error as Error).message})`;
    throw ptxError(
      "PTX_TRAINING",
      place,
      `${limit}; raise \`ulimit -v\`, or start node with --disable-wasm-trap-handler`,
    );
  }
}

/** Applies a kernel, with values for its constants, to the blocks of a job. */
export type PreparedKernel = (job: KernelJob, constants: readonly number[]) => void;

function copy(source: Float32Array, from: number, target: Float32Array, length: number): void {
  target.set(source.subarray(from, from + length));
}
