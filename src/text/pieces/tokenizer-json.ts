/** @file tokenizer.json, the form in which Hugging Face's tokenizers are kept. */
import { type AddedToken, AddedTokens, addedTokens } from "./added-tokens.js";
import { decoder } from "./decoders.js";
import { type SpecialPieces, type Template, TRUNCATION_STRATEGIES, type Truncation } from "./encoding.js";
import { JsonPlace } from "./json-place.js";
import { pieceModel } from "./models.js";
import { normalizer } from "./normalizers.js";
import { idsOf, type PieceModel } from "./piece-model.js";
import { type PieceCutter, PieceTokenizer } from "./piece-tokenizer.js";
import { Pipeline } from "./pipeline.js";
import { PLAIN, postProcessor } from "./post-processors.js";
import { preTokenizer } from "./pre-tokenizers.js";
import { CONTINUATION, LONGEST_WORD, PieceVocabulary, WordPiece } from "./wordpiece.js";

/** How a tokenizer.json is read. */
export interface TokenizerOptions {
  /** The file, for messages. */
  readonly origin: string;
  /**
   * Whether texts that spell a special piece, such as [SEP], have this piece, as with Hugging Face's tokenizers unless
   * these are told otherwise. False: such texts are cut like any other, and no text has a special piece.
   */
  readonly specialInTexts: boolean;
}

/** Parts that every file of this form has, or may have. */
const KNOWN = [
  ...["version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor"],
  ...["decoder", "model"],
];

/** The tokenizer that the value of a tokenizer.json describes. Throws `PTX_VOCABULARY` naming the place of what is not supported. */
export function pieceTokenizer(json: unknown, { origin, specialInTexts }: TokenizerOptions): PieceTokenizer {
  const place = new JsonPlace(json, `${origin}  `);
  for (const key of Object.keys(place.object()))
    if (!KNOWN.includes(key)) place.at(key).refuse(`the part "${key}" is not supported`);
  const added = addedTokens(place.at("added_tokens"));
  const special = added.filter((token) => token.special);
  const excluded = specialInTexts ? [] : special;
  const model = pieceModel(place.at("model"), new Set(excluded.map(({ content }) => content)));
  const pieces = withAdded(model.pieces, added, place.at("added_tokens"));
  const { template, trims } = postProcessor(place.at("post_processor"));
  const roles = rolesOf(place, pieces, template, model.unknown);
  const recognized = specialInTexts ? added : added.filter((token) => !token.special);
  const ids = (tokens: readonly AddedToken[]): Set<number> => new Set(tokens.map(({ id }) => id));
  const pipeline = new Pipeline({
    added: new AddedTokens(recognized, normalizer(place.at("normalizer"))),
    preTokenizer: preTokenizer(place.at("pre_tokenizer")),
    model,
    trims,
    decoder: decoder(place.at("decoder")),
    pieces,
    special: ids(special),
    excluded: ids(excluded.filter(({ id }) => id !== model.unknown)),
  });
  const cutter: PieceCutter =
    recognized.length === 0 ? (wordPieces(place, model, roles) ?? pipeline) : pipeline;
  return new PieceTokenizer({
    cutter,
    pieces,
    special: roles,
    template: template ?? PLAIN,
    truncation: truncationOf(place.at("truncation")),
    json: () => json,
  });
}

/** The pieces of a model and the added ones by id. */
function withAdded(
  pieces: PieceModel["pieces"],
  added: readonly AddedToken[],
  place: JsonPlace,
): (string | undefined)[] {
  const all = [...pieces];
  const known = idsOf(pieces);
  for (const [i, { id, content }] of added.entries()) {
    const own = known.get(content);
    if (own !== undefined && own !== id)
      place
        .at(i)
        .at("id")
        .refuse(`${JSON.stringify(content)} is a piece of the model already, with the id ${own}`);
    const there = all[id];
    if (there !== undefined && there !== content)
      place
        .at(i)
        .at("id")
        .refuse(`${id} is the id of ${JSON.stringify(there)} already`);
    all[id] = content;
  }
  return Array.from(all);
}

function truncationOf(place: JsonPlace): Truncation {
  if (!place.given) return { most: null };
  const names = {
    LongestFirst: "longest_first",
    OnlyFirst: "only_first",
    OnlySecond: "only_second",
  } as const;
  const known = [...TRUNCATION_STRATEGIES, "LongestFirst", "OnlyFirst", "OnlySecond"] as const;
  const strategy = place.at("strategy").choice(known, "LongestFirst");
  return {
    most: place.at("max_length").integer(),
    strategy:
      strategy in names ? names[strategy as keyof typeof names] : (strategy as Truncation["strategy"])!,
    direction: place.at("direction").choice(["left", "right"], "right"),
  };
}

/** The pieces with a part to play: from where they stand around a text, else by their usual names. */
function rolesOf(
  place: JsonPlace,
  pieces: readonly (string | undefined)[],
  template: Template | null,
  unknown: number | null,
): SpecialPieces {
  const named = (...names: readonly string[]): number | null =>
    names.map((name) => pieces.indexOf(name)).find((id) => id !== -1) ?? null;
  const single = template?.single ?? PLAIN.single;
  const text = single.findIndex(({ piece }) => "text" in piece);
  const ids = (parts: Template["single"]): number[] =>
    parts.flatMap(({ piece }) => ("id" in piece ? piece.id : []));
  const padding = place.at("padding");
  return {
    pad: padding.given ? padding.at("pad_id").integer(0) : named("[PAD]", "<pad>"),
    unknown,
    start: ids(single.slice(0, text)).at(0) ?? named("[CLS]", "<s>", "<cls>"),
    separator: ids(single.slice(text)).at(0) ?? named("[SEP]", "</s>", "<sep>"),
    mask: named("[MASK]", "<mask>"),
  };
}

/** BERT's own way of cutting, which a graph knows too, where a file asks for just that. */
function wordPieces(
  place: JsonPlace,
  { pieces, unknown }: PieceModel,
  { pad, start, separator }: SpecialPieces,
): WordPiece | null {
  const model = place.at("model");
  const normalizes = place.at("normalizer");
  const whole = pieces.every((piece) => piece !== undefined && piece !== "");
  const asBert =
    normalizes.given &&
    normalizes.at("type").value === "BertNormalizer" &&
    normalizes.at("clean_text").boolean(true) &&
    place.at("pre_tokenizer").given &&
    place.at("pre_tokenizer").at("type").value === "BertPreTokenizer" &&
    (model.at("type").value ?? "WordPiece") === "WordPiece" &&
    model.at("continuing_subword_prefix").string(CONTINUATION) === CONTINUATION &&
    model.at("max_input_chars_per_word").integer(LONGEST_WORD) === LONGEST_WORD;
  if (!asBert || !whole || [pad, unknown, start, separator].some((id) => id === null)) return null;
  const special = { pad: pad!, unknown: unknown!, start: start!, separator: separator! };
  const accents = normalizes.at("strip_accents");
  const lowercase = normalizes.at("lowercase").boolean(true);
  return new WordPiece(new PieceVocabulary(pieces as string[], special), {
    lowercase,
    stripAccents: accents.given ? accents.boolean(false) : null,
    splitChinese: normalizes.at("handle_chinese_chars").boolean(true),
  });
}
