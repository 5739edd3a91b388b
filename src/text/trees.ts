/** @file Trees over the tokens of a text in the bracket form of the TOP data set: `[IN:GET_EVENT Art fairs in [SL:LOCATION Detroit ] ]`. */

/** An intent or a slot with what it covers, in order: tokens, and trees inside. The label begins with `IN:` or `SL:`. */
export interface ParseTree {
  readonly label: string;
  readonly children: readonly (ParseTree | string)[];
}

/** A node with the tokens that it covers: from `start` to before `end`. */
export interface TreeSpan {
  readonly label: string;
  readonly start: number;
  readonly end: number;
  readonly children: readonly TreeSpan[];
}

/** What is wrong with a text that should be a tree. */
export class TreeError extends Error {}

/** What a parser does beside opening a node, which is written as that node's label. */
export const SHIFT = "SHIFT";
export const REDUCE = "REDUCE";

export const isIntent = (label: string): boolean => label.startsWith("IN:");
export const isSlot = (label: string): boolean => label.startsWith("SL:");
/** Whether a label is an intent that says that the text asks for nothing known, as PyText tells it: by its name. */
export const isUnsupported = (label: string): boolean => isIntent(label) && /unsupported/i.test(label);

/** A word, a bracket, or white space; in a word `\` takes away the meaning of a bracket or of itself. */
const PIECE = /\s+|\[|\]|(?:\\[[\]\\]|[^\s[\]\\])+/uy;

/**
 * Reads one tree. Brackets need no white space around them.
 * @throws `TreeError` that names the character: brackets without partners, labels of another form, nodes without tokens, words outside
 */
export function readTree(text: string): ParseTree {
  const open: { label: string; children: (ParseTree | string)[]; at: number }[] = [];
  let root: ParseTree | undefined;
  let opening = -1;
  for (let at = 0; at < text.length; ) {
    PIECE.lastIndex = at;
    const piece = PIECE.exec(text)?.[0];
    if (piece === undefined) throw wrong(`"\\" must stand before "[", "]" or "\\"`, at);
    if (opening >= 0 && !/^(?:IN|SL):./u.test(piece))
      throw wrong(`a label that begins with IN: or SL: must follow "["`, opening);
    if (opening >= 0) {
      open.push({ label: unescaped(piece), children: [], at: opening });
      opening = -1;
    } else if (piece === "[") {
      if (root !== undefined) throw wrong("the tree has ended, and another one begins", at);
      opening = at;
    } else if (piece === "]") {
      const node = open.pop();
      if (node === undefined) throw wrong(`"]" closes nothing`, at);
      if (node.children.length === 0) throw wrong(`${node.label} holds no token`, node.at);
      const { label, children } = node;
      const parent = open.at(-1);
      if (parent === undefined) root = { label, children };
      else parent.children.push({ label, children });
    } else if (piece.trim() !== "") {
      const parent = open.at(-1);
      if (parent === undefined) throw wrong(`"${piece}" stands outside of the tree`, at);
      parent.children.push(unescaped(piece));
    }
    at += piece.length;
  }
  if (opening >= 0) throw wrong(`a label that begins with IN: or SL: must follow "["`, opening);
  const left = open.at(-1);
  if (left !== undefined) throw wrong(`${left.label} is not closed`, left.at);
  if (root === undefined) throw wrong("there is no tree", 0);
  return root;
}

function wrong(message: string, at: number): TreeError {
  return new TreeError(`${message} (character ${at + 1})`);
}

const unescaped = (word: string): string => word.replace(/\\([[\]\\])/gu, "$1");

/** What a word is written as: brackets in it get a `\` in front. */
export const ESCAPES: ReadonlyMap<string, string> = new Map(
  ["[", "]", "\\"].map((character) => [character, `\\${character}`]),
);

/** A word or a label as it is written in a tree. */
export const escaped = (word: string): string => word.replace(/[[\]\\]/gu, "\\$&");

/** The tree as TOP writes it: a space between all parts, and before each "]". `readTree` reads it back. */
export function writeTree({ label, children }: ParseTree): string {
  const parts = children.map((child) => (typeof child === "string" ? escaped(child) : writeTree(child)));
  return `[${[escaped(label), ...parts].join(" ")} ]`;
}

/** The tokens, in order. */
export function leavesOf({ children }: ParseTree): string[] {
  return children.flatMap((child) => (typeof child === "string" ? [child] : leavesOf(child)));
}

/** What a shift-reduce parser does to build the tree: a label opens a node, `SHIFT` takes a token, `REDUCE` closes the last open node. */
export function actionsOf({ label, children }: ParseTree): string[] {
  const inside = children.flatMap((child) => (typeof child === "string" ? [SHIFT] : actionsOf(child)));
  return [label, ...inside, REDUCE];
}

/**
 * The tree that actions build over tokens.
 * @throws `TreeError` where they build none: not one whole tree with all tokens, or a node without any
 */
export function treeOf(actions: readonly string[], tokens: readonly string[]): ParseTree {
  const open: { label: string; children: (ParseTree | string)[] }[] = [];
  let root: ParseTree | undefined;
  let shifted = 0;
  for (const [step, action] of actions.entries()) {
    const fault = (message: string): TreeError => new TreeError(`action ${step + 1}, ${action}: ${message}`);
    const top = open.at(-1);
    if (root !== undefined) throw fault("the tree has ended");
    if (action === SHIFT) {
      if (top === undefined) throw fault("no node is open");
      if (shifted === tokens.length) throw fault("there is no token left");
      top.children.push(tokens[shifted++]!);
    } else if (action === REDUCE) {
      if (top === undefined) throw fault("no node is open");
      if (top.children.length === 0) throw fault(`${top.label} holds no token`);
      open.pop();
      if (open.length === 0) root = top;
      else open.at(-1)!.children.push(top);
    } else {
      open.push({ label: action, children: [] });
    }
  }
  if (root === undefined) throw new TreeError("the actions end before the tree does");
  if (shifted < tokens.length)
    throw new TreeError(`the tree lacks the last ${tokens.length - shifted} tokens`);
  return root;
}

/** The nodes of a tree with their places, whose first token is the token `from`. */
export function spanOf({ label, children }: ParseTree, from = 0): TreeSpan {
  const inside: TreeSpan[] = [];
  let at = from;
  for (const child of children) {
    if (typeof child === "string") at++;
    else {
      const span = spanOf(child, at);
      inside.push(span);
      at = span.end;
    }
  }
  return { label, start: from, end: at, children: inside };
}

/** How many nodes lie above each other at most. */
export function depthOf({ children }: ParseTree): number {
  return (
    1 + children.reduce((most, child) => Math.max(most, typeof child === "string" ? 0 : depthOf(child)), 0)
  );
}

/** Whether the root is an intent and intents hold slots only and slots intents only, tokens aside. */
export function alternates({ label, children }: ParseTree, root = true): boolean {
  if (root && !isIntent(label)) return false;
  const inside = children.filter((child): child is ParseTree => typeof child !== "string");
  return inside.every(
    (child) => (isIntent(label) ? isSlot(child.label) : isIntent(child.label)) && alternates(child, false),
  );
}
