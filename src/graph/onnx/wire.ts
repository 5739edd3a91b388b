/** @file The protobuf form of a model, walked before anything is built from it: is it whole, and what would it take? */

/** Numbers that may stand packed, one after another. */
type Packed = "int64" | "varint" | "fixed32" | "fixed64";

/** The messages of onnx.proto; `Plain` are those of numbers and texts alone. */
type MessageName =
  | "Model"
  | "Training"
  | "Graph"
  | "Function"
  | "Node"
  | "Attribute"
  | "Tensor"
  | "Sparse"
  | "Value"
  | "Type"
  | "TensorType"
  | "Element"
  | "Map"
  | "Shape"
  | "Annotation"
  | "Device"
  | "Sharding"
  | "Pairs"
  | "Axis"
  | "Plain";

/** The fields of a message that hold messages or packed numbers: they may take far more memory than file. */
type Fields = Readonly<Record<number, MessageName | Packed>>;

/** By message and field number. What a table leaves out are single numbers, texts and bytes. */
const messages: Readonly<Record<MessageName, Fields>> = {
  Model: {
    1: "int64",
    5: "int64",
    7: "Graph",
    8: "Plain",
    14: "Plain",
    20: "Training",
    25: "Function",
    26: "Plain",
  },
  Training: { 1: "Graph", 2: "Graph", 3: "Plain", 4: "Plain" },
  Graph: {
    1: "Node",
    5: "Tensor",
    11: "Value",
    12: "Value",
    13: "Value",
    14: "Annotation",
    15: "Sparse",
    16: "Plain",
  },
  Function: { 7: "Node", 9: "Plain", 11: "Attribute", 12: "Value", 14: "Plain" },
  Node: { 5: "Attribute", 9: "Plain", 10: "Device" },
  Attribute: {
    3: "int64",
    5: "Tensor",
    6: "Graph",
    7: "fixed32",
    8: "int64",
    10: "Tensor",
    11: "Graph",
    14: "Type",
    15: "Type",
    22: "Sparse",
    23: "Sparse",
  },
  Tensor: {
    1: "int64",
    3: "Plain",
    4: "fixed32",
    5: "varint",
    7: "int64",
    10: "fixed64",
    11: "int64",
    13: "Plain",
    16: "Plain",
  },
  Sparse: { 1: "Tensor", 2: "Tensor", 3: "int64" },
  Value: { 2: "Type", 4: "Plain" },
  Type: { 1: "TensorType", 4: "Element", 5: "Map", 7: "Plain", 8: "TensorType", 9: "Element" },
  TensorType: { 2: "Shape" },
  Element: { 1: "Type" },
  Map: { 2: "Type" },
  Shape: { 1: "Plain" },
  Annotation: { 2: "Plain" },
  Device: { 2: "Sharding" },
  Sharding: { 2: "int64", 3: "Pairs", 4: "Axis" },
  Pairs: { 1: "int64", 2: "int64" },
  Axis: { 1: "int64", 2: "Plain" },
  Plain: {},
};

/** How deep messages may lie in one another: as deep as protobuf's own readers go. */
const DEEPEST = 100;

/** What a decoded model may take besides the bytes of its tensors. */
const MOST_MEMORY = 2 ** 30;

/** What decoded things take, roughly, in bytes. */
const COST = { message: 400, text: 64, int64: 48, number: 16 };

/** A field of the outermost message: its number, and where it lies with its tag and length. */
export interface TopField {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Walks a model without building anything.
 * Throws an `Error` that says what is wrong: cut off, no protobuf, too deep, or too many small parts to be held.
 * @returns the model's own fields in the order of the file
 */
export function walkModel(bytes: Uint8Array): TopField[] {
  return new Walk(bytes).model();
}

class Walk {
  #at = 0;
  #memory = 0;

  constructor(readonly bytes: Uint8Array) {}

  model(): TopField[] {
    const fields: TopField[] = [];
    while (this.#at < this.bytes.length) {
      const start = this.#at;
      const number = this.#field(messages.Model, this.bytes.length, 0);
      fields.push({ number, start, end: this.#at });
    }
    return fields;
  }

  #message(name: MessageName, end: number, depth: number): void {
    if (depth > DEEPEST) throw new Error(`its parts lie more than ${DEEPEST} deep in one another`);
    this.#take(COST.message);
    while (this.#at < end) this.#field(messages[name], end, depth);
  }

  #field(fields: Fields, end: number, depth: number): number {
    const tag = this.#varint(end);
    const [number, wireType] = [Math.floor(tag / 8), tag % 8];
    if (number === 0 || tag > 0xffffffff) throw this.#broken("has an impossible field number");
    const kind = fields[number];
    switch (wireType) {
      case 0:
        this.#varint(end);
        this.#take(kind === "int64" ? COST.int64 : COST.number);
        break;
      case 1:
        this.#skip(8, end);
        this.#take(COST.number);
        break;
      case 2:
        this.#block(kind, end, depth);
        break;
      case 5:
        this.#skip(4, end);
        this.#take(COST.number);
        break;
      default:
        throw this.#broken(`has a field of the wire type ${wireType}`);
    }
    return number;
  }

  #block(kind: Fields[number] | undefined, end: number, depth: number): void {
    const length = this.#varint(end);
    const start = this.#at;
    this.#skip(length, end);
    if (kind === undefined) {
      this.#take(COST.text);
    } else if (kind === "fixed32" || kind === "fixed64") {
      this.#take((length / (kind === "fixed32" ? 4 : 8)) * COST.number);
    } else if (kind === "int64" || kind === "varint") {
      const cost = kind === "int64" ? COST.int64 : COST.number;
      for (let at = start; at < this.#at; at++) if (this.bytes[at]! < 0x80) this.#take(cost);
    } else {
      const inner = this.#at;
      this.#at = start;
      this.#message(kind, inner, depth + 1);
    }
  }

  #varint(end: number): number {
    let value = 0;
    for (let place = 0; place < 10; place++) {
      if (this.#at >= end) throw this.#broken("ends within a number");
      const byte = this.bytes[this.#at++]!;
      value += (byte & 0x7f) * 2 ** (7 * place);
      if (byte < 0x80) return value;
    }
    throw this.#broken("has a number that does not end");
  }

  #skip(length: number, end: number): void {
    if (length > end - this.#at)
      throw this.#broken(`has a part of ${length} bytes where ${end - this.#at} are left`);
    this.#at += length;
  }

  #take(memory: number): void {
    this.#memory += memory;
    if (this.#memory > MOST_MEMORY)
      throw new Error("it is made of more small parts than can be held in memory");
  }

  #broken(what: string): Error {
    return new Error(`at byte ${this.#at} it ${what}`);
  }
}
