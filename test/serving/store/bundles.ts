/** @file Versions to push that are made on the spot. */
import type { Bundle } from "../../../src/serving/store/bundle.js";

/** Bytes that depend on the seed alone, every value among them. */
export function noise(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed * 2654435761 + 1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** A version of these files, by path. The first one is opened. */
export function bundleOf(files: Readonly<Record<string, Uint8Array | string>>): Bundle {
  const encoder = new TextEncoder();
  const paths = Object.entries(files);
  return {
    facts: {
      kind: "onnx",
      entry: paths[0]![0],
      task: "DocumentClassificationTask",
      inputs: [{ name: "text", type: "string[batch]" }],
      outputs: [{ name: "scores", type: "float[batch, 2]" }],
      labels: { label: ["a", "b"] },
      metrics: { test: { accuracy: 0.9 } },
      producer: "0.0.0",
    },
    files: paths.map(([path, content]) => ({
      path,
      bytes: typeof content === "string" ? encoder.encode(content) : content,
    })),
    notes: [],
  };
}

/** A version that differs from those with other words. */
export const version = (word: string): Bundle => bundleOf({ "model.onnx": `weights of ${word}` });
