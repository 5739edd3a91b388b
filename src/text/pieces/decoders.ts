/** @file Texts put together from pieces: the decoders of tokenizer.json. */
import { byteOf } from "./byte-characters.js";
import type { JsonPlace } from "./json-place.js";
import { metaspace, patternOf } from "./pre-tokenizers.js";
import { wordPieceParts } from "./word-piece-text.js";

/** Pieces to parts of a text, which is all of them one after the other. */
export type Decoder = (pieces: readonly string[]) => readonly string[];

/** A decoder; without one pieces stand with spaces between them. Throws `PTX_VOCABULARY` naming what is not supported. */
export function decoder(place: JsonPlace): Decoder {
  if (!place.given) return (pieces) => pieces.map((piece, i) => (i === 0 ? piece : ` ${piece}`));
  return place.dispatch(KINDS, "decoder");
}

const KINDS: Readonly<Record<string, (place: JsonPlace) => Decoder>> = {
  Sequence: (place) => {
    const parts = place
      .at("decoders")
      .list()
      .map((one) => one.dispatch(KINDS, "decoder"));
    return (pieces) => parts.reduce((rest, part) => part(rest), pieces);
  },
  ByteLevel: () => (pieces) => {
    const bytes = pieces.flatMap((piece) => {
      const own = Array.from(piece, byteOf);
      return own.every((byte) => byte !== undefined) ? own : [...Buffer.from(piece)];
    });
    return [Buffer.from(bytes).toString("utf8")];
  },
  WordPiece: (place) => {
    const prefix = place.at("prefix").string("##");
    const tidy = place.at("cleanup").boolean(true);
    return (pieces) => wordPieceParts(pieces, prefix, tidy);
  },
  Metaspace: (place) => {
    const { replacement, scheme } = metaspace(place);
    return (pieces) =>
      pieces.map((piece, i) => piece.replaceAll(replacement, i === 0 && scheme !== "never" ? "" : " "));
  },
  BPEDecoder: (place) => {
    const suffix = place.at("suffix").string("</w>");
    return (pieces) => pieces.map((piece, i) => piece.replaceAll(suffix, i + 1 === pieces.length ? "" : " "));
  },
  Replace: (place) => {
    const pattern = patternOf(place.at("pattern"));
    const content = place.at("content").string();
    return (pieces) => pieces.map((piece) => piece.replace(pattern, () => content));
  },
  ByteFallback: () => bytesAsText,
  Fuse: () => (pieces) => [pieces.join("")],
  Strip: (place) => {
    const content = place.at("content").string();
    const [start, stop] = [place.at("start").integer(0), place.at("stop").integer(0)];
    return (pieces) =>
      pieces.map((piece) => {
        let [from, to] = [0, piece.length];
        while (from < piece.length && from < start * content.length && piece.startsWith(content, from))
          from += content.length;
        while (
          to > from &&
          piece.length - to < stop * content.length &&
          piece.slice(from, to).endsWith(content)
        )
          to -= content.length;
        return piece.slice(from, to);
      });
  },
};

/** Runs of pieces of bytes (`<0xE4>`) as the characters that they are; U+FFFD for each byte where they are none. */
const bytesAsText: Decoder = (pieces) => {
  const parts: string[] = [];
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length === 0) return;
    const text = Buffer.from(bytes).toString("utf8");
    const whole = Buffer.from(text).equals(Buffer.from(bytes));
    parts.push(...(whole ? [text] : bytes.map(() => "\ufffd")));
    bytes = [];
  };
  for (const piece of pieces) {
    const byte = /^<0x([0-9a-fA-F]{2})>$/.exec(piece)?.[1];
    if (byte !== undefined) bytes.push(Number.parseInt(byte, 16));
    else {
      flush();
      parts.push(piece);
    }
  }
  flush();
  return parts;
};
