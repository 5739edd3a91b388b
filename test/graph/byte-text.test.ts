import fc from "fast-check";
import { expect, it } from "vitest";
import { bytesOfText, textOfBytes } from "../../src/graph/byte-text.js";

it("gives any bytes back (property)", () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0xc3, 0xe2, 0xed, 0xf0, 0x80, 0xbf, 0xef, 0xbd),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 12 }), (list) => {
      expect([...bytesOfText(textOfBytes(Uint8Array.from(list)))]).toEqual(list);
    }),
  );
});

it("leaves UTF-8 as it is (property)", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(textOfBytes(Buffer.from(text))).toBe(text);
    }),
  );
});

// As Python's bytes.decode("utf-8", "surrogateescape") does.
it.each([
  [[0x61, 0xe2, 0x82], "a\udce2\udc82"],
  [[0xed, 0xa0, 0x80], "\udced\udca0\udc80"],
  [[0xc0, 0x80], "\udcc0\udc80"],
  [[0xf4, 0x90, 0x80, 0x80], "\udcf4\udc90\udc80\udc80"],
  [[0xef, 0xbf, 0xbd, 0xff], "\ufffd\udcff"],
])("writes bytes of no character as halves of pairs: %j", (bytes, text) => {
  expect(textOfBytes(Uint8Array.from(bytes))).toBe(text);
});
