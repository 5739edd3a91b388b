/** @file Texts cut into word pieces by operators: what `WordPiece` does, inside a graph. */
import { addDims, type Dim, mulDims, sizeOf } from "../../../graph/dims.js";
import type { Graph, Tensor } from "../../../graph/graph.js";
import {
  add,
  and,
  cast,
  div,
  equal,
  greater,
  maximum,
  minimum,
  mul,
  not,
  or,
  sub,
  where,
} from "../../../graph/ops/elementwise.js";
import { encodeIds, encodeStrings, gather, scatterAdd } from "../../../graph/ops/lookup.js";
import { cumSum, reduceMax, reduceSum } from "../../../graph/ops/reduction.js";
import {
  concat,
  dimsTensor,
  full,
  range,
  reshape,
  slice,
  split,
  unsqueeze,
  upTo,
} from "../../../graph/ops/shaping.js";
import { characterPattern, fullMatch, NUL, splitCharacters } from "../../../graph/ops/text.js";
import type { OffsetUnit } from "../../../text/offsets.js";
import { OTHER_SYMBOL, type PieceTree } from "../../../text/pieces/piece-tree.js";
import { LONGEST_WORD, type PieceVocabulary, type WordPiece } from "../../../text/pieces/wordpiece.js";
import {
  type BasicCharacter,
  type BasicOptions,
  basicCharacter,
} from "../../../text/pieces/wordpiece-characters.js";
import { widthsOf } from "./text-graph.js";
import { once } from "./token-expression.js";

/** Texts as a model reads them: [CLS] text [SEP], or [CLS] text [SEP] text [SEP], padded to the longest with [PAD]. */
export interface EncodedTexts {
  /** int64 `[batch, pieces]`. */
  readonly ids: Tensor;
  /** int64 `[batch, pieces]`: where each piece starts and (exclusive) ends in its text; -1 at special pieces. */
  places(unit: OffsetUnit): { readonly starts: Tensor; readonly ends: Tensor };
  /** bool `[batch]`: the last text has more pieces than are kept. */
  readonly truncated: Tensor;
}

/** How many pieces are kept, special ones included: of two texts the longer one loses some first, or each has a limit of its own. */
type Kept = number | null | { readonly most: number; readonly mostOfFirst: number };

/**
 * Cuts one text or two (string `[batch]` each) as `WordPiece.encode` does with the same `most`. Time and memory grow with
 * the number of characters, whatever they are: all places of all words look for their longest piece at once, and which
 * of these pieces follow each other is found by jumps of 1, 2, 4, ... pieces.
 */
export function encodeTexts(texts: readonly Tensor[], wordPiece: WordPiece, most: Kept): EncodedTexts {
  const cut = cutTexts(concat(texts, 0), wordPiece);
  return layOut(cut, {
    texts: texts.length,
    batch: texts[0]!.dim(0),
    most,
    vocabulary: wordPiece.vocabulary,
  });
}

/** The pieces of texts, one behind the other. A NUL, which no text that comes into a session holds, ends a word. */
export interface PiecesOfTexts extends Read, CutWords {}

/** Cuts texts (string `[rows]`) into pieces, whatever is kept of them. */
export function cutTexts(texts: Tensor, { vocabulary, options }: WordPiece): PiecesOfTexts {
  const read = readCharacters(texts, vocabulary.tree, options);
  return { ...read, ...cutWords(read, longestPieces(read, vocabulary.tree), vocabulary) };
}

/** The characters that words consist of, one after the other; dropped and decomposed ones are dropped and decomposed. */
interface Read {
  readonly graph: Graph;
  /** The characters as they are written: string `[rows, characters]`. */
  readonly written: Tensor;
  /** How many there are in all, int64 scalar; the axis `[symbols]` of what follows, which is int64. */
  readonly total: Tensor;
  readonly size: Dim;
  /** 0, 1, 2, ... */
  readonly at: Tensor;
  /** Which written character it comes from, and in which row that is. */
  readonly owner: Tensor;
  readonly row: Tensor;
  /** 1 at a word's first character, else 0. */
  readonly first: Tensor;
  /** The symbol that the tree knows it by. */
  readonly symbol: Tensor;
}

/** The sum of a vector so far, without the element itself. */
export const before = (x: Tensor): Tensor => sub(cumSum(x, 0), x);

export const zeros = (graph: Graph, size: Dim): Tensor => full(graph, "int64", [size], 0);

