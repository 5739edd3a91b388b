/** @file Damaged copies of a protobuf file, from a seed: bytes that flip, ends that are cut, fields in wrong places. */
import { type RandomStream, stream } from "../../src/registry/random.js";

/** A damaged copy, and what was done to it. */
export interface Mutant {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A field of a message: a number, a block of bytes, or a block that is a message itself. */
interface Field {
  readonly number: number;
  readonly wire: number;
  /** Of a number its bytes as they stand, of a block its content. */
  readonly content: Buffer | Field[];
}

const kinds = ["flip", "cut", "splice", "enlarge", "repeat", "drop", "swap", "deepen"] as const;

/** Copies of a file, each damaged in one to four places in one of several ways. `donor` is where spliced fields come from. */
export function* mutants(
  file: Uint8Array,
  donor: Uint8Array,
  count: number,
  seed: number,
): Generator<Mutant> {
  const random = stream(seed, "mutants");
  const damage = new Damage(parse(Buffer.from(file))!, blocks(parse(Buffer.from(donor))!), random);
  const printer = new Printer(8 * (file.length + donor.length));
  for (let i = 0; i < count; i++) {
    const kind = kinds[i % kinds.length]!;
    const times = 1 + random.int(4);
    let bytes: Buffer;
    if (kind === "flip" || kind === "cut") bytes = raw(kind, Buffer.from(file), times, random);
    else {
      for (let left = times; left > 0; left--) damage.add(kind);
      bytes = printer.print(damage.fields);
      damage.undo();
    }
    yield { name: `${kind}-${i}`, bytes };
  }
}

/** Damaged copies of a FlatBuffer: as above, or with other numbers where sizes, offsets and types may stand. */
export function* flatMutants(file: Uint8Array, count: number, seed: number): Generator<Mutant> {
  const random = stream(seed, "flat mutants");
  const kinds = ["flip", "cut", "small", "large"] as const;
  for (let i = 0; i < count; i++) {
    const kind = kinds[i % kinds.length]!;
    const times = 1 + random.int(4);
    let bytes = Buffer.from(file);
    if (kind === "flip" || kind === "cut") bytes = Buffer.from(raw(kind, bytes, times, random));
    else
      for (let left = times; left > 0; ) {
        const at = 4 * random.int(bytes.length >> 2);
        const found = bytes.readUInt32LE(at);
        if (found === 0 || found > bytes.length) continue;
        bytes.writeUInt32LE(
          kind === "small" ? random.int(300) : Number(LARGE[random.int(10)]! & 0xffffffffn),
          at,
        );
        left--;
      }
    yield { name: `${kind}-${i}`, bytes };
  }
}

function raw(kind: "flip" | "cut", bytes: Buffer, times: number, random: RandomStream): Buffer {
  if (kind === "cut") return bytes.subarray(0, random.int(bytes.length));
  for (let i = 0; i < times; i++) bytes[random.int(bytes.length)]! ^= 1 << random.int(8);
  return bytes;
}

/** Changes to a message that can be taken back. Fields are replaced, never changed: they may stand in several places. */
class Damage {
  readonly #messages: readonly Field[][];
  readonly #numbers: readonly (readonly [list: Field[], at: number])[];
  readonly #before = new Map<Field[], Field[]>();

  constructor(
    readonly fields: Field[],
    readonly foreign: readonly Field[],
    readonly random: RandomStream,
  ) {
    this.#messages = [fields, ...lists(fields)];
    this.#numbers = this.#messages.flatMap((list) =>
      list.flatMap(({ wire }, at) => (wire === 0 ? [[list, at] as const] : [])),
    );
  }

