/** @file A whole model on rows of text: vocabularies learnt, rows turned into feeds, as a task does it. */
import {
  type Labels,
  ModelInputs,
  type ModelKind,
  type Predicted,
} from "../../../src/components/contracts.js";
import type { Row, Tensorizer } from "../../../src/components/data/contracts.js";
import { dataComponents } from "../../../src/components/data/index.js";
import { SplitData, type Tensorizers } from "../../../src/components/data/split-data.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import type { Scope } from "../../../src/graph/scope.js";
import type { Context } from "../../../src/registry/context.js";
import { makeTensorizers } from "../../../src/tasks/shared-inputs.js";
import type { ModelKindName } from "../../../src/tasks/single-model-task.js";
import { slot, testContext } from "./harness.js";

/** A model whose tensorizers have seen the rows. */
export interface ModelOnRows {
  readonly context: Context;
  readonly tensorizers: ReadonlyMap<string, Tensorizer>;
  readonly labels: Labels;
  /** Builds it at "model"; targets are there unless told otherwise. */
  build(scope: Scope, targets?: boolean): Predicted;
  /** The feeds of some of the rows, padded together. */
  feeds(rows: readonly number[], targets?: boolean): Record<string, HostTensor>;
}

/**
 * Makes the model of a config and lets its tensorizers look at the rows (values by column).
 * @param prepare what the model's task does to its tensorizers first
 */
export async function modelOnRows(
  raw: unknown,
  values: readonly Readonly<Record<string, unknown>>[],
  kind: ModelKindName = "model",
  prepare: (tensorizers: Tensorizers) => void = () => {},
): Promise<ModelOnRows> {
  const context = testContext(...dataComponents);
  const part = context.part(kind, slot(kind, raw, context));
  // All kinds of model offer the same functions.
  const { component: model, config } = part as unknown as { component: ModelKind<object>; config: object };
  const made = makeTensorizers(context, model, config);
  prepare(made);
  const tensorizers = new Map(Object.entries(made));
  const rows = values.map((row, i): Row => ({ values: row, origin: `rows:${i + 1}` }));
  for (const row of rows) for (const tensorizer of tensorizers.values()) tensorizer.observe(row);
  for (const tensorizer of tensorizers.values()) await tensorizer.finish();
  await model.prepare?.(config, context, tensorizers);
  const data = new SplitData("train", Object.fromEntries(tensorizers));
  for (const [i, row] of rows.entries()) {
    data.push(
      [...tensorizers.values()].map((tensorizer) => tensorizer.numberize(row)),
      row.origin,
      i,
    );
  }
  const labels = Object.fromEntries(
    [...tensorizers].flatMap(([name, tensorizer]) => (tensorizer.labels ? [[name, tensorizer.labels]] : [])),
  );
  const inputNames = (targets: boolean) =>
    [...tensorizers].filter(([, { role }]) => targets || role === "input");
  return {
    context,
    tensorizers,
    labels,
    build(scope, targets = true) {
      const inputs = new ModelInputs(
        new Map(
          inputNames(targets).map(([name, tensorizer]) => [
            name,
            { tensorizer, tensors: tensorizer.build(scope, "ids") },
          ]),
        ),
      );
      const predicted = scope.within("model", (at) => model.build(at, config, inputs, labels));
      inputs.requireAllRead();
      return predicted;
    },
    feeds(chosen, targets = true) {
      const feeds = data.batch(chosen);
      const wanted = inputNames(targets).flatMap(([, { fields }]) => fields.map(({ name }) => name));
      // The arrays are the data's own and are used again: copy them.
      return Object.fromEntries(
        wanted.map((name) => {
          const { dtype, dims, data: numbers } = feeds[name]!;
          return [name, { dtype, dims, data: (numbers as Float32Array).slice() }];
        }),
      );
    },
  };
}
