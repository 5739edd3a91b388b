/** @file Turns in given shares: how many each task gets, and their order. */
import { Type } from "typebox";
import { ptxError } from "../../registry/errors.js";
import type { RandomStream } from "../../registry/random.js";
import type { SampledTask } from "./contracts.js";

/** Config key: how long an epoch is. */
export const batchesPerEpoch = Type.Union([Type.Null(), Type.Integer({ minimum: 1 })], {
  default: null,
  description: "Batches of an epoch, of all tasks together; null: as many as one pass over all tasks' rows.",
});

/** Config key: shares by task. */
export const probabilities = (description: string) =>
  Type.Record(Type.String(), Type.Number({ minimum: 0 }), { default: {}, description });

/** How many turns an epoch has. */
export const turnsOfEpoch = (wanted: number | null, tasks: readonly SampledTask[]): number =>
  wanted ?? tasks.reduce((sum, { batches }) => sum + batches, 0);

/**
 * How often each share is chosen in `count` turns, by systematic sampling: a count differs from its expected value
 * `count * share / sum` by less than 1, and is equal to it on average.
 */
export function countsOf(shares: readonly number[], count: number, random: RandomStream): number[] {
  const total = shares.reduce((a, b) => a + b, 0);
  const start = random.uniform();
  let [sum, before] = [0, 0];
  return shares.map((share) => {
    sum += share;
    const upTo = sum === total ? count : Math.floor((count * sum) / total + start);
    const own = upTo - before;
    before = upTo;
    return own;
  });
}

/** So many turns of each task in random order. */
export function mixed(counts: readonly number[], random: RandomStream): Uint32Array {
  const turns = Uint32Array.from(counts.flatMap((count, task) => Array<number>(count).fill(task)));
  const order = random.permutation(turns.length);
  return turns.map((_, i) => turns[order[i]!]!);
}

/** The shares that a config gives to the tasks, in their order; none written: all alike. Throws `PTX_CONFIG_VALUE` unless it names exactly these tasks. */
export function sharesByName(
  given: Readonly<Record<string, number>>,
  tasks: readonly SampledTask[],
  where: string,
): number[] {
  const names = tasks.map(({ name }) => name);
  const written = Object.keys(given);
  if (written.length === 0) return names.map(() => 1);
  const unknown = written.filter((name) => !names.includes(name));
  const missing = names.filter((name) => !written.includes(name));
  if (unknown.length > 0 || missing.length > 0) {
    const problem =
      unknown.length > 0 ? `there is no task called "${unknown[0]}"` : `"${missing[0]}" has no number`;
    throw ptxError(
      "PTX_CONFIG_VALUE",
      where,
      `${problem}: name each of ${names.join(", ")}, or none of them for equal shares`,
    );
  }
  const shares = names.map((name) => given[name]!);
  if (shares.every((share) => share === 0))
    throw ptxError("PTX_CONFIG_VALUE", where, "all shares are 0: no task would be trained");
  return shares;
}
