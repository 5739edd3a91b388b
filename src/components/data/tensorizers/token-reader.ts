import type { HostTensor } from "../../../graph/dtype.js";
import type { Graph } from "../../../graph/graph.js";
import type { Context } from "../../../registry/context.js";
import type { CutTexts, FieldValue, Row, StringForm, Tokenized } from "../contracts.js";
import { type CutOptions, TokenCutter } from "./token-cutter.js";

/** What the tensorizers share whose first field follows the tokens of a text: a cutter, and what it says of rows and graphs. */
export abstract class TokenReader {
  protected readonly cutter: TokenCutter;

  constructor(
    options: CutOptions,
    context: Context,
    readonly name: string,
  ) {
    this.cutter = new TokenCutter(options, context);
  }

  get columns(): readonly string[] {
    return [this.cutter.options.column];
  }

  tokenized(row: Row): Tokenized {
    return this.cutter.cut(row);
  }

  textOf(row: Row): string {
    return this.cutter.textOf(row);
  }

  cutIn(graph: Graph): CutTexts | undefined {
    return this.cutter.cutIn(graph);
  }

  /** Tokens of a row, by which rows are batched. */
  length([first]: readonly FieldValue[]): number {
    return first!.sizes[0]!;
  }

  serve(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>> {
    return this.cutter.feeds(rows, form);
  }

  counts(): Readonly<Record<string, number>> {
    return this.cutter.counts();
  }
}
