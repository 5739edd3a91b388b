/** @file The actions that build trees, as numbers, and what they do on a stack. */

/** The ids of the actions: these two, then one that opens a node for each label, from `OPEN_ID` on. */
export const SHIFT_ID = 0;
export const REDUCE_ID = 1;
export const OPEN_ID = 2;

/** In a plan: that a part of a node is read. */
export const READS_PART = -2;

/**
 * What happens on the stack, where each node's parts are read from right to left before it is closed: the node itself first.
 * Things on the stack stand at places, from 0 at the bottom.
 */
export interface StackPlan {
  /** The number of the action that is taken, or `READS_PART`. */
  readonly steps: readonly number[];
  /** Where an action puts something, or what is read. */
  readonly places: readonly number[];
}

/** The plan for actions that build a tree. */
export function stackPlan(ids: readonly number[]): StackPlan {
  const steps: number[] = [];
  const places: number[] = [];
  const open: number[] = [];
  let height = 0;
  for (const [i, id] of ids.entries()) {
    if (id === REDUCE_ID) {
      const node = open.pop()!;
      for (const place of [node, ...Array.from({ length: height - node - 1 }, (_, k) => height - 1 - k)]) {
        steps.push(READS_PART);
        places.push(place);
      }
      height = node;
    } else if (id !== SHIFT_ID) open.push(height);
    steps.push(i);
    places.push(height++);
  }
  return { steps, places };
}
