import type { Row, Tensorizer } from "../contracts.js";
import { LabelList, type LabelOptions } from "./label-list.js";

/** What the tensorizers share whose numbers say which labels of a fixed list a row has. */
export abstract class LabelReader {
  columns: readonly string[];
  readonly role = "target" satisfies Tensorizer["role"];
  protected readonly list: LabelList;

  /** @param fewest how many labels there must be */
  constructor(
    options: LabelOptions & { readonly column: string },
    readonly name: string,
    fewest: number,
  ) {
    this.columns = [options.column];
    this.list = new LabelList(options, `inputs.${name}`, fewest);
  }

  /** The labels of a row. Throws `PTX_DATA` for a cell that holds something else. */
  protected abstract labelsOf(row: Row): readonly string[];

  get labels(): readonly string[] {
    return this.list.names;
  }

  observe(row: Row): void {
    for (const label of this.labelsOf(row)) this.list.observe(label);
  }

  finish(): Promise<void> {
    return this.list.finish();
  }

  length(): number {
    return 1;
  }

  labelCounts(): readonly number[] {
    return this.list.counts;
  }

  state(): unknown {
    return this.list.state();
  }

  load(state: unknown): void {
    this.list.load(state);
  }

  facts(): Readonly<Record<string, number>> {
    return { labels: this.labels.length };
  }

  counts(): Readonly<Record<string, number>> {
    return this.list.unknownCounts();
  }
}
