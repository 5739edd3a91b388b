import type { Tensor } from "../../../graph/graph.js";
import type { Scope } from "../../../graph/scope.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { LabelList, type LabelOptions } from "./label-list.js";
import { noTargetStrings } from "./target-form.js";
import { TeacherLogits } from "./teacher-logits.js";

/** Where a row's labels stand, and a teacher's logits of them if it has any. */
export interface LabelColumns {
  readonly column: string;
  readonly logits_column?: string;
}

/**
 * What the tensorizers share whose numbers say which labels of a fixed list a row has. In a graph a teacher's logits are
 * `logits [batch, labels]` beside them.
 */
export abstract class LabelReader {
  readonly columns: readonly string[];
  readonly role = "target" satisfies Tensorizer["role"];
  protected readonly list: LabelList;
  readonly #teacher: TeacherLogits | null;

  /** @param fewest how many labels there must be */
  constructor(
    options: LabelOptions & LabelColumns,
    readonly name: string,
    fewest: number,
  ) {
    const { column, logits_column: logits } = options;
    this.columns = logits === undefined ? [column] : [column, logits];
    this.#teacher = logits === undefined ? null : new TeacherLogits(logits, name);
    this.list = new LabelList(options, `inputs.${name}`, fewest);
  }

  /** The labels of a row. Throws `PTX_DATA` for a cell that holds something else. */
  protected abstract labelsOf(row: Row): readonly string[];

  /** The field of the labels themselves. */
  protected abstract labelField(): FieldSpec;

  protected abstract labelValue(row: Row): FieldValue;

  protected abstract labelTensors(scope: Scope): Readonly<Record<string, Tensor>>;

  get fields(): readonly FieldSpec[] {
    return [this.labelField(), ...(this.#teacher ? [this.#teacher.field(this.labels)] : [])];
  }

  numberize(row: Row): FieldValue[] {
    return [this.labelValue(row), ...(this.#teacher ? [this.#teacher.numberize(row, this.labels)] : [])];
  }

  build(scope: Scope, form: InputForm): InputTensors {
    noTargetStrings(form, this.name);
    return {
      ...this.labelTensors(scope),
      ...(this.#teacher && { logits: this.#teacher.input(scope, this.labels) }),
    };
  }

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
