import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { arrayFor, type DType, type HostTensor, type TensorData } from "../../src/graph/dtype.js";
import { encodeSafetensors, readSafetensors, writeSafetensors } from "../../src/graph/safetensors.js";
import { PtxError } from "../../src/registry/errors.js";

const folder = mkdtempSync(join(tmpdir(), "ptx-safetensors-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const scratch = join(folder, "file.safetensors");

const tensor = (dtype: DType, dims: number[], data: TensorData): HostTensor => ({ dtype, dims, data });

/** What fixtures/python.safetensors holds. */
const python: Record<string, HostTensor> = {
  "encoder.weight": tensor("float32", [2, 3], Float32Array.of(-0.5, -0.25, 0, 0.25, 0.5, 0.75)),
  "encoder.bias": tensor("float16", [2], Uint16Array.of(0x3e00, 0xc080)), // 1.5, -2.25
  steps: tensor("int64", [3], BigInt64Array.of(1n, -2n, 2n ** 40n)),
  ids: tensor("int32", [1, 2], Int32Array.of(7, -8)),
  small: tensor("int8", [2], Int8Array.of(-128, 127)),
  bytes: tensor("uint8", [3], Uint8Array.of(0, 255, 3)),
  mask: tensor("bool", [3], Uint8Array.of(1, 0, 1)),
  precise: tensor("float64", [], Float64Array.of(0.1)),
  empty: tensor("float32", [0, 4], new Float32Array(0)),
  größe: tensor("float32", [1], Float32Array.of(1)),
};

async function failure(promise: Promise<unknown>): Promise<PtxError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PtxError);
  return error as PtxError;
}

describe("beside Python's safetensors", () => {
  it("its files are read", async () => {
    expect(await readSafetensors(fixture("python.safetensors"))).toEqual({
      tensors: python,
      metadata: { format: "pt" },
    });
  });

  it("the same tensors are written as the same bytes", () => {
    const bytes = Buffer.concat(encodeSafetensors(python, { metadata: { format: "pt" } }));
    expect(bytes.equals(readFileSync(fixture("python.safetensors")))).toBe(true);
  });

  it("bfloat16 is read, and rounded as ml_dtypes rounds", async () => {
    const values = [
      0,
      -0,
      1,
      -1.5,
      Math.PI,
      1e-40,
      65504,
      3.3895314e38,
      0.1,
      1.00390625,
      1.01171875,
      Infinity,
      -Infinity,
      NaN,
    ];
    const half = tensor("float32", [values.length], Float32Array.from(values));
    const written = Buffer.concat(encodeSafetensors({ half }, { bfloat16: () => true }));
    expect(written.equals(readFileSync(fixture("bfloat16.safetensors")))).toBe(true);
    const read = (await readSafetensors(fixture("bfloat16.safetensors"))).tensors.half!;
    expect(read.dtype).toBe("float32");
    expect(Array.from(read.data as Float32Array)).toEqual([
      0,
      -0,
      1,
      -1.5,
      3.140625,
      2 ** -133,
      65536,
      (2 - 2 ** -7) * 2 ** 127,
      0.10009765625,
      1,
      1.015625,
      Infinity,
      -Infinity,
      NaN,
    ]);
  });
});

describe("writing", () => {
  const types = ["float32", "float64", "float16", "int64", "int32", "int8", "uint8", "bool"] as const;
  const anyTensor = fc
    .tuple(
      fc.constantFrom(...types),
      fc.array(fc.nat(3), { maxLength: 3 }),
      fc.uint8Array({ minLength: 216, maxLength: 216 }),
    )
    .map(([dtype, dims, noise]) => {
      const array = arrayFor(dtype);
      const bytes = dtype === "bool" ? noise.map((byte) => byte & 1) : noise;
      const size = dims.reduce((a, b) => a * b, 1);
      return tensor(dtype, dims, new array(bytes.slice().buffer).slice(0, size) as TensorData);
    });

  it("and reading gives back every bit, whatever the names and types", async () => {
    const tensors = fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((name) => name !== "__metadata__"),
      anyTensor,
    );
    await fc.assert(
      fc.asyncProperty(tensors, fc.dictionary(fc.string(), fc.string()), async (given, metadata) => {
        await writeSafetensors(scratch, given, { metadata });
        const read = await readSafetensors(scratch);
        expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(given).sort());
        for (const [name, { dtype, dims, data }] of Object.entries(given)) {
          const back = read.tensors[name]!;
          expect([back.dtype, back.dims]).toEqual([dtype, dims]);
          const raw = (array: TensorData) =>
            Buffer.from(
              (array as Uint8Array).buffer,
              (array as Uint8Array).byteOffset,
              (array as Uint8Array).byteLength,
            );
          expect(raw(back.data).equals(raw(data))).toBe(true);
        }
        expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
      }),
      { numRuns: 60 },
    );
  });

  it("starts the data at a multiple of eight, widest types first", () => {
    const [size, header] = encodeSafetensors(python);
    expect(Buffer.from(size!).readBigUInt64LE()).toBe(BigInt(header!.length));
    expect(header!.length % 8).toBe(0);
  });

  it("replaces a file at once and leaves nothing else behind", async () => {
    await writeSafetensors(scratch, { a: python.ids! });
    await writeSafetensors(scratch, { b: python.ids! });
    expect(Object.keys((await readSafetensors(scratch)).tensors)).toEqual(["b"]);
    await expect(writeSafetensors(join(folder, "no", "where"), { a: python.ids! })).rejects.toThrow("ENOENT");
    expect(readdirSync(folder)).toEqual(["file.safetensors"]);
  });

  it("refuses what the format cannot hold", () => {
    const text = tensor("string", [1], ["a"]);
    expect(() => encodeSafetensors({ text })).toThrow(
      "PTX_GRAPH  text\n  safetensors cannot hold string tensors",
    );
    expect(() => encodeSafetensors({ __metadata__: python.ids! })).toThrow("a tensor of this name");
    expect(() => encodeSafetensors({ w: tensor("int8", [3], Int8Array.of(1)) })).toThrow(
      "1 elements for the shape [3]",
    );
    expect(() => encodeSafetensors({ ids: python.ids! }, { bfloat16: () => true })).toThrow(
      "only float32 can be stored as bfloat16",
    );
  });
});

