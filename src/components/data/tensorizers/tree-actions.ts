/** @file The actions that build trees, as numbers, and what they do on a stack. */

/** The ids of the actions: these two, then one that opens a node for each label, from `OPEN_ID` on. */
export const SHIFT_ID = 0;
export const REDUCE_ID = 1;
export const OPEN_ID = 2;

/** In a plan: that nothing is read, or no action taken. */
const NONE = -1;

/**
 * What happens on the stack, where each node's parts are read from right to left before it is closed: the node itself first.
 * Things on the stack stand at places, from 0 at the bottom. A step reads something, takes an action, or does both in this order.
 */
export interface StackPlan {
  /** The number of the action that each step takes, -1 for none. */
  readonly steps: readonly number[];
  /** Where the action puts something; 0 where there is none. */
  readonly places: readonly number[];
  /** The place of what each step reads, -1 for nothing. */
  readonly parts: readonly number[];
}

/** The shortest plan for actions that build a tree. */
export function stackPlan(ids: readonly number[]): StackPlan {
  const plan = { steps: [] as number[], places: [] as number[], parts: [] as number[] };
  const take = (action: number, place: number, part: number): void => {
    plan.steps.push(action);
    plan.places.push(place);
    plan.parts.push(part);
  };
  const open: number[] = [];
  let height = 0;
  for (const [i, id] of ids.entries()) {
    if (id === REDUCE_ID) {
      const node = open.pop()!;
      const reads = [node, ...Array.from({ length: height - node - 1 }, (_, k) => height - 1 - k)];
      const last = reads.pop()!;
      // The step that pushes the last part can read the node meanwhile, unless it reads parts of its own.
      if (reads.length > 0 && plan.parts.at(-1) === NONE) plan.parts[plan.parts.length - 1] = reads.shift()!;
      for (const part of reads) take(NONE, 0, part);
      height = node;
      take(i, height++, last);
    } else {
      if (id !== SHIFT_ID) open.push(height);
      take(i, height++, NONE);
    }
  }
  return plan;
}