function readCharacters(texts: Tensor, tree: PieceTree, options: BasicOptions): Read {
  const { graph } = texts;
  const written = splitCharacters(texts, null);
  const count = sizeOf(written.shape);
  const flat = reshape(written, [count]);
  const { characters, entries, patterns } = characterTable(tree, options);
  const tabled = encodeStrings(
    flat,
    characters,
    characters.map((_, i) => i + patterns.length + 1),
    0,
  );
  const entry = patterns.reduce(
    (known, pattern, i) =>
      pattern === null ? known : maximum(known, mul(cast(fullMatch(flat, pattern), "int64"), i + 1)),
    tabled,
  );
  /** A number for each entry (or several), looked up. Half the size in a file as int32. */
  const look = (of: (entry: Entry) => readonly number[] | number, at: Tensor): Tensor => {
    const numbers = entries.flatMap(of);
    return cast(gather(graph.constant("int32", [numbers.length], numbers), at), "int64");
  };

  // A symbol comes from the last character whose symbols begin there or before: those without symbols stand before others.
  const length = look(({ symbols }) => symbols.length, entry);
  const begins = before(length);
  const total = reduceSum(length, [0]);
  const at = upTo(total);
  const size = at.dim(0);
  const ones = full(graph, "int64", [count], 1);
  const begun = scatterAdd(zeros(graph, addDims(size, 1)), begins, ones, 0);
  const owner = slice(sub(cumSum(begun, 0), 1), 0, 0, size);
  const widest = Math.max(...entries.map(({ symbols }) => symbols.length));
  const padded = ({ symbols }: Entry): number[] => [
    ...symbols,
    ...Array<number>(widest - symbols.length).fill(OTHER_SYMBOL),
  ];
  const own = mul(gather(entry, owner), widest);
  const plain = look(padded, widest === 1 ? own : add(own, sub(at, gather(begins, owner))));

  // Characters are of one word where nothing between them ends one: a number that rises there tells words apart, rows too.
  const gap = look(({ kind }) => ({ inside: 0, space: 1, alone: 2 })[kind], entry);
  const group = sub(mul(cumSum(gap, 0), 2), gap);
  const row = div(owner, dimsTensor(graph, [written.dim(1)]));
  const word = add(gather(group, owner), row);
  const previous = slice(concat([graph.constant("int64", [1], [-1]), word], 0), 0, 0, size);
  const first = cast(not(equal(word, previous)), "int64");
  return { graph, written, total, size, at, owner, row, first, symbol: add(plain, mul(first, tree.first)) };
}

/** What a character is in a graph. */
interface Entry {
  readonly kind: BasicCharacter["kind"];
  readonly symbols: readonly number[];
}

/**
 * What characters become, by entry. The first entries are for characters that no piece holds and that stay as they are:
 * parts of words, those that match `patterns[0]`, which are words, and those that match `patterns[1]`, which are dropped.
 * Then one for each of `characters`.
 */
interface CharacterTable {
  readonly patterns: readonly [alone: string | null, dropped: string | null];
  readonly characters: readonly string[];
  readonly entries: readonly Entry[];
}

function characterTable(tree: PieceTree, options: BasicOptions): CharacterTable {
  const { changed, patterns } = classesOf(options);
  const entries: Entry[] = [
    { kind: "inside", symbols: [OTHER_SYMBOL] },
    { kind: "alone", symbols: [OTHER_SYMBOL] },
    { kind: "inside", symbols: [] },
    // The empty string, which pads.
    { kind: "inside", symbols: [] },
    { kind: "space", symbols: [] },
  ];
  const characters = ["", NUL];
  const enter = (character: string, { kind, text }: BasicCharacter): void => {
    characters.push(character);
    entries.push({ kind, symbols: Array.from(text, (one) => tree.symbol(one)) });
  };
  for (const [character, become] of changed) enter(character, become);
  for (const character of tree.alphabet) {
    const become = basicCharacter(character, options);
    if (!changed.has(character) && become.text !== "") enter(character, become);
  }
  return { patterns, characters, entries };
}

interface CharacterClasses {
  /** Those that become others, or white space. */
  readonly changed: ReadonlyMap<string, BasicCharacter>;
  readonly patterns: CharacterTable["patterns"];
}

