/** @file The models of tokenizer.json. */
import { Bpe } from "./bpe.js";
import type { JsonPlace } from "./json-place.js";
import { idsOf, type PieceModel, piecesById, unknownOf } from "./piece-model.js";
import { PieceTree } from "./piece-tree.js";
import { Unigram } from "./unigram.js";

/** Reads the model. `excluded`: pieces that no text may become. Throws `PTX_VOCABULARY` naming what is not supported. */
export function pieceModel(place: JsonPlace, excluded: ReadonlySet<string>): PieceModel {
  const kinds: Readonly<Record<string, (place: JsonPlace) => PieceModel>> = {
    BPE: (model) => Bpe.read(model),
    Unigram: (model) => Unigram.read(model, excluded),
    WordPiece: wordPieceModel,
    WordLevel: wordLevelModel,
  };
  if (place.at("type").given) return place.dispatch(kinds, "model");
  // Older files do not say what they hold.
  const type = place.at("merges").given
    ? "BPE"
    : Array.isArray(place.at("vocab").value)
      ? "Unigram"
      : "WordPiece";
  return kinds[type]!(place);
}

/** The longest pieces from the left; a word that they do not make up is one unknown piece. */
function wordPieceModel(place: JsonPlace): PieceModel {
  const vocab = place.at("vocab");
  const pieces = piecesById(vocab);
  const unknown = unknownOf(place, vocab.object());
  const most = place.at("max_input_chars_per_word").integer(100);
  const continuation = place.at("continuing_subword_prefix").string("##");
  let tree: PieceTree | undefined;
  return {
    pieces,
    unknown,
    cut(word) {
      tree ??= new PieceTree(
        pieces.map((piece) => piece ?? ""),
        continuation,
        most,
      );
      const characters = [...word];
      const symbols = characters.map(tree.symbol, tree);
      const ids: number[] = [];
      const [starts, ends]: [number[], number[]] = [[], []];
      let [at, end] = [0, 0];
      while (at < symbols.length && symbols.length <= most) {
        const { id, length } = tree.longest(symbols, at);
        if (length === 0) break;
        ids.push(id);
        starts.push(end);
        for (let i = at; i < at + length; i++) end += characters[i]!.length;
        ends.push(end);
        at += length;
      }
      return at < symbols.length
        ? { ids: [unknown], starts: [0], ends: [word.length] }
        : { ids, starts, ends };
    },
  };
}

/** Whole words only. */
function wordLevelModel(place: JsonPlace): PieceModel {
  const vocab = place.at("vocab");
  const pieces = piecesById(vocab);
  const unknown = unknownOf(place, vocab.object());
  const ids = idsOf(pieces);
  return {
    pieces,
    unknown,
    cut: (word) => ({ ids: [ids.get(word) ?? unknown], starts: [0], ends: [word.length] }),
  };
}
