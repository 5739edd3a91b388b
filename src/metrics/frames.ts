import { type Item, matchCounts } from "./matches.js";
import {
  type Counts,
  type LabelFigures,
  labelFigures,
  macroAverage,
  microAverage,
  type PrecisionRecallF1,
  pooledCounts,
} from "./precision-recall.js";
import { byLabel } from "./report-parts.js";

/**
 * What a sentence asks for: an intent with its slots, and in a slot there may be intents again, and so on. The root is
 * an intent. `start` and `end` are tokens or characters, `end` behind the last; the order of children does not matter.
 */
export type Frame = {
  readonly label: string;
  readonly start: number;
  readonly end: number;
  readonly children: readonly Frame[];
};

/** The frame that a sentence has and the one that was predicted. */
export type FramePair = { readonly gold: Frame; readonly predicted: Frame };

/**
 * When a predicted intent or slot is right. `bracket`: gold has one with the same label, start and end. `tree`: its
 * children, their children and so on are those of gold's too.
 */
export type NodeMatch = "bracket" | "tree";

/** Figures of the intents or of the slots. */
export type NodeFigures = {
  readonly micro: PrecisionRecallF1;
  readonly macro: PrecisionRecallF1;
  /** In alphabetical order. An object without prototype. */
  readonly perLabel: Readonly<Record<string, LabelFigures>>;
};

/** PyText's bracket or tree metrics. */
export type FrameFigures = {
  readonly intents: NodeFigures;
  readonly slots: NodeFigures;
  /** Of intents and slots together. */
  readonly overall: PrecisionRecallF1;
};

/** Hits and errors of the intents and of the slots of one pair of frames. */
export function compareFrames(
  pair: FramePair,
  match: NodeMatch,
): { readonly intents: Counts; readonly slots: Counts } {
  const { intents, slots } = nodeCounts([pair], match);
  return { intents: pooledCounts(intents.values()), slots: pooledCounts(slots.values()) };
}

/** Precision, recall and F1 of intents and slots over all pairs. */
export function frameFigures(pairs: readonly FramePair[], match: NodeMatch): FrameFigures {
  const { intents, slots } = nodeCounts(pairs, match);
  return {
    intents: nodeFigures(intents),
    slots: nodeFigures(slots),
    overall: microAverage([...intents.values(), ...slots.values()]),
  };
}

/** Whether two frames are equal, whatever the order of children. */
export function sameFrames(a: Frame, b: Frame): boolean {
  return treeKey(a) === treeKey(b);
}

/** Share of rows whose whole frame is right. Null without rows. */
export function frameAccuracy(pairs: readonly FramePair[]): number | null {
  return share(pairs, ({ gold, predicted }) => sameFrames(gold, predicted));
}

/** Share of rows whose outermost intent is right. Null without rows. */
export function rootAccuracy(pairs: readonly FramePair[]): number | null {
  return share(pairs, ({ gold, predicted }) => gold.label === predicted.label);
}

/** Share of rows whose frame has the right starts and ends, and a wrong label somewhere. Null without rows. */
export function wrongLabelShare(pairs: readonly FramePair[]): number | null {
  return share(
    pairs,
    ({ gold, predicted }) =>
      treeKey(gold) !== treeKey(predicted) && treeKey(gold, unnamed) === treeKey(predicted, unnamed),
  );
}

/** Rows and frame accuracy by the depth of the gold frame: 1 without slots, 2 with, 4 with an intent that has slots in a slot. */
export function frameAccuracyByDepth(
  pairs: readonly FramePair[],
): Record<string, { readonly rows: number; readonly accuracy: number | null }> {
  const groups = new Map<number, FramePair[]>();
  for (const pair of pairs) {
    const depth = depthOf(pair.gold);
    if (!groups.has(depth)) groups.set(depth, []);
    groups.get(depth)!.push(pair);
  }
  return Object.fromEntries(
    [...groups].map(([depth, group]) => [`${depth}`, { rows: group.length, accuracy: frameAccuracy(group) }]),
  );
}

function nodeCounts(pairs: readonly FramePair[], match: NodeMatch) {
  const rows = pairs.map(({ gold, predicted }) => ({
    gold: nodesOf(gold, match),
    predicted: nodesOf(predicted, match),
  }));
  const of = (kind: "intents" | "slots") =>
    matchCounts(rows.map(({ gold, predicted }) => ({ gold: gold[kind], predicted: predicted[kind] })));
  return { intents: of("intents"), slots: of("slots") };
}

/** The intents, which lie at even depths, and the slots, which lie between them. */
function nodesOf(frame: Frame, match: NodeMatch): { readonly intents: Item[]; readonly slots: Item[] } {
  const levels: [Item[], Item[]] = [[], []];
  const visit = (node: Frame, depth: number): void => {
    const key = match === "tree" ? treeKey(node) : `${node.start} ${node.end}`;
    levels[depth % 2]!.push({ label: node.label, key });
    for (const child of node.children) visit(child, depth + 1);
  };
  visit(frame, 0);
  return { intents: levels[0], slots: levels[1] };
}

/** Equal for equal trees, whatever the order of their children. */
function treeKey(frame: Frame, name: (frame: Frame) => string = quoted): string {
  const children = frame.children.map((child) => treeKey(child, name)).sort();
  return `(${name(frame)} ${frame.start} ${frame.end}${children.join("")})`;
}

function quoted({ label }: Frame): string {
  return JSON.stringify(label);
}

function unnamed(): string {
  return "";
}

function depthOf({ children }: Frame): number {
  return 1 + children.reduce((deepest, child) => Math.max(deepest, depthOf(child)), 0);
}

function nodeFigures(counts: ReadonlyMap<string, Counts>): NodeFigures {
  const labels = [...counts.keys()].sort();
  const perLabel = labels.map((label) => counts.get(label)!);
  return {
    micro: microAverage(perLabel),
    macro: macroAverage(perLabel),
    perLabel: byLabel(labels, perLabel.map(labelFigures)),
  };
}

function share(pairs: readonly FramePair[], holds: (pair: FramePair) => boolean): number | null {
  return pairs.length === 0 ? null : pairs.filter(holds).length / pairs.length;
}
