import { rmSync } from "node:fs";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { collect, folder, makeSource } from "./support.js";

const tsv = (content: string | Buffer, config: object = {}, name = "train.tsv") => {
  const path = folder({ [name]: content });
  return { source: makeSource("TSVDataSource", { train_filename: path(name), ...config }), path };
};

describe("TSVDataSource", () => {
  it("names columns by the header and gives each row its file and line", async () => {
    const { source } = tsv("label\ttext\na\thello\nb\tbye\n");
    expect(await source.columns("train")).toEqual(["label", "text"]);
    expect(await collect(source, "train", ["text", "label"])).toEqual([
      { values: { text: "hello", label: "a" }, origin: "train.tsv:2" },
      { values: { text: "bye", label: "b" }, origin: "train.tsv:3" },
    ]);
  });

  it("gives only the columns that are asked for", async () => {
    const { source } = tsv("label\ttext\na\thello\n");
    expect(await collect(source, "train", ["label"])).toEqual([
      { values: { label: "a" }, origin: "train.tsv:2" },
    ]);
  });

  it("takes names from field_names when the file has no header", async () => {
    const { source } = tsv("a\thello\n", { field_names: ["label", "text"] });
    expect(await collect(source, "train", ["text"])).toEqual([
      { values: { text: "hello" }, origin: "train.tsv:1" },
    ]);
  });

  it("refuses a first row that repeats field_names, as it would be trained on", async () => {
    const { source } = tsv("label\ttext\na\thello\n", { field_names: ["label", "text"] });
    await expect(collect(source, "train", ["text"])).rejects.toThrow(
      /PTX_DATA .*train\.tsv:1\n.*repeats field_names/,
    );
  });

  it("renames columns by column_mapping", async () => {
    const { source } = tsv("y\tx\na\thello\n", { column_mapping: { x: "text", y: "label" } });
    expect(await source.columns("train")).toEqual(["label", "text"]);
    expect(await collect(source, "train", ["text"])).toEqual([
      { values: { text: "hello" }, origin: "train.tsv:2" },
    ]);
  });

  it("refuses to rename a column that is not there, or to give two columns one name", async () => {
    await expect(
      tsv("lable\ttext\n", { column_mapping: { label: "y" } }).source.columns("train"),
    ).rejects.toThrow(
      'renames a column that is not there: "label"; did you mean "lable"?  columns: lable, text',
    );
    await expect(tsv("a\tb\n", { column_mapping: { a: "b" } }).source.columns("train")).rejects.toThrow(
      'two columns are called "b"',
    );
  });

  it("names the nearest column when one is missing", async () => {
    const { source } = tsv("lable\ttext\na\thello\n");
    await expect(collect(source, "train", ["label"])).rejects.toThrow(
      'there is no column "label"; did you mean "lable"?  columns: lable, text',
    );
  });

  it("reads CRLF ends of line, a byte order mark and a last line without an end", async () => {
    const { source } = tsv("\ufefflabel\ttext\r\na\thé\r\nb\tbye");
    expect((await collect(source, "train", ["label", "text"])).map(({ values }) => values)).toEqual([
      { label: "a", text: "hé" },
      { label: "b", text: "bye" },
    ]);
  });

  it("keeps quotes as they are, unless told that cells are quoted", async () => {
    const content = 'label\ttext\na\t"say ""hi"""\n';
    expect((await collect(tsv(content).source, "train", ["text"]))[0]!.values).toEqual({
      text: '"say ""hi"""',
    });
    expect((await collect(tsv(content, { quoted: true }).source, "train", ["text"]))[0]!.values).toEqual({
      text: 'say "hi"',
    });
  });

  it("splits at another delimiter, of several characters too", async () => {
    const { source } = tsv("a || b\n", { delimiter: " || ", field_names: ["x", "y"] });
    expect((await collect(source, "train", ["x", "y"]))[0]!.values).toEqual({ x: "a", y: "b" });
  });

  it("reads columns called __proto__ and constructor", async () => {
    const { source } = tsv("__proto__\tconstructor\na\tb\n");
    const [row] = await collect(source, "train", ["__proto__", "constructor"]);
    expect(Object.entries(row!.values)).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });

  it("reads .gz files directly, also of several members", async () => {
    const { source } = tsv("label\ttext\na\thello\n", {}, "train.tsv.gz");
    expect(await collect(source, "train", ["label"])).toEqual([
      { values: { label: "a" }, origin: "train.tsv.gz:2" },
    ]);
  });

  it("says where rows have too few or too many columns, and what was expected", async () => {
    await expect(collect(tsv("label\ttext\na\n").source, "train", ["text"])).rejects.toThrow(
      /train\.tsv:2\n {2}1 cell where 2 columns are expected \(label, text\)/,
    );
    await expect(collect(tsv("label\ttext\na\tb\tc\n").source, "train", ["text"])).rejects.toThrow(
      "3 cells where 2 columns are expected",
    );
  });

  it("leaves bad rows out on request and counts them anew in each pass", async () => {
    const { source } = tsv(
      Buffer.concat([Buffer.from("label\ttext\na\nb\tok\n"), Buffer.from([0xff, 9, 0x41, 10])]),
      {
        on_error: "skip",
      },
    );
    for (let pass = 0; pass < 2; pass++) {
      expect(await collect(source, "train", ["text"])).toEqual([
        { values: { text: "ok" }, origin: "train.tsv:3" },
      ]);
      expect(source.skipped("train")).toMatchObject([
        { reason: "not UTF-8", count: 1, examples: [expect.stringMatching(/train\.tsv:4$/)] },
        { reason: "wrong number of columns", count: 1, examples: [expect.stringMatching(/train\.tsv:2$/)] },
      ]);
    }
  });

  it("allows empty lines at the end of a file but not before a row", async () => {
    expect(await collect(tsv("label\ttext\na\tb\n\n\n").source, "train", ["text"])).toHaveLength(1);
    await expect(collect(tsv("label\ttext\na\tb\n\n\nc\td\n").source, "train", ["text"])).rejects.toThrow(
      /train\.tsv:3\n {2}an empty line where 2 columns/,
    );
  });

  it("takes an empty line of a file with one column as an empty cell", async () => {
    const { source } = tsv("a\n\nb\n", { field_names: ["text"] });
    expect((await collect(source, "train", ["text"])).map(({ values }) => values.text)).toEqual([
      "a",
      "",
      "b",
    ]);
  });

  it("passes over cells beyond the last column where extra_cells is ignore, and counts them", async () => {
    const lines = "a\tb\tc\td\nx\ty\n";
    const options = { field_names: ["first", "second"] };
    await expect(collect(tsv(lines, options).source, "train", ["second"])).rejects.toThrow("4 cells where 2");
    const { source } = tsv(lines, { ...options, extra_cells: "ignore" });
    const rows = await collect(source, "train", ["second"]);
    expect(rows.map(({ values }) => values.second)).toEqual(["b", "y"]);
    expect(source.skipped("train")).toEqual([
      {
        reason: "beyond the last column",
        count: 2,
        unit: "cell",
        examples: [expect.stringMatching(/train\.tsv:1$/)],
      },
    ]);
    const { source: short } = tsv("a\n", { ...options, extra_cells: "ignore" });
    await expect(collect(short, "train", ["second"])).rejects.toThrow("1 cell where 2");
  });

  it("needs a header when field_names is not given", async () => {
    await expect(tsv("").source.columns("train")).rejects.toThrow("the file is empty");
  });

  it("says which file is missing, which split has none, and when gzip data are damaged or unnamed", async () => {
    expect(() => makeSource("TSVDataSource", { train_filename: "/no/such.tsv" })).toThrow("PTX_FILE_MISSING");
    const { source, path } = tsv("a\tb\n");
    await expect(source.columns("eval")).rejects.toThrow("the data source names no eval file");
    expect([source.has("train"), source.has("eval"), source.files("train"), source.files("eval")]).toEqual([
      true,
      false,
      [path("train.tsv")],
      [],
    ]);
    const packed = tsv("a\tb\n".repeat(1000), {}, "x.gz");
    const { readFileSync, writeFileSync } = await import("node:fs");
    const bytes = readFileSync(packed.path("x.gz"));
    writeFileSync(packed.path("x.gz"), bytes.subarray(0, bytes.length - 12));
    await expect(collect(packed.source, "train", ["a"])).rejects.toThrow(
      /PTX_DATA .*x\.gz\n {2}damaged gzip file/,
    );
    await expect(collect(tsv(bytes, { field_names: ["a"] }).source, "train", ["a"])).rejects.toThrow(
      /train\.tsv:1\n {2}the first line is not UTF-8: is the file packed/,
    );
  });

  it("gives back every table that can be written without quoting (property)", async () => {
    const cell = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\t\n\r]/g, " "));
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const content = rows.map((cells) => `${cells.join("\t")}\n`).join("");
        const { source } = tsv(`a1\tb1\n${content}`);
        const read = await collect(source, "train", ["a1", "b1"]);
        expect(read.map(({ values }) => [values.a1, values.b1])).toEqual(rows);
        expect(read.map(({ origin }) => origin)).toEqual(rows.map((_, i) => `train.tsv:${i + 2}`));
      }),
      { numRuns: 50 },
    );
  });

  it("keeps rows whole where the file is read in pieces", async () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => `${i}\t${"é".repeat(i % 23)}`);
    const { source } = tsv(`id\ttext\n${rows.join("\n")}\n`);
    const read = await collect(source, "train", ["id", "text"]);
    expect(read.map(({ values }) => `${values.id}\t${values.text}`)).toEqual(rows);
    expect(read.at(-1)!.origin).toBe("train.tsv:60001");
  });
});