/** What becomes of all of Unicode, which takes a walk over it. */
const classesOf = (options: BasicOptions): CharacterClasses =>
  once(`word pieces ${JSON.stringify(options)}`, () => {
    const changed = new Map<string, BasicCharacter>();
    const [alone, dropped] = [new Set<string>(), new Set<string>()];
    for (let code = 0; code < 0x110000; code++) {
      if (code === 0xd800) code = 0xe000;
      const character = String.fromCodePoint(code);
      const become = basicCharacter(character, options);
      if (become.kind === "inside" && become.text === "") dropped.add(character);
      else if (become.text !== character) changed.set(character, become);
      else if (become.kind === "alone") alone.add(character);
    }
    return {
      changed,
      patterns: [
        characterPattern((character) => alone.has(character)),
        characterPattern((character) => dropped.has(character)),
      ],
    };
  });

/** The longest piece at each place, `[symbols]`: its id, and its length, which is 0 where there is none. */
interface Found {
  readonly id: Tensor;
  readonly length: Tensor;
}

/** More than the length of any piece. */
const LENGTHS = 2 ** Math.ceil(Math.log2(LONGEST_WORD + 1));

function longestPieces({ graph, symbol, at }: Read, tree: PieceTree): Found {
  const { levels, width, longestAt } = tree;
  const behind = concat([symbol, full(graph, "int64", [levels.length], OTHER_SYMBOL)], 0);
  // The symbols 0, 1, 2, ... places on, a row each; all in one step, as there are many levels and each step costs.
  const offsets = unsqueeze(graph.constant("int64", [levels.length], [...levels.keys()]), [1]);
  const rows = split(gather(behind, add(at, offsets)), 0, Array<number>(levels.length).fill(1));
  // Nodes are given as the number of their first edge; where no edge leads on, as one below all, from which none leads on.
  const nowhere = -width;
  const nodes: Tensor[] = [];
  for (const [depth, level] of levels.entries()) {
    const here = rows[depth]!;
    const edge = depth === 0 ? here : add(nodes[depth - 1]!, here);
    const next = Array.from(level.values(), (node) => tree.edge(node, 0));
    nodes.push(encodeIds(edge, [...level.keys()], next, nowhere));
  }
  const deepest = maximum(reduceMax(concat(nodes, 0), [0]), 0);
  const packed = graph.constant(
    "int32",
    [longestAt.length],
    longestAt.map(({ id, length }) => id * LENGTHS + length),
  );
  const longest = cast(gather(packed, div(deepest, width)), "int64");
  const id = div(longest, LENGTHS);
  return { id, length: sub(longest, mul(id, LENGTHS)) };
}

/** What words are cut into. */
interface CutWords {
  /** bool `[symbols]`: a piece begins. */
  readonly begins: Tensor;
  /** int64 `[symbols]`: its id, and how many symbols it has. Of no meaning where none begins. */
  readonly id: Tensor;
  readonly length: () => Tensor;
}

function cutWords(
  { graph, at, total, size, first }: Read,
  found: Found,
  vocabulary: PieceVocabulary,
): CutWords {
  // Where no piece begins, words end; so does what lies behind the last word.
  const none = equal(found.length, 0);
  let jump = concat([where(none, total, add(at, found.length)), unsqueeze(total, [0])], 0);
  let reached = concat([first, zeros(graph, 1)], 0);
  for (let jumps = 1; jumps < LONGEST_WORD; jumps *= 2) {
    reached = scatterAdd(reached, jump, reached, 0);
    jump = gather(jump, jump);
  }
  const visited = greater(slice(reached, 0, 0, size), 0);

  const word = sub(cumSum(first, 0), 1);
  const sumOverWord = (x: Tensor): Tensor => gather(scatterAdd(zeros(graph, size), word, x, 0), word);
  const one = full(graph, "int64", [size], 1);
  const stuck = cast(and(visited, none), "int64");
  const unknown = greater(sumOverWord(add(one, mul(stuck, LONGEST_WORD))), LONGEST_WORD);
  return {
    begins: and(visited, or(equal(first, 1), not(unknown))),
    id: where(unknown, vocabulary.special.unknown, found.id),
    length: () => where(unknown, sumOverWord(one), found.length),
  };
}

interface Layout {
  readonly texts: number;
  readonly batch: Dim;
  readonly most: Kept;
  readonly vocabulary: PieceVocabulary;
}

