/** @file Beginnings of parses as the tensors that a loop carries. */
import type { Tensor } from "../../graph/graph.js";
import type { Memory } from "./memory.js";

/** What hypotheses are made of; rows are `batch * beam`. What no parser has a use for is left out. */
export interface Parts {
  readonly shared: Shared;
  /** What each parser remembers. */
  readonly members: readonly Memory[];
}

/** What does not depend on who parses. */
export type Shared = {
  /** `[rows]`. */
  readonly scores: Tensor;
  /** int32 `[rows, steps]`. */
  readonly actions: Tensor;
  /** int32 `[rows, 6]`: tokens shifted, nodes opened, nodes open, whether the last action opened one, whether the root is unsupported, things on the stack. */
  readonly counts: Tensor;
  /** int32 `[rows, open]`: the labels of open nodes, where they are looked at. */
  readonly labels?: Tensor;
  /** int32 `[rows, open]`: where on the stack open nodes stand, where nodes' parts are read from the right. */
  readonly places?: Tensor;
};

/** A loop's states as hypotheses, and back, in one order. */
export class PartsList {
  readonly #keys: readonly (readonly string[])[];

  /** @param form hypotheses of the kind that the loop carries */
  constructor(form: Parts) {
    this.#keys = groups(form).map(Object.keys);
  }

  list(parts: Parts): Tensor[] {
    return groups(parts).flatMap((group, i) => this.#keys[i]!.map((key) => group[key]!));
  }

  /** All parts, changed alike. */
  mapped(parts: Parts, change: (part: Tensor) => Tensor): Parts {
    return this.parts(this.list(parts).map(change));
  }

  parts(tensors: readonly Tensor[]): Parts {
    const left = [...tensors];
    const all = this.#keys.map((keys) => Object.fromEntries(keys.map((key) => [key, left.shift()!])));
    return { shared: all.at(-1), members: all.slice(0, -1) } as unknown as Parts;
  }
}

const groups = ({ shared, members }: Parts): readonly Readonly<Record<string, Tensor>>[] => [
  ...members,
  shared,
];
