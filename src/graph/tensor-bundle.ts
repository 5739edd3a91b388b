/**
 * @file Tensors by name in TensorFlow's checkpoint format of version 2 ("tensor bundle"): PREFIX.index, a sorted string table of
 * LevelDB's form with a protocol buffer for each tensor, and PREFIX.data-00000-of-00001 with the numbers.
 */
import { type FileHandle, open, readFile } from "node:fs/promises";
import { Reader } from "protobufjs/minimal.js";
import { PtxError, ptxError } from "../registry/errors.js";
import { eachField, readMessage } from "../registry/protobuf.js";
import { arrayFor, type DType, type HostTensor } from "./dtype.js";
import { readRange } from "./read-range.js";

/** Element types by TensorFlow's numbers, with their sizes in bytes. */
const types: Readonly<Record<number, { dtype: Exclude<DType, "string">; size: number }>> = {
  1: { dtype: "float32", size: 4 },
  2: { dtype: "float64", size: 8 },
  3: { dtype: "int32", size: 4 },
  9: { dtype: "int64", size: 8 },
  19: { dtype: "float16", size: 2 },
};

const MAGIC = 0xdb4775248b80fb57n;
/** Two places of blocks, padded, and the magic number. */
const FOOTER = 48;
/** After each block: its compression, and a checksum. */
const TRAILER = 5;

/** Where a tensor's numbers are. */
interface Entry {
  type: number;
  dims: number[];
  shard: number;
  offset: number;
  size: number;
  /** The masked checksum of its bytes. */
  checksum: number;
  sliced: boolean;
}

/**
 * Reads the tensors of numbers of a checkpoint.
 * @param prefix the files' common path, as TensorFlow names a checkpoint (`bert_model.ckpt`)
 * @param wanted which tensors to read; texts and other kinds that are not numbers must not be among them
 * Throws `PTX_FILE_MISSING`, or `PTX_MODEL_FILE` for anything that breaks the format.
 */
export async function readTensorBundle(
  prefix: string,
  wanted: (name: string) => boolean = () => true,
): Promise<Readonly<Record<string, HostTensor>>> {
  const index = `${prefix}.index`;
  const bytes = await readFile(index).catch((error: Error) => {
    throw ptxError("PTX_FILE_MISSING", index, `the tensors cannot be read: ${error.message}`);
  });
  const fail = (message: string) =>
    ptxError("PTX_MODEL_FILE", index, `not the whole index of a TensorFlow checkpoint: ${message}`);
  const entries = new Map<string, Entry>();
  let shards = 0;
  try {
    for (const [key, value] of tableEntries(bytes, fail)) {
      const reader = Reader.create(value);
      if (key === "") shards = readHeader(reader, fail);
      else if (wanted(key)) entries.set(key, readEntry(reader));
    }
  } catch (error) {
    throw error instanceof PtxError ? error : fail((error as Error).message);
  }
  if (shards < 1) throw fail("it does not say how many files of data there are");
  const files = new Map<number, FileHandle>();
  try {
    const tensors: Record<string, HostTensor> = {};
    for (const [name, entry] of entries) {
      const path = `${prefix}.data-${padded(entry.shard)}-of-${padded(shards)}`;
      let file = files.get(entry.shard);
      if (file === undefined) {
        file = await open(path, "r").catch((error: Error) => {
          throw ptxError("PTX_FILE_MISSING", path, `the tensors cannot be read: ${error.message}`);
        });
        files.set(entry.shard, file);
      }
      tensors[name] = await readTensor(file, path, name, entry);
    }
    return tensors;
  } finally {
    for (const file of files.values()) await file.close();
  }
}

const padded = (number: number): string => String(number).padStart(5, "0");

