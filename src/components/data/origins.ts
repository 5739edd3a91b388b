import { Growable } from "./growable.js";

/** Where rows came from (`file:line`), held as a few texts and a number for each row. */
export class Origins {
  readonly #texts: string[] = [];
  readonly #textIds = new Map<string, number>();
  readonly #text = new Growable(Uint32Array);
  readonly #number = new Growable(Float64Array);

  push(origin: string): void {
    const digits = /\d{0,15}$/.exec(origin)![0];
    const plain = digits.startsWith("0") ? "" : digits; // a leading zero would be lost
    const text = origin.slice(0, origin.length - plain.length);
    let id = this.#textIds.get(text);
    if (id === undefined) {
      id = this.#texts.push(text) - 1;
      this.#textIds.set(text, id);
    }
    this.#text.push(id);
    this.#number.push(plain === "" ? -1 : Number(plain));
  }

  /** The origin of a row by its number; undefined when there is no such row. */
  at(row: number): string | undefined {
    const text = this.#texts[this.#text.at(row) ?? -1];
    if (text === undefined) return undefined;
    const number = this.#number.at(row)!;
    return number < 0 ? text : `${text}${number}`;
  }
}
