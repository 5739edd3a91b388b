/** @file A CRF by enumeration: every label sequence is written out and scored in double precision. */

/** The weights as nested arrays, and the scores of one row's tokens `[tokens][labels]`. */
export interface Row {
  readonly emissions: readonly (readonly number[])[];
  readonly transitions: readonly (readonly number[])[];
  readonly start: readonly number[];
  readonly end: readonly number[];
}

/** Whether a label sequence exists. */
export type IsAllowed = (path: readonly number[]) => boolean;

/** Every sequence of labels. */
export function paths(length: number, labels: number): number[][] {
  let all: number[][] = [[]];
  for (let t = 0; t < length; t++)
    all = all.flatMap((path) => Array.from({ length: labels }, (_, label) => [...path, label]));
  return all;
}

/** A sequence's score. */
export function scoreOf({ emissions, transitions, start, end }: Row, path: readonly number[]): number {
  if (path.length === 0) return 0;
  const said = path.reduce((sum, label, t) => sum + emissions[t]![label]!, 0);
  const moves = path.slice(1).reduce((sum, label, t) => sum + transitions[path[t]!]![label]!, 0);
  return start[path[0]!]! + said + moves + end[path.at(-1)!]!;
}

/** The logarithm of a sum of exponentials. */
export function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/** What all sequences of a row say. */
export interface Enumerated {
  readonly logPartition: number;
  readonly best: number;
  /** `[tokens][labels]`. */
  readonly marginals: readonly (readonly number[])[];
}

/** Sums and maximum over all allowed sequences. */
export function enumerate(row: Row, isAllowed: IsAllowed = () => true): Enumerated {
  const labels = row.start.length;
  const all = paths(row.emissions.length, labels).filter(isAllowed);
  const scores = all.map((path) => scoreOf(row, path));
  const logPartition = logSumExp(scores);
  const marginals = row.emissions.map((_, t) =>
    Array.from({ length: labels }, (_, label) =>
      all.reduce((sum, path, i) => (path[t] === label ? sum + Math.exp(scores[i]! - logPartition) : sum), 0),
    ),
  );
  return { logPartition, best: Math.max(...scores), marginals };
}

/** Whether a sequence of label names is valid in BIO: nothing goes on inside what has not begun. */
export function isBio(names: readonly string[]): boolean {
  return names.every((name, t) => {
    if (!name.startsWith("I-")) return true;
    const before = names[t - 1];
    return before === `B-${name.slice(2)}` || before === name;
  });
}

/** Whether it is valid in BIOES: joined letters of entities are `S` or `B I* E`, all of one label. */
export function isBioes(names: readonly string[]): boolean {
  const letters = names.map((name) => name[0]).join("");
  if (!/^(O|S|BI*E)*$/.test(letters)) return false;
  return names.every((name, t) => !/^[IE]/.test(name) || names[t - 1]!.slice(2) === name.slice(2));
}
