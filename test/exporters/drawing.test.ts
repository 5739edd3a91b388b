import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/run.js";
import { drawModel } from "../../src/exporters/drawing.js";
import { layOut } from "../../src/exporters/drawing-layout.js";
import { checkedModel } from "../../src/graph/onnx/check-model.js";
import { inspectChecked, inspectModel } from "../../src/graph/onnx/inspect.js";
import { onnx } from "../../src/graph/onnx/proto/onnx.js";

/** The elements of an XML document as `name` and text; throws where tags, quotes or signs do not fit. */
function elements(xml: string): { readonly name: string; readonly text: string }[] {
  const found: { name: string; text: string }[] = [];
  const open: { name: string; text: string }[] = [];
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  for (const [token, close, name, attributes, self] of body.matchAll(
    /<(\/?)([a-zA-Z]+)((?: [\w:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)(\/?)>|[^<]+/g,
  )) {
    if (name === undefined) {
      expect(token).toMatch(/^([^&]|&(amp|lt|gt|quot);)*$/);
      expect(token).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
      for (const each of open.slice(-1)) each.text += token;
    } else if (close === "/") expect(open.pop()?.name).toBe(name);
    else {
      const element = { name, text: "", attributes };
      found.push(element);
      if (self !== "/") open.push(element);
    }
  }
  expect(body.replace(/<[^<>]*>|[^<>]+/g, "")).toBe("");
  expect(open).toEqual([]);
  return found;
}

const textsOf = (xml: string): string[] =>
  elements(xml).flatMap(({ name, text }) => (name === "text" ? [text] : []));

function drawn(graph: onnx.GraphProto.$Properties): string {
  const bytes = onnx.ModelProto.encode({ irVersion: 8, opsetImport: [{ version: 17 }], graph }).finish();
  return drawModel(inspectChecked(checkedModel(bytes, "m.onnx"), "m.onnx"));
}

describe("the drawing of a model", () => {
  it("has a box for each module, with its operators, and one for each input and output", async () => {
    const inspection = await inspectModel(join(root, "test/graph/fixtures/bert-torchscript.onnx"));
    const texts = textsOf(drawModel(inspection));
    expect(texts).toEqual(
      expect.arrayContaining(["input_ids", "int64[batch,sequence]", "m.pooler.dense", "Gemm"]),
    );
    expect(texts).toContain("1 node, 72 parameters, 288 bytes");
    for (const { name } of [...inspection.inputs, ...inspection.outputs]) expect(texts).toContain(name);
  });

  it("is XML whatever the names are", () => {
    const evil = `</text><script>alert("1 & 2")</script>'\u0000\u001b\ud800\ufffe`;
    const xml = drawn({
      input: [{ name: evil }],
      node: [{ name: `${evil}/n`, opType: evil, input: [evil], output: [`${evil}y`] }],
      output: [{ name: `${evil}y` }],
    });
    expect(elements(xml).map(({ name }) => name)).not.toContain("script");
    expect(textsOf(xml).join()).toContain("&lt;script&gt;alert(");
  });

  it("stays small for very many modules, inputs and outputs", () => {
    const names = Array.from({ length: 3000 }, (_, i) => `v${i}`);
    const xml = drawn({
      input: names.map((name) => ({ name })),
      node: names.map((name) => ({
        name: `${name}.a.b/n`,
        opType: "Relu",
        input: [name],
        output: [`${name}y`],
      })),
      output: names.map((name) => ({ name: `${name}y` })),
    });
    const texts = textsOf(xml);
    expect(texts).toEqual(
      expect.arrayContaining(["and 2,988 other inputs", "and 2,988 other outputs", "(all others)"]),
    );
    expect(xml.length).toBeLessThan(100_000);
  });

  it("draws modules of weights with the one that reads them, and those without as they are", () => {
    const tensor = (name: string) => ({ name, dataType: 1, dims: [1], floatData: [1] });
    const texts = textsOf(
      drawn({
        node: [{ name: "a.b/n", opType: "Add", input: ["a.b.c.w", "q.w"], output: ["y"] }],
        initializer: [tensor("a.b.c.w"), tensor("q.w")],
        output: [{ name: "y" }],
      }),
    );
    expect(texts.filter((text) => /^[aq]/.test(text))).toEqual(["a.b", "q"]);
    expect(texts).toContain("1 node, 1 parameter, 4 bytes");
  });
});

describe("the layout", () => {
  const box = (id: string, rank: "first" | "middle" | "last" = "middle") => ({
    id,
    rank,
    width: 100,
    height: 40,
  });
  const boxes = [box("in", "first"), ..."abcdef".split("").map((id) => box(id)), box("out", "last")];
  const edges = [
    ["in", "a"],
    ["in", "f"],
    ["a", "b"],
    ["b", "a"],
    ["b", "c"],
    ["a", "d"],
    ["c", "e"],
    ["d", "e"],
    ["e", "f"],
    ["f", "out"],
    ["a", "out"],
  ] as const;
  const layout = layOut(boxes, edges);
  const at = new Map(layout.boxes.map((each) => [each.id, each]));

  it("puts boxes below those that they read, inputs on top and outputs at the bottom", () => {
    for (const [from, to] of edges) {
      if (from === "b" && to === "a") continue;
      expect(at.get(to)!.y, `${from} -> ${to}`).toBeGreaterThan(at.get(from)!.y);
    }
    const ys = layout.boxes.map(({ y }) => y);
    expect([at.get("in")!.y, at.get("out")!.y]).toEqual([Math.min(...ys), Math.max(...ys)]);
  });

  it("lets no boxes overlap, and keeps all within the page", () => {
    for (const [i, a] of layout.boxes.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width).toBeLessThanOrEqual(layout.width);
      expect(a.y + a.height).toBeLessThanOrEqual(layout.height);
      for (const b of layout.boxes.slice(i + 1))
        expect(
          a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
        ).toBe(true);
    }
  });

  it("draws only the edge that closes a circle upwards, and lets long ones pass between boxes", () => {
    expect(layout.edges.filter(({ upwards }) => upwards).map(({ from, to }) => from + to)).toEqual(["ba"]);
    const long = layout.edges.find(({ from, to }) => from === "a" && to === "out")!;
    for (const [x, y] of long.points.slice(1, -1))
      for (const each of layout.boxes)
        expect(x > each.x && x < each.x + each.width && y > each.y && y < each.y + each.height).toBe(false);
  });

  it("takes nothing, and boxes without edges", () => {
    expect(layOut([], []).boxes).toEqual([]);
    expect(layOut([box("a"), box("b")], []).boxes.map(({ y }) => y)).toEqual([24, 24]);
  });
});
