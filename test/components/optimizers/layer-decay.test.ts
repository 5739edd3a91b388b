import { describe, expect, it } from "vitest";
import { depthsBelowHead } from "../../../src/components/optimizers/layer-depths.js";
import { makeOptimizer, type OptimizerName, optimizers, parameter, problemOf } from "./tools.js";

const names = [
  "model.encoder.embeddings.word.weight",
  "model.encoder.layer0.norm1.bias",
  "model.encoder.layer1.norm1.bias",
  "model.encoder.layer2.norm1.bias",
  "model.encoder.pooler.bias",
  "model.decoder.layer0.bias",
];

/** By how much plain gradient descent with rate 1 moves each parameter, by a gradient of 1. */
function moved(keys: object, entries = names.map((name) => parameter(name, [1], [0]))): number[] {
  const optimizer = makeOptimizer("SGD", { lr: 1, momentum: 0, weight_decay: 0, ...keys });
  optimizer.bind(entries);
  const updates = entries
    .filter(({ trainable }) => trainable)
    .map((entry) => ({ parameter: entry, gradient: { kind: "dense", data: Float32Array.of(1) } as const }));
  optimizer.step(updates, 1, 1);
  return entries.map(({ data }) => -data[0]!);
}

describe("layer_decay", () => {
  it("gives each layer the rate of the one above times the factor, and what stands on them the whole rate", () => {
    expect(moved({ layer_decay: 0.5 })).toEqual([0.0625, 0.125, 0.25, 0.5, 1, 1]);
  });

  it("multiplies the rates of parameter groups", () => {
    const groups = [{ match: "**.bias", lr_multiplier: 0.5 }];
    expect(moved({ layer_decay: 0.5, parameter_groups: groups })).toEqual([
      0.0625, 0.0625, 0.125, 0.25, 0.5, 0.5,
    ]);
  });

  it("counts layers that are frozen", () => {
    const entries = names.map((name) => parameter(name, [1], [0], !name.includes("layer1")));
    expect(moved({ layer_decay: 0.5 }, entries).map((by) => by + 0)).toEqual([0.0625, 0.125, 0, 0.5, 1, 1]);
  });

  it("goes by each of several encoders, whatever they are called", () => {
    const several = ["a.x.embeddings.w", "a.x.layer0.w", "shared.bert.embeddings.w", "shared.bert.layer1.w"];
    expect(Object.fromEntries(depthsBelowHead([...several, "shared.bert.layer0.w"], "here"))).toEqual({
      "a.x.embeddings.w": 2,
      "a.x.layer0.w": 1,
      "shared.bert.embeddings.w": 3,
      "shared.bert.layer1.w": 1,
      "shared.bert.layer0.w": 2,
    });
  });

  it("refuses a model without an encoder: a decoder's layers are no encoder's", () => {
    const error = problemOf(() =>
      moved({ layer_decay: 0.9 }, [parameter("model.decoder.layer0.bias", [1], [0])]),
    );
    expect(error.code).toBe("PTX_CONFIG_VALUE");
    expect(error.problems[0].where).toBe("optimizer SGD  layer_decay");
  });

  it("refuses layers that share their parameters", () => {
    const shared = ["model.encoder.embeddings.w", "model.encoder.layer.w"];
    const error = problemOf(() => depthsBelowHead(shared, "here"));
    expect(error.message).toContain("the layers of model.encoder are one and the same");
  });

  it.each(Object.keys(optimizers) as OptimizerName[])("of %s is a rate like any other", (name) => {
    const layer = [parameter("e.embeddings.w", [1], [1]), parameter("e.layer0.w", [2], [1, -2])];
    const alone = parameter("e.layer0.w", [2], [1, -2]);
    const [decayed, plain] = [
      makeOptimizer(name, { lr: 0.1, layer_decay: 0.25 }),
      makeOptimizer(name, { lr: 0.025 }),
    ];
    decayed.bind(layer);
    plain.bind([alone]);
    const gradient = { kind: "dense", data: Float32Array.of(0.3, 0.4) } as const;
    for (let step = 0; step < 3; step++) {
      decayed.step([{ parameter: layer[1]!, gradient }], 1, 1);
      plain.step([{ parameter: alone, gradient }], 1, 1);
    }
    expect(layer[1]!.data).toEqual(alone.data);
  });
});
