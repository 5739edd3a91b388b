import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isObject, type JsonObject } from "../../src/registry/json.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { sampleRegistry } from "./fakes.js";
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

interface KeyPlace {
  readonly path: readonly (string | number)[];
  readonly key: string;
}

/** Keys that the person chooses: names of inputs and columns. */
const free = ["inputs", "column_mapping", "vars"];

function keysOf(value: unknown, path: readonly (string | number)[] = []): KeyPlace[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => keysOf(item, [...path, i]));
  if (!isObject(value)) return [];
  const own = free.includes(String(path.at(-1))) ? [] : Object.keys(value).map((key) => ({ path, key }));
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => keysOf(inner, [...path, key]))];
}

function withKey(value: unknown, { path, key }: KeyPlace, renamed: string): unknown {
  const [next, ...rest] = path;
  if (next === undefined) {
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([name, inner]) => [name === key ? renamed : name, inner]),
    );
  }
  if (Array.isArray(value))
    return value.map((item, i) => (i === next ? withKey(item, { path: rest, key }, renamed) : item));
  const entries = Object.entries(value as JsonObject);
  return Object.fromEntries(
    entries.map(([name, inner]) => [
      name,
      name === next ? withKey(inner, { path: rest, key }, renamed) : inner,
    ]),
  );
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz_";

/** All texts one edit away: a letter left out, put in, replaced, or two neighbours swapped. */
function oneEdit(word: string): string[] {
  const spots = [...Array(word.length + 1).keys()];
  const edits = spots.flatMap((i) => [
    word.slice(0, i) + word.slice(i + 1),
    ...[...LETTERS].flatMap((c) => [
      word.slice(0, i) + c + word.slice(i),
      word.slice(0, i) + c + word.slice(i + 1),
    ]),
    i + 2 <= word.length ? word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2) : word,
  ]);
  return [...new Set(edits)].filter((edit) => edit !== word && edit !== "");
}

const places = keysOf(config);
const isClass = (key: string) => /^[A-Z]/.test(key) || key === "onnxruntime";

describe("every key of a config, mistyped by one edit, is reported with the right one", () => {
  test("the sample has many keys and classes", () => {
    expect(places.filter(({ key }) => isClass(key)).length).toBeGreaterThan(12);
    expect(places.filter(({ key }) => !isClass(key)).length).toBeGreaterThan(30);
  });

  test("keys", () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...places.filter(({ key }) => !isClass(key)))
          .chain((place) =>
            fc.record({ place: fc.constant(place), typed: fc.constantFrom(...oneEdit(place.key)) }),
          ),
        ({ place, typed }) => {
          const problems = problemsFrom(() => resolveConfig(withKey(config, place, typed), registry));
          const found = problems.find(({ message }) =>
            message.startsWith(`unknown key "${typed}"; did you mean "${place.key}"?`),
          );
          const where = place.path.reduce<string>(
            (text, s) => text + (typeof s === "number" ? `[${s}]` : `${text === "" ? "" : "."}${s}`),
            "",
          );
          return found !== undefined && found.where === (where === "" ? "config" : `config  ${where}`);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test("class names", () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...places.filter(({ key }) => isClass(key)))
          .chain((place) =>
            fc.record({ place: fc.constant(place), typed: fc.constantFrom(...oneEdit(place.key)) }),
          ),
        ({ place, typed }) =>
          problemsFrom(() => resolveConfig(withKey(config, place, typed), registry)).some(
            ({ code, message }) =>
              code === "PTX_CONFIG_UNKNOWN_COMPONENT" &&
              message.includes(`is called "${typed}"; did you mean "${place.key}"?`),
          ),
      ),
      { numRuns: 1500 },
    );
  });
});
