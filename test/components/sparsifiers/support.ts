/** @file Sparsifiers outside of a training run. */
import { Type } from "typebox";
import type { ParameterEntry } from "../../../src/components/optimizers/contracts.js";
import type { Sparsifier, SparsifierInfo } from "../../../src/components/sparsifiers/contracts.js";
import { Slot, type SlotValue } from "../../../src/registry/component.js";
import { Context } from "../../../src/registry/context.js";
import { throwIfAny } from "../../../src/registry/errors.js";
import { resolveValue } from "../../../src/registry/resolve.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";

/** A parameter with these numbers. */
export const parameter = (
  name: string,
  shape: readonly number[],
  data: ArrayLike<number>,
  trainable = true,
): ParameterEntry => ({ name, shape, data: Float32Array.from(data), trainable });

const registry = defaultRegistry();
const schema = Type.Object({ part: Slot("sparsifier", { description: "under test" }) });

/** The registered sparsifier of a config, and what it told. */
export function sparsifier(
  value: object,
  info: Partial<SparsifierInfo>,
): { readonly made: Sparsifier; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const log = {
    info: (line: string) => void lines.push(line),
    warn: (line: string) => void lines.push(line),
  };
  const context = new Context(registry, { log, settings: { seed: 1, threads: 1 } });
  const options = { source: "test", checkFiles: false };
  const { value: filled, problems } = resolveValue(registry, schema, { part: value } as never, options);
  throwIfAny(problems);
  const { component, config } = context.part(
    "sparsifier",
    (filled as unknown as { part: SlotValue<"sparsifier"> }).part,
  );
  const whole = {
    parameters: [],
    epochs: 3,
    stepsBefore: (epoch: number) => 4 * epoch,
    evaluated: true,
    ...info,
  };
  return { made: component.create(config, whole, context), lines };
}

/** The places of numbers that are not zero. */
export const places = ({ data }: ParameterEntry): number[] => [...data.keys()].filter((at) => data[at] !== 0);