  add(kind: Exclude<(typeof kinds)[number], "flip" | "cut">): void {
    const { random, foreign } = this;
    const pick = <T>(from: readonly T[]): T => from[random.int(from.length)]!;
    const [list, at] = kind === "enlarge" ? pick(this.#numbers) : this.#place();
    const field = list[at];
    if (field === undefined) return;
    if (!this.#before.has(list)) this.#before.set(list, [...list]);
    switch (kind) {
      case "splice":
        list.splice(at, 0, pick(foreign));
        break;
      case "repeat":
        list.splice(at, 0, field);
        break;
      case "drop":
        list.splice(at, 1);
        break;
      case "swap":
        list[at] = { ...field, number: 1 + random.int(26) };
        break;
      case "deepen":
        list[at] = { number: field.number, wire: 2, content: [field] };
        break;
      case "enlarge":
        list[at] = { ...field, content: varint(pick(LARGE)) };
        break;
    }
  }

  undo(): void {
    for (const [list, before] of this.#before) list.splice(0, list.length, ...before);
    this.#before.clear();
  }

  #place(): [list: Field[], at: number] {
    const list = this.#messages[this.random.int(this.#messages.length)]!;
    return [list, this.random.int(Math.max(1, list.length))];
  }
}

/** Sizes, counts and types that nothing can have: up to the largest of 64 bits, and -1 and the least as those. */
const LARGE = [7, 15, 31, 32, 33, 40, 53, 62]
  .flatMap((bits) => [2n ** BigInt(bits) - 1n, 2n ** BigInt(bits)])
  .concat([2n ** 64n - 1n, 2n ** 63n]);

const BYTES = Array.from({ length: 128 }, (_, byte) => Buffer.from([byte]));

function varint(value: bigint): Buffer {
  if (value < 128n) return BYTES[Number(value)]!;
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}

/** A message's fields, or undefined for bytes that are none. What looks like a message is taken for one. */
function parse(bytes: Buffer): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const number = (): number | undefined => {
    let value = 0;
    for (let place = 0; place < 10 && at < bytes.length; place++) {
      const byte = bytes[at++]!;
      value += (byte & 127) * 2 ** (7 * place);
      if (byte < 128) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = number();
    if (tag === undefined || tag < 8 || tag > 8 * 27) return undefined;
    const wire = tag % 8;
    const start = at;
    if (wire === 0) {
      if (number() === undefined) return undefined;
    } else if (wire === 2) {
      const length = number();
      if (length === undefined || length > bytes.length - at) return undefined;
      const content = bytes.subarray(at, at + length);
      at += length;
      fields.push({ number: Math.floor(tag / 8), wire, content: (length > 1 && parse(content)) || content });
      continue;
    } else if (wire === 1 || wire === 5) at += wire === 1 ? 8 : 4;
    else return undefined;
    if (at > bytes.length) return undefined;
    fields.push({ number: Math.floor(tag / 8), wire, content: bytes.subarray(start, at) });
  }
  return fields;
}

/** Writes fields from the last to the first, so that the length of a block is known when its head is written. */
class Printer {
  readonly #space: Buffer;
  #at = 0;

  constructor(most: number) {
    this.#space = Buffer.alloc(most);
  }

  print(fields: readonly Field[]): Buffer {
    this.#at = this.#space.length;
    this.#fields(fields);
    return Buffer.from(this.#space.subarray(this.#at));
  }

  #fields(fields: readonly Field[]): void {
    for (let i = fields.length - 1; i >= 0; i--) {
      const { number, wire, content } = fields[i]!;
      const end = this.#at;
      if (Buffer.isBuffer(content)) this.#put(content);
      else this.#fields(content);
      if (wire === 2) this.#put(varint(BigInt(end - this.#at)));
      this.#put(varint(BigInt(8 * number + wire)));
    }
  }

  #put(bytes: Buffer): void {
    this.#at -= bytes.length;
    bytes.copy(this.#space, this.#at);
  }
}

/** The field lists of all messages in a message. */
function lists(fields: readonly Field[]): Field[][] {
  return fields.flatMap(({ content }) => (Array.isArray(content) ? [content, ...lists(content)] : []));
}

/** All fields that are blocks. */
function blocks(fields: readonly Field[]): Field[] {
  return [fields, ...lists(fields)].flat().filter(({ wire }) => wire === 2);
}
