import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatPath } from "../../src/registry/config-path.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { sampleRegistry } from "./fakes.js";
import { keysOf, oneEdit, withKey } from "./one-edit.js";
import { around, problemsFrom, resolved } from "./problems.js";

const registry = sampleRegistry();
const config = resolved(
  around({
    model: {
      representation: { BiLSTM: { lstm_dim: 8, pooling: "SelfAttention" } },
      inputs: { tokens: { TokenTensorizer: { vocab: { vocab_files: [{ filepath: "package.json" }] } } } },
      layers: ["SelfAttention", "MaxPool"],
    },
    trainer: { optimizer: { SGD: { lr: 0.5 } }, scheduler: "StepLR" },
  }),
);

const places = keysOf(config, ["inputs", "column_mapping", "vars"]);
const isClass = ({ key }: { key: string }): boolean => /^[A-Z]/.test(key) || key === "onnxruntime";
const classes = places.filter(isClass);
const keys = places.filter((place) => !isClass(place));

function mistyped(among: typeof places) {
  return fc
    .constantFrom(...among)
    .chain((place) =>
      fc.record({ place: fc.constant(place), typed: fc.constantFrom(...oneEdit(place.key)) }),
    );
}

describe("a config mistyped by one edit", () => {
  test("is tried at many keys and classes", () => {
    expect(classes.length).toBeGreaterThan(12);
    expect(keys.length).toBeGreaterThan(30);
  });

  test("in a key is told which key was meant, and where", () => {
    fc.assert(
      fc.property(mistyped(keys), ({ place, typed }) => {
        const problems = problemsFrom(() => resolveConfig(withKey(config, place, typed), registry));
        const message = `unknown key "${typed}"; did you mean "${place.key}"?`;
        const found = problems.find((problem) => problem.message.startsWith(message));
        const where = place.path.length === 0 ? "config" : `config  ${formatPath(place.path)}`;
        expect(found).toMatchObject({ code: "PTX_CONFIG_UNKNOWN_KEY", where });
      }),
      { numRuns: 1500 },
    );
  });

  test("in a class name is told which class was meant", () => {
    fc.assert(
      fc.property(mistyped(classes), ({ place, typed }) => {
        const problems = problemsFrom(() => resolveConfig(withKey(config, place, typed), registry));
        const message = expect.stringContaining(`is called "${typed}"; did you mean "${place.key}"?`);
        expect(problems).toContainEqual(
          expect.objectContaining({ code: "PTX_CONFIG_UNKNOWN_COMPONENT", message }),
        );
      }),
      { numRuns: 1500 },
    );
  });
});