describe("reading refuses", () => {
  /** A file with this header and so many bytes of data. */
  function file(header: unknown, data = 0): string {
    const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(json.length));
    writeFileSync(scratch, Buffer.concat([size, json, Buffer.alloc(data, 2)]));
    return scratch;
  }
  const entry = (shape: number[], data_offsets: number[], dtype = "U8") => ({ dtype, shape, data_offsets });

  it.each<[string, unknown, number, string]>([
    ["a header that is not JSON", "{oops", 0, "its header is not JSON"],
    ["a header that is no object", "[1]", 0, "its header is not a JSON object"],
    ["a header that starts with space", ' {"a":1}', 0, "its header is not a JSON object"],
    ["metadata that is no text", { __metadata__: { n: 1 } }, 0, "its metadata must be texts by name"],
    [
      "an unknown element type",
      { a: entry([1], [0, 1], "F8_E4M3") },
      1,
      '"a" has the element type F8_E4M3  known: I64',
    ],
    ["an entry that is no object", { a: 5 }, 0, '"a" has the element type undefined'],
    ["a negative size", { a: entry([-1], [0, 1]) }, 1, '"a" has no proper shape and data_offsets'],
    ["one offset", { a: entry([1], [0]) }, 1, '"a" has no proper shape and data_offsets'],
    ["offsets that do not fit the shape", { a: entry([2], [0, 1]) }, 1, '"a" is U8[2], 2 bytes, and has 1'],
    ["a gap", { a: entry([1], [0, 1]), b: entry([1], [2, 3]) }, 3, 'the data of "b" starts at 2, not at 1'],
    [
      "an overlap",
      { a: entry([2], [0, 2]), b: entry([2], [1, 3]) },
      3,
      'the data of "b" starts at 1, not at 2',
    ],
    [
      "a name given twice",
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
      2,
      'the data of "a" starts at 1, not at 0',
    ],
    ["data that nobody owns", { a: entry([1], [0, 1]) }, 2, "its tensors take 1 bytes, it has 2"],
    ["missing data", { a: entry([4], [0, 4]) }, 3, "its tensors take 4 bytes, it has 3"],
    ["a bool of 2", { a: entry([1], [0, 1], "BOOL") }, 1, '"a" is BOOL and has bytes other than 0 and 1'],
  ])("%s", async (_, header, data, message) => {
    const error = await failure(readSafetensors(file(header, data)));
    expect(error.code).toBe("PTX_MODEL_FILE");
    expect(error.message).toContain(message);
  });

  it("a header that is longer than the file, and files too short for one", async () => {
    writeFileSync(scratch, Buffer.from([1, 2, 3]));
    expect((await failure(readSafetensors(scratch))).message).toContain("it has 3 bytes");
    writeFileSync(scratch, Buffer.from([200, 0, 0, 0, 0, 0, 0, 0, 123, 125]));
    expect((await failure(readSafetensors(scratch))).message).toContain(
      "its header of 200 bytes does not fit into it",
    );
    expect((await failure(readSafetensors(join(folder, "absent")))).code).toBe("PTX_FILE_MISSING");
  });

  it("every truncation of a file", async () => {
    const whole = readFileSync(fixture("python.safetensors"));
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(scratch, whole.subarray(0, length));
      expect((await failure(readSafetensors(scratch))).code).toBe("PTX_MODEL_FILE");
    }
  });
});
