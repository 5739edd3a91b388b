import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SkipRow } from "../../../../src/components/data/contracts.js";
import { bench, folder, learn, makeTensorizer, part, rowOf } from "../support.js";

type Values = Record<string, unknown>;

/** The tags of a row. */
const tags = (tensorizer: ReturnType<typeof makeTensorizer>, values: Values, origin?: string) =>
  Array.from(tensorizer.numberize(rowOf(values, origin))[0]!.data, (id) => tensorizer.labels![id]!).join(" ");

const slots = (config: object = {}) =>
  makeTensorizer("SlotLabelTensorizer", { format: "slots", offset_unit: "code_points", ...config });
const tagged = (config: object = {}) => makeTensorizer("SlotLabelTensorizer", { format: "tags", ...config });

const conll = (text: string, tagLine: string) => ({ text: text.split(" "), slots: tagLine.split(" ") });

describe("SlotLabelTensorizer", () => {
  // PyText's utils_test.py, test_align_slot_labels: tokens at 0:4, 5:8, 9:14, 15:19, 20:25.
  it("tags the tokens of PyText's slots, in any order, O where PyText says NoLabel", async () => {
    const row = { text: "play the kinks best songs", slots: "20:25:music/type,5:14:music/artistName" };
    const tensorizer = await learn(slots(), [row]);
    expect(tags(tensorizer, row)).toBe("O B-music/artistName I-music/artistName O B-music/type");
    expect(tags(tensorizer, { text: "play the", slots: "" })).toBe("O O");
    expect(tensorizer.fields).toEqual([{ name: "input", dtype: "int32", dims: ["tokens"], pad: 0 }]);
    expect([tensorizer.role, tensorizer.columns]).toEqual(["target", ["text", "slots"]]);
  });

  it("lists O, then each label's tags by how many entities have it, whether seen or not", async () => {
    const rows = [conll("a b c", "B-x O B-y"), conll("d", "B-y")];
    const bio = await learn(tagged(), rows);
    expect(bio.labels).toEqual(["O", "B-y", "I-y", "B-x", "I-x"]);
    expect(bio.labelCounts!()).toEqual([1, 2, 0, 1, 0]);
    expect(bio.facts()).toEqual({ labels: 2, tags: 5 });
    const bioes = await learn(tagged({ model_scheme: "bioes" }), rows);
    expect(bioes.labels).toEqual(["O", "B-y", "I-y", "E-y", "S-y", "B-x", "I-x", "E-x", "S-x"]);
    const given = await learn(tagged({ labels: ["x", "y"] }), rows);
    expect(given.labels).toEqual(["O", "B-x", "I-x", "B-y", "I-y"]);
    const path = folder({ "labels.txt": "z\ny\nx\n" });
    const filed = await learn(tagged({ label_file: path("labels.txt") }), rows);
    expect(filed.labels!.slice(0, 3)).toEqual(["O", "B-z", "I-z"]);
  });

  it.each([
    ["iob1", "I-x B-x I-x O I-y I-x"],
    ["bio", "B-x B-x I-x O B-y B-x"],
    ["bioes", "S-x B-x E-x O S-y S-x"],
    ["bioes", "U-x B-x L-x O U-y U-x"],
  ])("reads a file in %s and trains in the scheme of the model: %s", async (scheme, line) => {
    const row = conll("a b c d e f", line);
    const tensorizer = await learn(tagged({ label_scheme: scheme }), [row]);
    expect(tags(tensorizer, row)).toBe("B-x B-x I-x O B-y B-x");
    const bioes = await learn(tagged({ label_scheme: scheme, model_scheme: "bioes" }), [row]);
    expect(tags(bioes, row)).toBe("S-x B-x E-x O S-y S-x");
    const plain = await learn(tagged({ label_scheme: scheme, model_scheme: "none" }), [row]);
    expect(plain.labels).toEqual(["O", "x", "y"]);
    expect(tags(plain, row)).toBe("x x x O y x");
    expect(plain.counts()).toMatchObject({ entities: 4, merged_entities: 1, broken_rows: 0 });
  });

  it("takes tags that stand for themselves, the most frequent first", async () => {
    const config = { label_scheme: "none", model_scheme: "none", column: "upos" };
    const rows = [
      { text: "the dog saw the cat", upos: "DET NOUN VERB DET NOUN" },
      { text: "!", upos: "NOUN" },
    ];
    const tensorizer = await learn(tagged(config), rows);
    expect(tensorizer.labels).toEqual(["NOUN", "DET", "VERB"]);
    expect(tensorizer.labelCounts!()).toEqual([3, 2, 1]);
    expect(tags(tensorizer, rows[0]!)).toBe("DET NOUN VERB DET NOUN");
    expect(tensorizer.counts()).toEqual({ rows: 1, tokens: 5 });
  });

  it("mends broken sequences as conlleval does, and counts rows and kinds", async () => {
    const rows = [conll("a b c d", "I-x I-x B-x I-y"), conll("a", "B-x")];
    const tensorizer = await learn(tagged(), rows);
    expect(tags(tensorizer, rows[0]!)).toBe("B-x I-x B-x B-y");
    tags(tensorizer, rows[1]!);
    expect(tensorizer.counts()).toEqual({
      rows: 2,
      tokens: 5,
      broken_rows: 1,
      inside_without_begin: 2,
      entities: 4,
      truncated_entities: 0,
      merged_entities: 0,
    });
  });

  it("cuts tags and entities where max_seq_len cuts the tokens", async () => {
    const row = conll("a b c d e", "B-x I-x I-x O B-x");
    const tensorizer = await learn(tagged({ max_seq_len: 2, model_scheme: "bioes" }), [row]);
    expect(tags(tensorizer, row)).toBe("B-x E-x");
    expect(tensorizer.counts()).toMatchObject({ tokens: 2, entities: 1, truncated_entities: 2 });
    expect(tensorizer.labelCounts!()).toEqual([0, 1, 0, 1, 0]);
  });

  it("names both numbers when there are not as many tags as tokens", async () => {
    const tensorizer = await learn(tagged(), [conll("a b", "B-x O")]);
    expect(() => tags(tensorizer, { text: "a b c", slots: "B-x O" }, "train.conll:9")).toThrow(
      'PTX_DATA  train.conll:9\n  there are 2 tags in "slots" for the 3 tokens of "text"',
    );
    expect(() => tags(tensorizer, { text: "a", slots: "" })).toThrow(
      'there are 0 tags in "slots" for the 1 token of',
    );
    expect(tags(tensorizer, { text: " a  b ", slots: " B-x  O " })).toBe("B-x O");
    expect(tags(tensorizer, { text: "", slots: "" })).toBe("");
  });

  it("refuses tags of another scheme", async () => {
    await expect(learn(tagged(), [conll("a", "S-x")])).rejects.toThrow(
      /rows\.tsv:1\n {2}"S-x" is no tag of the scheme bio .*\n.*set label_scheme in inputs\.input/,
    );
    await expect(learn(tagged(), [{ text: "a", slots: "NOUN" }])).rejects.toThrow('"NOUN" is no tag');
  });

  describe("places of slots", () => {
    const text = "Grüße an 👩‍🚀 José";
    const want = text.indexOf("José");
    const unitRow = (start: number, end: number) => ({ text, slots: `${start}:${end}:who` });

    it.each([
      ["utf16", want, want + 4],
      ["code_points", [...text.slice(0, want)].length, [...text].length],
      ["utf8_bytes", Buffer.byteLength(text.slice(0, want)), Buffer.byteLength(text)],
    ] as const)("are read as %s when the config says so", async (offset_unit, start, end) => {
      const tensorizer = await learn(slots({ offset_unit }), [unitRow(start, end)]);
      expect(tags(tensorizer, unitRow(start, end))).toBe("O O O B-who");
    });

    it("must lie in the text, hold something, and start between characters", async () => {
      const tensorizer = await learn(slots({ offset_unit: "utf8_bytes" }), [unitRow(0, 7)]);
      const of = (cell: string) => () => tags(tensorizer, { text, slots: cell }, "a.tsv:3");
      expect(of("0:99:who")).toThrow(
        "PTX_DATA  a.tsv:3\n  the slot 0:99:who leaves the text, which has a length of 28 UTF-8 bytes",
      );
      expect(of("3:7:who")).toThrow("has an end inside a character: is offset_unit right (utf8_bytes)?");
      expect(of("4:4:who")).toThrow("the slot 4:4:who is empty");
      expect(of("5:4:who")).toThrow("is empty");
      expect(of("0:7:who,5:10:who")).toThrow("the slots 0:7:who and 5:10:who overlap");
      for (const bad of ["0:7", "a:7:who", "0:7:", "-1:7:who", "0:7:who;8:10:who,"])
        expect(of(bad)).toThrow("start:end:label,start:end:label");
    });

    it("keep colons in a label", async () => {
      const row = { text: "buy milk", slots: "4:8:SL:TODO" };
      expect(tags(await learn(slots(), [row]), row)).toBe("O B-SL:TODO");
    });

    it("come from JSON lists too, as a value or as text", async () => {
      const spans = [{ start: 4, end: 8, label: "todo", note: "kept out" }];
      const config = { format: "spans", offset_unit: "utf16", column: "spans" };
      const tensorizer = await learn(makeTensorizer("SlotLabelTensorizer", config), [
        { text: "buy milk", spans },
      ]);
      expect(tags(tensorizer, { text: "buy milk", spans })).toBe("O B-todo");
      expect(tags(tensorizer, { text: "buy milk", spans: JSON.stringify(spans) })).toBe("O B-todo");
      expect(tags(tensorizer, { text: "buy milk", spans: [] })).toBe("O O");
      for (const bad of [[[0, 3, "x"]], [{ start: 0, end: 3 }], [{ start: -1, end: 3, label: "x" }], [null]])
        expect(() => tags(tensorizer, { text: "buy milk", spans: bad })).toThrow('objects like {"start": 0');
    });

    it("count in the tokens joined by spaces when the text is a list", async () => {
      const row = { text: ["New York", "is", "big"], slots: "0:8:city" };
      expect(tags(await learn(slots(), [row]), row)).toBe("B-city O O");
    });
  });

  describe("slots that do not align with tokens", () => {
    const row = { text: "beat the falcons?", slots: "5:16:team" };

    it("are refused with file:line, the slot and the tokens", async () => {
      await expect(learn(slots(), [row])).rejects.toThrow(
        'PTX_DATA  rows.tsv:1\n  the slot team, "the falcons", does not begin and end with tokens: it touches "the", "falcons?"',
      );
      await expect(learn(slots(), [{ text: "a  b", slots: "1:2:x" }])).rejects.toThrow(
        'the slot x, " ", does not begin and end with tokens: it holds no token',
      );
    });

    it("align where another tokenizer cuts", async () => {
      const tensorizer = await learn(slots({ tokenizer: "WordPunctTokenizer" }), [row]);
      expect(tags(tensorizer, row)).toBe("O B-team I-team O");
    });

    it("get every token that they touch, and are counted", async () => {
      const tensorizer = await learn(slots({ on_misaligned: "overlap" }), [row]);
      expect(tags(tensorizer, row)).toBe("O B-team I-team");
      tags(tensorizer, { text: "a  b", slots: "1:2:team" });
      tags(tensorizer, { text: "one-two", slots: "0:3:team,4:7:team" });
      expect(tensorizer.counts()).toMatchObject({ misaligned_slots: 4, lost_slots: 2, entities: 2 });
    });

    it("leave their rows out, in training and later", async () => {
      const tensorizer = await learn(slots({ on_misaligned: "skip" }), [
        row,
        { text: "a b", slots: "0:1:x" },
      ]);
      expect(tensorizer.labels).toEqual(["O", "B-x", "I-x"]);
      expect(() => tags(tensorizer, row)).toThrow(SkipRow);
      expect(tensorizer.counts()).toEqual({ rows: 0, tokens: 0 });
    });
  });

  describe("labels that the training rows lack", () => {
    const train = [conll("a b", "B-x O")];
    const later = conll("a b c", "B-new I-new B-x");

    it("stop with file:line and the nearest label, or leave the row out", async () => {
      const strict = await learn(tagged(), train);
      expect(() => tags(strict, later, "dev.conll:4")).toThrow(
        'PTX_DATA  dev.conll:4\n  the label "new" is not one',
      );
      const lax = await learn(tagged({ on_unknown: "skip" }), train);
      expect(() => tags(lax, later)).toThrow(SkipRow);
    });

    it("keep their place as a label that training never shows, so that they are missed", async () => {
      const tensorizer = await learn(tagged({ on_unknown: "missed" }), train);
      expect(tensorizer.labels).toEqual(["O", "B-x", "I-x", "B-__UNKNOWN__", "I-__UNKNOWN__"]);
      expect(tensorizer.labelCounts!()).toEqual([1, 1, 0, 0, 0]);
      expect(tags(tensorizer, later)).toBe("B-__UNKNOWN__ I-__UNKNOWN__ B-x");
      expect(tensorizer.counts()).toMatchObject({ unknown_labels: 1, "unknown_label:new": 1, entities: 2 });
      const plain = await learn(
        tagged({ on_unknown: "missed", label_scheme: "none", model_scheme: "none" }),
        [conll("a b", "N V")],
      );
      expect(tags(plain, conll("a b", "V X"))).toBe("V __UNKNOWN__");
    });

    it("must not stand in training rows under that policy", async () => {
      await expect(learn(tagged({ on_unknown: "missed", labels: ["y"] }), train)).rejects.toThrow(
        'the training rows hold the label "x", which is not among the given ones',
      );
    });
  });

  it("refuses labels whose names mean something else", async () => {
    const plain = { model_scheme: "none" };
    await expect(learn(slots(plain), [{ text: "a b", slots: "0:1:O,2:3:x" }])).rejects.toThrow(
      'may be called "O"',
    );
    await expect(learn(tagged({ on_unknown: "missed" }), [conll("a", "B-__UNKNOWN__")])).rejects.toThrow(
      "__UNKNOWN__",
    );
  });

  it("needs a label in the training rows", async () => {
    await expect(learn(tagged(), [conll("a b", "O O")])).rejects.toThrow(
      "there is no label in the training rows",
    );
  });

  it.each([
    [{ format: "slots" }, "offset_unit", "needs offset_unit"],
    [
      { format: "spans", offset_unit: "utf16", label_scheme: "bio" },
      "label_scheme",
      "for the format tags only",
    ],
    [{ format: "tags", offset_unit: "utf16" }, "offset_unit", "for the formats slots and spans only"],
    [{ format: "tags", on_misaligned: "skip" }, "on_misaligned", "tags have no places"],
    [{ format: "tags", label_scheme: "none" }, "model_scheme", "set model_scheme to none"],
    [{}, "format", "is missing"],
  ])("says which keys do not go together: %j", (config, key, message) => {
    expect(() => part("tensorizer", "SlotLabelTensorizer", config)).toThrow(
      new RegExp(`${key}[\\s\\S]*${message}`),
    );
  });

  it("comes back from its saved state the same", async () => {
    const row = conll("a b c", "B-x I-x B-y");
    const tensorizer = await learn(tagged(), [row]);
    const back = tagged();
    back.load(JSON.parse(JSON.stringify(tensorizer.state())));
    expect([back.labels, back.labelCounts!()]).toEqual([tensorizer.labels, tensorizer.labelCounts!()]);
    expect(tags(back, row)).toBe("B-x I-x B-y");
    expect(() => back.load({ labels: ["x"], counts: [1] })).toThrow(/PTX_MODEL_FILE {2}inputs\.input/);
    expect(() => back.load(null)).toThrow("PTX_MODEL_FILE");
  });

  it("gives any slots between any words the tags of those words (property)", async () => {
    const tensorizer = await learn(slots({ labels: ["x", "y"] }), []);
    const word = fc.stringMatching(/^[a-zé👍]{1,5}$/u);
    const parts = fc.array(
      fc.tuple(fc.constantFrom("", "x", "y"), fc.array(word, { minLength: 1, maxLength: 3 })),
      {
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(parts, (pieces) => {
        const [words, wanted, cells]: [string[], string[], string[]] = [[], [], []];
        for (const [label, list] of pieces) {
          const start = [...words.map((one) => `${one} `).join("")].length;
          words.push(...list);
          wanted.push(...list.map((_, i) => (label === "" ? "O" : `${i === 0 ? "B" : "I"}-${label}`)));
          if (label !== "") cells.push(`${start}:${start + [...list.join(" ")].length}:${label}`);
        }
        const row = { text: words.join(" "), slots: cells.reverse().join(",") };
        expect(tags(tensorizer, row)).toBe(wanted.join(" "));
      }),
    );
  });

  it("has no strings: a target cannot be built from strings", () => {
    expect(() => slots().build({} as never, "tokens")).toThrow("a target cannot be built from strings");
    expect(bench().warnings).toEqual([]);
  });
});