describe("CSVDataSource", () => {
  const csv = (content: string | Buffer, config: object = {}) =>
    makeSource("CSVDataSource", { train_filename: folder({ "t.csv": content })("t.csv"), ...config });

  it("keeps delimiters, quotes and line ends inside quoted cells, and counts lines through them", async () => {
    const source = csv('label,text\na,"one, ""two""\nthree"\r\nb,plain\n');
    expect(await collect(source, "train", ["label", "text"])).toEqual([
      { values: { label: "a", text: 'one, "two"\nthree' }, origin: "t.csv:2" },
      { values: { label: "b", text: "plain" }, origin: "t.csv:4" },
    ]);
  });

  it("says where a quote is never closed, or is followed by text, even when bad rows are left out", async () => {
    const skip = { on_error: "skip" };
    await expect(collect(csv('a,b\n1,2\n3,"x\ny,z\n', skip), "train", ["a"])).rejects.toThrow(
      /t\.csv:3\n {2}a quoted cell of the row that starts here is never closed/,
    );
    await expect(collect(csv('a,b\n1,"x" y\n2,3\n', skip), "train", ["a"])).rejects.toThrow(
      /t\.csv:2\n {2}a closing quote in the row that starts here is followed by text/,
    );
  });

  it("gives up on a quote that is not closed within 8 million characters, instead of reading the whole file", async () => {
    const source = csv(`a,b\n1,2\n3,"${"x\n".repeat(4_500_000)}`);
    await expect(collect(source, "train", ["a"])).rejects.toThrow(
      /t\.csv:3\n {2}a quoted cell .* is never closed/,
    );
  });

  it("needs a header when field_names is not given", async () => {
    await expect(csv("").columns("train")).rejects.toThrow("the file is empty");
  });

  it("takes names from field_names, and counts a bad line in the middle of a file on request", async () => {
    const content = Buffer.concat([
      Buffer.from("a,1\n"),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('b,"2\n3"\nc,4\n'),
    ]);
    const source = csv(content, { field_names: ["x", "y"], on_error: "skip" });
    expect(await collect(source, "train", ["x", "y"])).toEqual([
      { values: { x: "a", y: "1" }, origin: "t.csv:1" },
      { values: { x: "b", y: "2\n3" }, origin: "t.csv:3" },
      { values: { x: "c", y: "4" }, origin: "t.csv:5" },
    ]);
    expect(source.skipped("train")).toMatchObject([{ reason: "not UTF-8", count: 1 }]);
  });

  it("gives back every table that Papa Parse writes (property)", async () => {
    const cell = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\r", ""));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1 }), async (rows) => {
        const source = csv(`${Papa.unparse([["a", "b"], ...rows], { quotes: true, newline: "\n" })}\n`);
        const read = await collect(source, "train", ["a", "b"]);
        expect(read.map(({ values }) => [values.a, values.b])).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  it("keeps rows and line numbers where the file is read in pieces", async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => [String(i), `two\nlines, ${"x".repeat(i % 17)}`]);
    const source = csv(Papa.unparse([["a", "b"], ...rows], { newline: "\n" }));
    const read = await collect(source, "train", ["a", "b"]);
    expect(read.map(({ values }) => [values.a, values.b])).toEqual(rows);
    expect(read.at(-1)!.origin).toBe(`t.csv:${2 + 2 * 29_999}`);
  });
});

