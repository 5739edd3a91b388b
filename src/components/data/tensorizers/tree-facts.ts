/** @file What training trees hold that rules may forbid. */
import { ptxError } from "../../../registry/errors.js";
import {
  actionsOf,
  alternates,
  depthOf,
  isIntent,
  isSlot,
  isUnsupported,
  leavesOf,
  type ParseTree,
  REDUCE,
  SHIFT,
} from "../../../text/trees.js";
import type { ParserRules } from "../../contracts.js";
import { badState } from "./cells.js";

/** What training rows hold that a parser's rules may forbid: how many trees of each kind. */
export interface TreeFacts {
  /** How many nodes lie above each other at most. */
  readonly depth: number;
  /** By how many the nodes of a tree exceed its tokens at most. */
  readonly excess: number;
  /** Trees in which intents and slots do not take turns. */
  readonly unalternating: number;
  /** Trees with a slot below an unsupported root. */
  readonly slotsInUnsupported: number;
}

/** Of no trees. */
export const NO_TREES: TreeFacts = {
  depth: 0,
  excess: Number.MIN_SAFE_INTEGER,
  unalternating: 0,
  slotsInUnsupported: 0,
};

/** The labels of a tree's nodes. */
export const labelsOfTree = (tree: ParseTree): string[] =>
  actionsOf(tree).filter((action) => action !== SHIFT && action !== REDUCE);

/** The facts of one tree more. */
export function withTree(facts: TreeFacts, tree: ParseTree): TreeFacts {
  const labels = labelsOfTree(tree);
  return {
    depth: Math.max(facts.depth, depthOf(tree)),
    excess: Math.max(facts.excess, labels.length - leavesOf(tree).length),
    unalternating: facts.unalternating + (alternates(tree) ? 0 : 1),
    slotsInUnsupported: facts.slotsInUnsupported + (isUnsupported(tree.label) && labels.some(isSlot) ? 1 : 0),
  };
}

/** The facts in the saved state `{ trees }` of the input `name`. Throws `PTX_MODEL_FILE` where there are none. */
export function savedTreeFacts(state: unknown, name: string): TreeFacts {
  const { trees } = (state ?? {}) as { readonly trees?: Partial<TreeFacts> };
  const facts = Object.keys(NO_TREES) as (keyof TreeFacts)[];
  if (!facts.every((fact) => Number.isInteger(trees?.[fact])))
    throw badState(name, "what the training trees hold");
  return trees as TreeFacts;
}

/** What is asked of trees. */
export interface AskedTrees {
  readonly facts: TreeFacts;
  readonly rules: ParserRules;
  /** Of their nodes. */
  readonly labels: readonly string[];
  /** The input that reads them. */
  readonly input: string;
  /** The place in the config that each rule has. */
  readonly paths: Readonly<Record<keyof ParserRules, string>>;
}

/** Throws `PTX_CONFIG_VALUE` for training trees that the rules exclude: they would be learnt and never found. */
export function requireTrees({ facts, rules, labels, input, paths }: AskedTrees): void {
  const { depth, excess, unalternating, slotsInUnsupported } = facts;
  const refuse = (rule: keyof ParserRules, message: string, hint: string): never => {
    throw ptxError("PTX_CONFIG_VALUE", paths[rule], message, hint);
  };
  if (depth > rules.mostOpen)
    refuse("mostOpen", `a training tree has ${depth} nodes above each other`, `set it to ${depth} or more`);
  if (excess > rules.mostOpen)
    refuse("mostOpen", `a training tree has ${excess} nodes more than tokens`, `set it to ${excess} or more`);
  if (rules.alternating && unalternating > 0)
    refuse(
      "alternating",
      `in ${unalternating} training trees the root is no intent, or a node holds one of its own kind`,
      "set it to false, or correct the trees",
    );
  if (rules.noSlotsInUnsupported && slotsInUnsupported > 0)
    refuse(
      "noSlotsInUnsupported",
      `${slotsInUnsupported} training trees have slots below an unsupported root`,
      "set it to false, or correct the trees",
    );
  if (rules.alternating && !labels.some(isIntent))
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `inputs.${input}`,
      "none of the labels is an intent, which the root must be",
      "name one, IN:...",
    );
}
