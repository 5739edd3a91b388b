/** @file Fields of protocol buffers that are read without their schema. */
import type { Reader } from "protobufjs/minimal.js";

/** Reads a field's value by its number, or says by `false` that it does not. */
export type FieldReader = (number: number) => boolean;

/** Calls `field` for each field up to `end`; what it does not read is skipped. */
export function eachField(reader: Reader, end: number, field: FieldReader): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!field(tag >>> 3)) reader.skipType(tag & 7);
  }
}

/** Reads a message that is a field's value. */
export function readMessage(reader: Reader, field: FieldReader): true {
  const size = reader.uint32();
  eachField(reader, reader.pos + size, field);
  return true;
}
