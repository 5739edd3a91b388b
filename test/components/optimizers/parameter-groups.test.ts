import { describe, expect, it } from "vitest";
import type { ParameterEntry } from "../../../src/components/optimizers/contracts.js";
import { type ParameterGroups, resolveGroups } from "../../../src/components/optimizers/parameter-groups.js";
import { configOf, makeOptimizer, type OptimizerName, optimizers, parameter, problemOf } from "./tools.js";

const parameters = [
  parameter("model.embedding.weight", [2], [0, 0]),
  parameter("model.norm.bias", [2], [0, 0]),
  parameter("model.decoder.bias", [2], [0, 0]),
  parameter("model.frozen.weight", [2], [0, 0], false),
];
const defaults = { lr: 0.1, weightDecay: 0.5 };

function resolve(groups: object[], entries: readonly ParameterEntry[] = parameters) {
  const config: { parameter_groups: ParameterGroups } = configOf(optimizers.SGD.schema, {
    parameter_groups: groups,
  });
  return resolveGroups(config.parameter_groups, defaults, entries, "optimizer SGD");
}

describe("parameter groups", () => {
  it("leave trainable parameters that no pattern matches at the optimizer's settings", () => {
    expect(Object.fromEntries(resolve([]))).toEqual({
      "model.embedding.weight": defaults,
      "model.norm.bias": defaults,
      "model.decoder.bias": defaults,
    });
  });

  it("take a learning rate as a value or as a multiple, and the weight decay, each by itself", () => {
    const settings = resolve([
      { match: "model.embedding", lr: 0.03 },
      { match: "model.norm", lr_multiplier: 0.5 },
      { match: "**.bias", weight_decay: 0 },
    ]);
    expect(settings.get("model.embedding.weight")).toEqual({ lr: 0.03, weightDecay: 0.5 });
    expect(settings.get("model.norm.bias")).toEqual({ lr: 0.05, weightDecay: 0.5 });
    expect(settings.get("model.decoder.bias")).toEqual({ lr: 0.1, weightDecay: 0 });
  });

  it("take a rate of 0 as a rate, not as absent", () => {
    expect(resolve([{ match: "model.norm", lr: 0 }]).get("model.norm.bias")?.lr).toBe(0);
    expect(resolve([{ match: "model.norm", lr_multiplier: 0 }]).get("model.norm.bias")?.lr).toBe(0);
  });

  it("refuse a pattern that matches no trainable parameter", () => {
    const error = problemOf(() => resolve([{ match: "**.bias" }, { match: "model.frozen" }]));
    expect(error.code).toBe("PTX_CONFIG_VALUE");
    expect(error.problems[0].where).toBe("optimizer SGD  parameter_groups[1].match");
    expect(error.message).toContain("model.embedding.weight, model.norm.bias, model.decoder.bias");
    expect(error.message).not.toContain("model.frozen.weight");
  });

  it("refuse a group whose parameters all belong to earlier ones", () => {
    const error = problemOf(() => resolve([{ match: "**.bias" }, { match: "model.norm" }]));
    expect(error.message).toContain('every parameter that "model.norm" matches belongs to an earlier group');
  });

  it.each(Object.keys(optimizers) as OptimizerName[])(
    "of %s may not give lr and lr_multiplier together",
    (name) => {
      const { schema, check } = optimizers[name];
      const groups = [
        { match: "a", lr: 1 },
        { match: "b", lr: 0, lr_multiplier: 0 },
        { match: "c", lr_multiplier: 2 },
      ];
      expect(check?.(configOf(schema, { parameter_groups: groups }))).toEqual([
        { path: "parameter_groups[1]", message: "give lr or lr_multiplier, not both" },
      ]);
    },
  );

  it.each(Object.keys(optimizers) as OptimizerName[])(
    "of %s decide rate and decay of its updates",
    (name) => {
      const grouped = [parameter("a", [2], [1, -2]), parameter("b", [2], [1, -2])];
      const alone = parameter("b", [2], [1, -2]);
      const optimizer = makeOptimizer(name, {
        lr: 0.1,
        weight_decay: 0.2,
        parameter_groups: [{ match: "b", lr_multiplier: 0.25, weight_decay: 0.7 }],
      });
      const other = makeOptimizer(name, { lr: 0.025, weight_decay: 0.7 });
      optimizer.bind(grouped);
      other.bind([alone]);
      const gradient = { kind: "dense", data: Float32Array.of(0.3, 0.4) } as const;
      for (let step = 0; step < 3; step++) {
        optimizer.step(
          grouped.map((entry) => ({ parameter: entry, gradient })),
          1,
          1,
        );
        other.step([{ parameter: alone, gradient }], 1, 1);
      }
      expect(grouped[1]!.data).toEqual(alone.data);
      expect(grouped[0]!.data).not.toEqual(alone.data);
    },
  );
});
