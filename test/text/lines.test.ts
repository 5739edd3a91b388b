import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstLine, forEachLine, lineBlocks } from "../../src/text/lines.js";
import { folder } from "../components/data/support.js";

const file = (content: string | Buffer, name = "text.txt") => folder({ [name]: content })(name);

async function lines(path: string, onBadLine?: (line: number) => void): Promise<[number, string][]> {
  const found: [number, string][] = [];
  for await (const block of lineBlocks(path, onBadLine === undefined ? {} : { onBadLine })) {
    forEachLine(block, (text, line) => found.push([line, text]));
  }
  return found;
}

describe("the lines of a file", () => {
  it("are numbered from 1, whatever their ends", async () => {
    expect(await lines(file("a\r\n\nb\nc"))).toEqual([
      [1, "a"],
      [2, ""],
      [3, "b"],
      [4, "c"],
    ]);
    expect(await lines(file(""))).toEqual([]);
    expect(await lines(file("\n"))).toEqual([[1, ""]]);
  });

  it("are the same from a packed file", async () => {
    expect(await lines(file("é\nb\n", "t.gz"))).toEqual([
      [1, "é"],
      [2, "b"],
    ]);
  });

  it("lose a byte order mark at the start of the file and nowhere else", async () => {
    expect(await lines(file("\ufeffa\n\ufeffb\n"))).toEqual([
      [1, "a"],
      [2, "\ufeffb"],
    ]);
  });

  it("are right where the file is read in pieces, also in the middle of a character or of an end of line", async () => {
    const texts = Array.from({ length: 900 }, (_, i) => "é👍x".repeat(i % 400));
    const read = await lines(file(texts.join("\r\n")));
    expect(read.map(([, text]) => text)).toEqual(texts);
    expect(await lines(file("y".repeat(600_000)))).toEqual([[1, "y".repeat(600_000)]]);
  });

  it("that are not UTF-8 are left out on request, the others keep their numbers (property)", async () => {
    const good = fc
      .string({ unit: "grapheme" })
      .map((text) => Buffer.from(text.replaceAll(/[\r\n\ufeff]/g, " ")));
    const bad = fc
      .constantFrom([0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0x61, 0x80])
      .map((bytes) => Buffer.from(bytes));
    const content = fc.array(
      fc.oneof(
        { weight: 3, arbitrary: good.map((bytes) => ({ bytes, ok: true })) },
        bad.map((bytes) => ({ bytes, ok: false })),
      ),
    );
    await fc.assert(
      fc.asyncProperty(content, async (list) => {
        const path = file(Buffer.concat(list.flatMap(({ bytes }) => [bytes, Buffer.from("\n")])));
        const rejected: number[] = [];
        const read = await lines(path, (line) => rejected.push(line));
        const numbered = list.map((entry, i) => ({ ...entry, line: i + 1 }));
        expect(read).toEqual(
          numbered.filter(({ ok }) => ok).map(({ line, bytes }) => [line, bytes.toString()]),
        );
        expect(rejected).toEqual(numbered.filter(({ ok }) => !ok).map(({ line }) => line));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [
      "a byte that starts nothing",
      Buffer.from([0x61, 0x0a, 0x62, 0xff, 0x0a]),
      /text\.txt:2\n {2}byte 0xff \(byte 2 of the line\) is not UTF-8/,
    ],
    [
      "a character cut short",
      Buffer.from([0xc3, 0xa9, 0xe2, 0x82]),
      /text\.txt:1\n {2}byte 0xe2 \(byte 3 of the line\)/,
    ],
    ["UTF-16", Buffer.from("\ufeffhello\n", "utf16le"), /this is UTF-16; convert it to UTF-8/],
  ])("are refused with file and line at %s", async (_, bytes, message) => {
    await expect(lines(file(bytes))).rejects.toThrow(message);
  });

  it("say that a file is missing, or a folder", async () => {
    const path = folder({});
    await expect(lines(path("no.txt"))).rejects.toThrow(/PTX_FILE_MISSING .*no\.txt\n {2}no such file/);
    await expect(lines(path("no.txt.gz"))).rejects.toThrow("PTX_FILE_MISSING");
    await expect(lines(path(""))).rejects.toThrow(/PTX_FILE_MISSING .*\n {2}cannot be read/);
  });
});

describe("the first line", () => {
  it("is given without its end, or undefined for an empty file", async () => {
    expect(await firstLine(file("\ufeffa\tb\r\nc"))).toBe("a\tb");
    expect(await firstLine(file("only"))).toBe("only");
    expect(await firstLine(file(""))).toBeUndefined();
  });

  it("is read whatever stands behind it, but must be UTF-8 itself", async () => {
    expect(await firstLine(file(Buffer.from([0x61, 0x0a, 0xff, 0x0a])))).toBe("a");
    await expect(firstLine(file(Buffer.from([0xff, 0x0a, 0x61])))).rejects.toThrow(
      /text\.txt:1\n {2}the first line is not UTF-8/,
    );
  });
});