describe("JSONLDataSource", () => {
  const jsonl = (content: string, config: object = {}) =>
    makeSource("JSONLDataSource", { train_filename: folder({ "t.jsonl": content })("t.jsonl"), ...config });

  it("gives values of any JSON type, keys renamed", async () => {
    const source = jsonl('{"t":"a","l":["x","y"],"n":[1,2.5]}\n{"t":"","l":[],"n":null}\n', {
      column_mapping: { t: "text" },
    });
    expect(await source.columns("train")).toBeNull();
    expect(await collect(source, "train", ["text", "l", "n"])).toEqual([
      { values: { text: "a", l: ["x", "y"], n: [1, 2.5] }, origin: "t.jsonl:1" },
      { values: { text: "", l: [], n: null }, origin: "t.jsonl:2" },
    ]);
  });

  it.each([
    ['{"text":"a"}\n{"text":\n', /t\.jsonl:2\n {2}the line is not JSON/],
    ['{"text":"a"}\n[1]\n', /t\.jsonl:2\n {2}the line is a list, not a JSON object/],
    ['{"text":"a"}\nnull\n', /t\.jsonl:2\n {2}the line is null/],
    ['{"txt":"a"}\n', /t\.jsonl:1\n {2}the object has no key "text"; did you mean "txt"\? {2}keys: txt/],
    ['{"text":"a"}\n\n{"text":"b"}\n', /t\.jsonl:2\n {2}an empty line/],
  ])("says what is wrong with %j", async (content, message) => {
    await expect(collect(jsonl(content), "train", ["text"])).rejects.toThrow(message);
  });

  it("leaves bad lines out on request, with a count for each reason", async () => {
    const source = jsonl('{"text":"a"}\n{\n3\n{"other":1}\n\n{"text":"b"}\n\n', { on_error: "skip" });
    expect((await collect(source, "train", ["text"])).map(({ values }) => values.text)).toEqual(["a", "b"]);
    expect(source.skipped("train").map(({ reason, count }) => [reason, count])).toEqual([
      ["not JSON", 1],
      ["not a JSON object", 1],
      ['no key "text"', 1],
      ["empty line", 1],
    ]);
  });

  it("does not find inherited names in an object", async () => {
    await expect(collect(jsonl("{}\n"), "train", ["constructor"])).rejects.toThrow('no key "constructor"');
  });
});

