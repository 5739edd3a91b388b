/**
 * Entities written as one tag a token, in three schemes:
 * - IOB1: every token of an entity is `I-x`; `B-x` only where an entity follows another one of its type at once.
 * - BIO (IOB2): the first token is `B-x`, the others `I-x`.
 * - BIOES: entities of one token are `S-x`, of more `B-x I-x ... E-x`. Also read in the letters of BILOU (L for E, U for S)
 *   and BMEWO or BMEOW (M for I, W for S).
 * Tokens outside are `O`.
 */

/** How entities are written as tags. */
export type LabelScheme = "iob1" | "bio" | "bioes";

/** A labelled run of tokens: `tokens.slice(start, end)`. */
export interface Entity {
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

/** How a sequence can break its scheme; each is a count of its own. */
export type Break =
  /** BIO, BIOES: `I-x` where no entity x is open. */
  | "inside_without_begin"
  /** BIOES: `E-x` where no entity x is open. */
  | "end_without_begin"
  /** BIOES: an entity that is followed by something else before its `E-x`. */
  | "begin_without_end"
  /** IOB1: `B-x` where no entity x stands before it. */
  | "needless_begin";

/** What tags say. */
export interface ReadTags {
  /** In order; they never overlap. */
  readonly entities: readonly Entity[];
  /** What was broken, and at which token, in order. */
  readonly breaks: readonly { readonly kind: Break; readonly token: number }[];
}

/** A tag taken apart: `O` has no label. */
export type Tag = { readonly place: "O" } | { readonly place: "B" | "I" | "E" | "S"; readonly label: string };

/** The letters of each scheme and what they stand for. */
const LETTERS: Readonly<Record<LabelScheme, ReadonlyMap<string, "B" | "I" | "E" | "S">>> = {
  iob1: new Map([
    ["B", "B"],
    ["I", "I"],
  ]),
  bio: new Map([
    ["B", "B"],
    ["I", "I"],
  ]),
  bioes: new Map([
    ["B", "B"],
    ["I", "I"],
    ["M", "I"],
    ["E", "E"],
    ["L", "E"],
    ["S", "S"],
    ["U", "S"],
    ["W", "S"],
  ]),
};

/** A tag of a scheme taken apart, or undefined when the scheme has no such tag. */
export function parseTag(tag: string, scheme: LabelScheme): Tag | undefined {
  if (tag === "O") return { place: "O" };
  const place = tag[1] === "-" ? LETTERS[scheme].get(tag[0]!) : undefined;
  return place === undefined || tag.length < 3 ? undefined : { place, label: tag.slice(2) };
}

/**
 * The entities of a sequence of tags. Broken sequences are read as the CoNLL scorer (conlleval) reads them, which for E
 * and S means its Python successors (seqeval): a tag inside that does not go on an entity of its label starts one, and
 * an entity without an end ends before the next tag that does not go on with it.
 */
export function readTags(tags: readonly Tag[], scheme: LabelScheme): ReadTags {
  const entities: Entity[] = [];
  const breaks: { kind: Break; token: number }[] = [];
  /** The entity whose next token may come. */
  let open: { label: string; start: number } | undefined;
  /** Whether the token before belongs to an entity of a label, open or ended (IOB1 sets neighbours apart with B). */
  const touches = (token: number, label: string): boolean =>
    entities.at(-1)?.end === token && entities.at(-1)?.label === label;
  const close = (token: number): void => {
    if (open === undefined) return;
    entities.push({ ...open, end: token });
    if (scheme === "bioes") breaks.push({ kind: "begin_without_end", token: token - 1 });
    open = undefined;
  };
  for (const [token, tag] of tags.entries()) {
    const goesOn = (tag.place === "I" || tag.place === "E") && open?.label === tag.label;
    if (!goesOn) close(token);
    if (tag.place === "O") continue;
    if (!goesOn) {
      if (tag.place === "I" && scheme !== "iob1") breaks.push({ kind: "inside_without_begin", token });
      if (tag.place === "E") breaks.push({ kind: "end_without_begin", token });
      if (tag.place === "B" && scheme === "iob1" && !touches(token, tag.label))
        breaks.push({ kind: "needless_begin", token });
      open = { label: tag.label, start: token };
    }
    if (tag.place === "E" || tag.place === "S") {
      entities.push({ ...open!, end: token + 1 });
      open = undefined;
    }
  }
  close(tags.length);
  return { entities, breaks };
}

/**
 * The tags of entities over `length` tokens.
 * @param entities in order, none overlapping another
 */
export function writeTags(entities: readonly Entity[], length: number, scheme: LabelScheme): string[] {
  const tags = Array<string>(length).fill("O");
  let before: Entity | undefined;
  for (const entity of entities) {
    const { label, start, end } = entity;
    const neighbour = before?.end === start && before.label === label;
    for (let token = start; token < end; token++) {
      const place = letter(scheme, token === start, token === end - 1, neighbour);
      tags[token] = `${place}-${label}`;
    }
    before = entity;
  }
  return tags;
}

function letter(scheme: LabelScheme, first: boolean, last: boolean, neighbour: boolean): string {
  switch (scheme) {
    case "iob1":
      return first && neighbour ? "B" : "I";
    case "bio":
      return first ? "B" : "I";
    case "bioes":
      return first ? (last ? "S" : "B") : last ? "E" : "I";
    default:
      return scheme satisfies never;
  }
}

/** All tags that a scheme has for these labels: `O`, then those of the first label, and so on. Every valid sequence is made of them. */
export function tagsOf(labels: readonly string[], scheme: Exclude<LabelScheme, "iob1">): string[] {
  const letters = scheme === "bio" ? ["B", "I"] : ["B", "I", "E", "S"];
  return ["O", ...labels.flatMap((label) => letters.map((place) => `${place}-${label}`))];
}
