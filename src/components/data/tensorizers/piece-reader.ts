import type { FieldSpec, FieldValue, PieceTensorizer } from "../contracts.js";
import { fillerOf } from "./piece-roles.js";
import { type PieceOptions, PieceSource } from "./piece-source.js";

/** What all tensorizers of pieces share: a tokenizer that is read once and kept by the run, the field of ids, and counts. */
export abstract class PieceReader implements Pick<PieceTensorizer, "cutsPieces" | "tokenizer"> {
  readonly cutsPieces = true;
  protected readonly source: PieceSource;
  #rows = 0;
  #pieces = 0;
  #unknown = 0;

  /** @param source whose tokenizer it shares; absent: it has its own, as the options say */
  constructor(
    options: PieceOptions,
    readonly name: string,
    source?: PieceSource,
  ) {
    this.source = source ?? new PieceSource(options, name);
  }

  get tokenizer(): PieceTensorizer["tokenizer"] {
    return this.source.tokenizer;
  }

  observe(): void {}

  /** Pieces of a row, by which rows are batched. */
  length([ids]: readonly FieldValue[]): number {
    return ids!.sizes[0]!;
  }

  state(): unknown {
    return this.source.state();
  }

  load(state: unknown): void {
    this.source.load(state);
  }

  facts(): Readonly<Record<string, number>> {
    return { vocabulary: this.tokenizer.pieces.length };
  }

  counts(): Readonly<Record<string, number>> {
    return { rows: this.#rows, pieces: this.#pieces, unknown_pieces: this.#unknown };
  }

  /** The field of ids along an axis. */
  protected idsField(axis: string): FieldSpec {
    return { name: this.name, dtype: "int32", dims: [axis], pad: fillerOf(this.tokenizer) };
  }

  /** Counts a row with the ids of its text, special pieces left out. */
  protected countRow(ids: Iterable<number>): void {
    const { unknown } = this.tokenizer.special;
    this.#rows += 1;
    for (const id of ids) {
      this.#pieces += 1;
      if (id === unknown) this.#unknown += 1;
    }
  }
}