/** Pieces, special ones and padding in their rows. */
function layOut(cut: PiecesOfTexts, { texts, batch, most, vocabulary }: Layout): EncodedTexts {
  const { graph, written, row, owner, at, total } = cut;
  const begins = cast(cut.begins, "int64");
  const counts = scatterAdd(zeros(graph, written.dim(0)), row, begins, 0);
  const rank = sub(before(begins), gather(before(counts), row));

  const countOf = (text: number): Tensor => slice(counts, 0, mulDims(text, batch), mulDims(text + 1, batch));
  const all = Array.from({ length: texts }, (_, text) => countOf(text));
  const kept = keptPieces(all, most);
  const [one, two] = kept as [Tensor, Tensor?];
  const firstEnd = add(one, 1);
  const ends = two === undefined ? [firstEnd] : [firstEnd, add(add(firstEnd, two), 1)];
  const rows = pieceRows(batch, ends, vocabulary);

  const { base } = rows;
  const starts = two === undefined ? add(base, 1) : concat([add(base, 1), add(base, add(firstEnd, 1))], 0);
  const fits = and(cut.begins, greater(gather(concat(kept, 0), row), rank));
  const place = where(fits, add(gather(starts, row), rank), rows.spare);

  const places = (unit: OffsetUnit): ReturnType<EncodedTexts["places"]> => {
    const blank = equal(written, graph.constant("string", [], [""]));
    const widths = where(blank, 0, widthsOf(written, unit));
    const flat = [sizeOf(written.shape)];
    const reached = reshape(cumSum(widths, 1), flat);
    const lastSymbol = minimum(sub(add(at, cut.length()), 1), sub(total, 1));
    const start = gather(sub(reached, reshape(widths, flat)), owner);
    const end = gather(reached, gather(owner, lastSymbol));
    return {
      starts: rows.collected(place, add(start, 1), -1),
      ends: rows.collected(place, add(end, 1), -1),
    };
  };
  return {
    ids: rows.framed(rows.collected(place, cut.id, 0)),
    places,
    truncated: greater(all.at(-1)!, kept.at(-1)!),
  };
}

/** Rows of pieces `[batch, pieces]` that are as long as the longest needs. */
export interface PieceRows {
  /** int64 `[batch]`: the place of each row's first piece among the pieces of all rows. */
  readonly base: Tensor;
  /** The place of what is no piece or is cut off: one behind all others, which is dropped. */
  readonly spare: Tensor;
  /** int64 `[batch, pieces]`: `filler` plus, at each of `place`, the value of `x` there, both `[values]`. */
  collected(place: Tensor, x: Tensor, filler: number): Tensor;
  /** `ids` with [CLS] at each row's start, [SEP] where its texts end, and [PAD] behind. */
  framed(ids: Tensor): Tensor;
}

/** @param ends int64 `[batch]` for each text: the place in its row behind its last piece */
export function pieceRows(batch: Dim, ends: readonly Tensor[], { special }: PieceVocabulary): PieceRows {
  const last = ends.at(-1)!;
  const { graph } = last;
  // Without rows there is still the room of a row without pieces.
  const longest = reduceMax(concat([last, graph.constant("int64", [1], [ends.length])], 0), [0]);
  const width = add(longest, 1);
  const column = upTo(width);
  const pieces = column.dim(0);
  const cells = mulDims(batch, pieces);
  return {
    base: mul(range(graph, batch), width),
    spare: dimsTensor(graph, [cells]),
    collected: (place, x, filler) => {
      const empty = full(graph, "int64", [addDims(cells, 1)], filler);
      return reshape(slice(scatterAdd(empty, place, x, 0), 0, 0, cells), [batch, pieces]);
    },
    framed: (ids) => {
      const separates = ends.map((end) => equal(column, unsqueeze(end, [1]))).reduce(or);
      const behind = where(greater(column, unsqueeze(last, [1])), special.pad, ids);
      return where(equal(column, 0), special.start, where(separates, special.separator, behind));
    },
  };
}

/** How many pieces are kept of one text or two, `[batch]` each: the arithmetic of `WordPiece.encode`. */
function keptPieces(counts: readonly Tensor[], most: Kept): Tensor[] {
  if (most === null) return [...counts];
  if (typeof most === "object") {
    const ofFirst = minimum(counts[0]!, most.mostOfFirst);
    return [ofFirst, minimum(counts[1]!, sub(most.most - 3, ofFirst))];
  }
  const room = most - 1 - counts.length;
  const [first, second] = counts as [Tensor, Tensor?];
  if (second === undefined) return [minimum(first, room)];
  const half = Math.floor(room / 2);
  const share = add(mul(cast(greater(first, second), "int64"), room - 2 * half), half);
  return [
    minimum(first, maximum(sub(room, second), share)),
    minimum(second, maximum(sub(room, first), sub(room, share))),
  ];
}
