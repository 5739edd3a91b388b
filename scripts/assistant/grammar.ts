import { ptxError } from "../../src/registry/errors.js";

/** A run of plain words, or a place that a filler of `lexicon` takes and that is labelled `slot`. */
export type Piece = { readonly text: string } | { readonly slot: string; readonly lexicon: string };

/**
 * All sentences of a template, each as its pieces, in the order in which the template names them.
 * `(a|b)` is a choice, `[a|b]` a choice that may be left out, `{slot}` or `{slot:lexicon}` a place for a filler;
 * brackets nest. Throws `PTX_DATA` on a bracket that does not match.
 */
export function expandTemplate(template: string): Piece[][] {
  const reader = new Reader(template);
  const sentences = reader.readChoice("");
  return sentences.map((sentence) =>
    toPieces(
      template,
      sentence
        .replace(/\s+/g, " ")
        .replace(/ (?=[,.!?])/g, "")
        .trim(),
    ),
  );
}

/** A sentence with its slot names in braces: what remains of it when the fillers are taken out. */
export function surface(pieces: readonly Piece[]): string {
  return pieces.map((piece) => ("slot" in piece ? `{${piece.slot}}` : piece.text)).join("");
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]" };

class Reader {
  #at = 0;

  constructor(readonly template: string) {}

  /** Reads alternatives up to the closing bracket, or to the end for `""`. */
  readChoice(end: string): string[] {
    const found: string[] = [];
    let current = [""];
    while (this.#at < this.template.length) {
      const sign = this.template[this.#at++]!;
      if (sign === end) return [...found, ...current];
      if (sign === "|" && end !== "") {
        found.push(...current);
        current = [""];
      } else if (sign === "(" || sign === "[") {
        const inner = this.readChoice(closing[sign]!);
        const options = sign === "[" ? [...inner, ""] : inner;
        current = current.flatMap((head) => options.map((option) => head + option));
      } else if (sign === ")" || sign === "]" || sign === "|") {
        throw badTemplate(this.template, `"${sign}" at ${this.#at - 1} has no opening bracket`);
      } else current = current.map((head) => head + sign);
    }
    if (end !== "") throw badTemplate(this.template, `"${end}" is missing`);
    return current;
  }
}

function toPieces(template: string, sentence: string): Piece[] {
  const pieces: Piece[] = [];
  for (const part of sentence.split(/(\{[^{}]*\})/)) {
    if (part === "") continue;
    const name = /^\{([a-z_]+)(?::([a-z_]+))?\}$/.exec(part);
    if (name) pieces.push({ slot: name[1]!, lexicon: name[2] ?? name[1]! });
    else if (/[{}]/.test(part)) throw badTemplate(template, `"${part}" is not {slot} or {slot:lexicon}`);
    else pieces.push({ text: part });
  }
  return pieces;
}

function badTemplate(template: string, what: string) {
  return ptxError("PTX_DATA", `template "${template}"`, what);
}
