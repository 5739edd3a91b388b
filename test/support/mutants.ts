/** @file Damaged copies of a protobuf file, from a seed: bytes that flip, ends that are cut, fields in wrong places. */
import { type RandomStream, stream } from "../../src/registry/random.js";

/** A damaged copy, and what was done to it. */
export interface Mutant {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A field of a message: a number, a block of bytes, or a block that is a message itself. */
interface Field {
  number: number;
  wire: number;
  /** Of a number its bytes as they stand, of a block its content. */
  content: Buffer | Field[];
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
  const fields = parse(Buffer.from(file))!;
  const foreign = blocks(parse(Buffer.from(donor))!);
  for (let i = 0; i < count; i++) {
    const kind = kinds[i % kinds.length]!;
    const times = 1 + random.int(4);
    const bytes =
      kind === "flip" || kind === "cut"
        ? raw(kind, Buffer.from(file), times, random)
        : structured(kind, clone(fields), foreign, times, random);
    yield { name: `${kind}-${i}`, bytes };
  }
}

function raw(kind: "flip" | "cut", bytes: Buffer, times: number, random: RandomStream): Buffer {
  if (kind === "cut") return bytes.subarray(0, random.int(bytes.length));
  for (let i = 0; i < times; i++) bytes[random.int(bytes.length)]! ^= 1 << random.int(8);
  return bytes;
}

function structured(
  kind: Exclude<(typeof kinds)[number], "flip" | "cut">,
  fields: Field[],
  foreign: readonly Field[],
  times: number,
  random: RandomStream,
): Buffer {
  const messages = [fields, ...lists(fields)];
  for (let i = 0; i < times; i++) {
    const list = messages[random.int(messages.length)]!;
    if (list.length === 0) continue;
    const at = random.int(list.length);
    switch (kind) {
      case "splice":
        list.splice(at, 0, clone([foreign[random.int(foreign.length)]!])[0]!);
        break;
      case "repeat":
        list.splice(at, 0, clone([list[at]!])[0]!);
        break;
      case "drop":
        list.splice(at, 1);
        break;
      case "swap":
        list[at]!.number = 1 + random.int(26);
        break;
      case "deepen":
        list[at] = { number: list[at]!.number, wire: 2, content: [clone([list[at]!])[0]!] };
        break;
      case "enlarge": {
        const numbers = messages.flatMap((message) => message.filter(({ wire }) => wire === 0));
        const field = numbers[random.int(numbers.length)];
        if (field !== undefined) field.content = varint(LARGE[random.int(LARGE.length)]!);
        break;
      }
    }
  }
  return print(fields);
}

/** Sizes, counts and types that nothing can have: up to the largest of 64 bits, and -1 and the least as those. */
const LARGE = [7, 15, 31, 32, 33, 40, 53, 62]
  .flatMap((bits) => [2n ** BigInt(bits) - 1n, 2n ** BigInt(bits)])
  .concat([2n ** 64n - 1n, 2n ** 63n]);

function varint(value: bigint): Buffer {
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

function print(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(({ number, wire, content }) => {
      const body = Buffer.isBuffer(content) ? content : print(content as Field[]);
      return [varint(BigInt(8 * number + wire)), ...(wire === 2 ? [varint(BigInt(body.length))] : []), body];
    }),
  );
}

function clone(fields: readonly Field[]): Field[] {
  return fields.map(({ content, ...rest }) => ({
    ...rest,
    content: Array.isArray(content) ? clone(content) : content,
  }));
}

/** The field lists of all messages in a message. */
function lists(fields: readonly Field[]): Field[][] {
  return fields.flatMap(({ content }) => (Array.isArray(content) ? [content, ...lists(content)] : []));
}

/** All fields that are blocks. */
function blocks(fields: readonly Field[]): Field[] {
  return [fields, ...lists(fields)].flat().filter(({ wire }) => wire === 2);
}