describe("ParquetDataSource", () => {
  const parquet = (rowGroupSize: number) => {
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: "text", data: ["a", "é", "", "d", "e"], type: "STRING" },
        { name: "score", data: [0.5, 1, 2, 3, 4], type: "DOUBLE" },
        { name: "label", data: [3n, 2n, 1n, 0n, 9n], type: "INT64" },
      ],
      rowGroupSize,
      codec: "SNAPPY",
    });
    return makeSource("ParquetDataSource", {
      train_filename: folder({ "t.parquet": Buffer.from(buffer) })("t.parquet"),
      column_mapping: { score: "value" },
    });
  };

  it.each([1, 2, 100])("gives the rows of row groups of %s rows with their numbers", async (rowGroupSize) => {
    const source = parquet(rowGroupSize);
    expect(await source.columns("train")).toEqual(["text", "value", "label"]);
    expect(await collect(source, "train", ["text", "value", "label"])).toEqual([
      { values: { text: "a", value: 0.5, label: 3n }, origin: "t.parquet:row 1" },
      { values: { text: "é", value: 1, label: 2n }, origin: "t.parquet:row 2" },
      { values: { text: "", value: 2, label: 1n }, origin: "t.parquet:row 3" },
      { values: { text: "d", value: 3, label: 0n }, origin: "t.parquet:row 4" },
      { values: { text: "e", value: 4, label: 9n }, origin: "t.parquet:row 5" },
    ]);
  });

  it("says where a row group cannot be read", async () => {
    const columnData = [{ name: "text", data: ["one", "two", "three"], type: "STRING" as const }];
    const bytes = Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 2, codec: "SNAPPY" }));
    bytes.fill(0xff, 8, 60);
    const source = makeSource("ParquetDataSource", {
      train_filename: folder({ "t.parquet": bytes })("t.parquet"),
    });
    await expect(collect(source, "train", ["text"])).rejects.toThrow(
      /PTX_DATA .*t\.parquet:row 1\n {2}the row group that starts here/,
    );
  });

  it("names missing columns, missing files and files of another format", async () => {
    await expect(collect(parquet(10), "train", ["score"])).rejects.toThrow('there is no column "score"');
    const gone = folder({ "t.parquet": "" });
    const source = makeSource("ParquetDataSource", { train_filename: gone("t.parquet") });
    rmSync(gone("t.parquet"));
    await expect(source.columns("train")).rejects.toThrow(/PTX_FILE_MISSING .*t\.parquet\n {2}no such file/);
    const path = folder({ "t.parquet": "label\ttext\n".repeat(10) });
    await expect(
      makeSource("ParquetDataSource", { train_filename: path("t.parquet") }).columns("train"),
    ).rejects.toThrow(/PTX_DATA .*t\.parquet\n {2}not a Parquet file/);
  });
});