async function readTensor(file: FileHandle, path: string, name: string, entry: Entry): Promise<HostTensor> {
  const fail = (message: string) => ptxError("PTX_MODEL_FILE", path, `the tensor "${name}" ${message}`);
  if (entry.sliced) throw fail("was saved in slices, which are not read");
  const type = types[entry.type];
  if (type === undefined) throw fail(`has elements of TensorFlow's type ${entry.type}, which is not read`);
  const count = entry.dims.reduce((a, b) => a * b, 1);
  if (entry.size !== count * type.size)
    throw fail(`of shape [${entry.dims}] has ${entry.size} bytes instead of ${count * type.size}`);
  const { size } = await file.stat();
  if (entry.offset + entry.size > size)
    throw fail(`ends at byte ${entry.offset + entry.size} of a file of ${size}: it is cut off`);
  const bytes = await readRange(file, entry.offset, entry.size);
  if (maskedChecksum(bytes) !== entry.checksum) throw fail("has other bytes than were saved");
  return { dtype: type.dtype, dims: entry.dims, data: new (arrayFor(type.dtype))(bytes.buffer) };
}

type Fail = (message: string) => Error;

/** A number of a protocol buffer that JavaScript holds exactly. */
const long = (reader: Reader): number => Number(reader.uint64());

/** BundleHeaderProto: the number of files of data. */
function readHeader(reader: Reader, fail: Fail): number {
  let shards = 0;
  let bigEndian = false;
  eachField(reader, reader.len, (number) => {
    if (number === 1) shards = reader.int32();
    else if (number === 2) bigEndian = reader.int32() !== 0;
    else return false;
    return true;
  });
  if (bigEndian) throw fail("its numbers are big-endian, which is not read");
  return shards;
}

/** BundleEntryProto. */
function readEntry(reader: Reader): Entry {
  const entry: Entry = { type: 0, dims: [], shard: 0, offset: 0, size: 0, checksum: 0, sliced: false };
  const dimension = (): true => {
    let size = 0;
    readMessage(reader, (number) => {
      if (number !== 1) return false;
      size = long(reader);
      return true;
    });
    entry.dims.push(size);
    return true;
  };
  eachField(reader, reader.len, (number) => {
    if (number === 2) return readMessage(reader, (inner) => inner === 2 && dimension());
    if (number === 1) entry.type = reader.int32();
    else if (number === 3) entry.shard = reader.int32();
    else if (number === 4) entry.offset = long(reader);
    else if (number === 5) entry.size = long(reader);
    else if (number === 6) entry.checksum = reader.fixed32();
    else {
      if (number === 7) entry.sliced = true;
      return false;
    }
    return true;
  });
  return entry;
}

/** The entries of a sorted string table, in order. */
function* tableEntries(bytes: Buffer, fail: Fail): Generator<readonly [string, Uint8Array]> {
  if (bytes.length < FOOTER || bytes.readBigUInt64LE(bytes.length - 8) !== MAGIC)
    throw fail("it does not end as one");
  const footer = Reader.create(bytes.subarray(bytes.length - FOOTER));
  for (let i = 0; i < 2; i++) long(footer); // the block of other data, which checkpoints leave empty
  for (const [, place] of blockEntries(bytes, long(footer), long(footer), fail)) {
    const reader = Reader.create(place);
    yield* blockEntries(bytes, long(reader), long(reader), fail);
  }
}

/** The entries of one block: each key without what it shares with the one before. */
function* blockEntries(
  bytes: Buffer,
  offset: number,
  size: number,
  fail: Fail,
): Generator<readonly [string, Uint8Array]> {
  if (offset + size + TRAILER > bytes.length) throw fail("a block ends behind its end");
  if (maskedChecksum(bytes.subarray(offset, offset + size + 1)) !== bytes.readUInt32LE(offset + size + 1))
    throw fail("a block has other bytes than were saved");
  if (bytes[offset + size] !== 0) throw fail("its blocks are compressed, which is not read");
  const block = bytes.subarray(offset, offset + size);
  const end = size - 4 - 4 * block.readUInt32LE(size - 4);
  const reader = Reader.create(block);
  let key = Buffer.alloc(0);
  while (reader.pos < end) {
    const [shared, own, length] = [reader.uint32(), reader.uint32(), reader.uint32()];
    const start = reader.pos;
    reader.skip(own + length);
    key = Buffer.concat([key.subarray(0, shared), block.subarray(start, start + own)]);
    yield [key.toString(), block.subarray(start + own, start + own + length)];
  }
}

/** CRC-32C by bytes (Castagnoli's polynomial, reflected). */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C, turned and shifted as LevelDB and TensorFlow store it. */
function maskedChecksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[i]!) & 255]!;
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