describe("ParallelFilesDataSource", () => {
  const parallel = (seqIn: string, label: string) => {
    const path = folder({ "seq.in": seqIn, label });
    return makeSource("ParallelFilesDataSource", { train: { text: path("seq.in"), label: path("label") } });
  };

  it("joins line n of every file into row n", async () => {
    const source = parallel("play it\nbook a table \n", "Play\nBook\n");
    expect([source.has("train"), source.has("test"), source.skipped("train")]).toEqual([true, false, []]);
    expect(await source.columns("train")).toEqual(["text", "label"]);
    expect(await collect(source, "train", ["text", "label"])).toEqual([
      { values: { text: "play it", label: "Play" }, origin: "seq.in:1" },
      { values: { text: "book a table ", label: "Book" }, origin: "seq.in:2" },
    ]);
  });

  it("refuses files with unlike numbers of lines, even when one of them is not read", async () => {
    await expect(collect(parallel("a\nb\nc\n", "X\nY\n"), "train", ["text"])).rejects.toThrow(
      /seq\.in:3\n {2}the files of train must have as many lines each, but .*label has only 2/,
    );
    await expect(collect(parallel("a\n", "X\nY\n"), "train", ["text"])).rejects.toThrow(/label:2\n/);
  });

  it("names a missing column", async () => {
    await expect(collect(parallel("a\n", "X\n"), "train", ["slots"])).rejects.toThrow(
      'there is no column "slots"',
    );
  });

  it("leaves out rows with a line that is not UTF-8 when told to, wherever it stands", async () => {
    const bytes = (text: string) => Buffer.from(text, "latin1");
    const path = folder({
      "seq.in": bytes("\xff\nb\nc\nd\ne\nf\xff\n"),
      label: bytes("A\nB\nC\xff\xff\nD\nE\xff\nF\n"),
    });
    const train = { text: path("seq.in"), label: path("label") };
    await expect(
      collect(makeSource("ParallelFilesDataSource", { train }), "train", ["text"]),
    ).rejects.toThrow(/seq\.in:1\n.*not UTF-8/);
    const source = makeSource("ParallelFilesDataSource", { train, on_error: "skip" });
    for (let pass = 0; pass < 2; pass++) {
      expect(await collect(source, "train", ["text", "label"])).toEqual([
        { values: { text: "b", label: "B" }, origin: "seq.in:2" },
        { values: { text: "d", label: "D" }, origin: "seq.in:4" },
      ]);
      const [skipped, ...others] = source.skipped("train");
      expect([skipped!.reason, skipped!.count, others]).toEqual(["not UTF-8", 4, []]);
      expect(skipped!.examples.map((place) => place.replace(/^.*\//, ""))).toEqual([
        "seq.in:1",
        "label:3",
        "label:5",
        "seq.in:6",
      ]);
    }
  });

  it("keeps lines together where files are read in pieces of unlike size", async () => {
    const size = 40_000;
    const texts = Array.from({ length: size }, (_, i) => `${"word ".repeat(i % 19)}${i}`);
    const source = parallel(`${texts.join("\n")}\n`, `${texts.map((_, i) => i).join("\n")}\n`);
    const rows = await collect(source, "train", ["text", "label"]);
    expect(rows).toHaveLength(size);
    expect(rows.every(({ values }, i) => values.text === texts[i] && values.label === String(i))).toBe(true);
  });
});
