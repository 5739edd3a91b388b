import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { type CheckProblem, component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import {
  type FieldSpec,
  type FieldValue,
  type InputForm,
  type InputTensors,
  type Row,
  SkipRow,
  type Tensorizer,
} from "../contracts.js";
import { badState } from "./cells.js";
import { checkLabelOptions, LabelList, labelOptions } from "./label-list.js";
import { checkSlotOptions, SlotReader, type SlotReading, slotOptions } from "./slot-reader.js";
import { labelsOfReading, renamedReading, tagNames, tagsOfReading } from "./tag-names.js";
import { noTargetStrings } from "./target-form.js";

/** The keys of a target with a tag for each token. */
export const slotLabelSchema = Type.Object(
  {
    ...slotOptions,
    ...labelOptions,
    labels: Type.Union(
      [Type.Array(Type.String({ minLength: 1 }), { minItems: 1, uniqueItems: true }), Type.Null()],
      {
        default: null,
        description:
          "All labels in the order of their ids, without the marks of a scheme (person, not B-person); null: those of the training rows, the most frequent first.",
      },
    ),
  },
  {
    description:
      "One tag for each token of a text: entities, slots or parts of speech. Needs the same tokenizer, max_seq_len and axis as the tokens that the model reads.",
  },
);
type Config = Static<typeof slotLabelSchema>;

/** A target with a tag for each token. */
export interface TagTensorizer extends Tensorizer {
  /** The tags in id order. */
  readonly labels: readonly string[];
  /** How the tags write entities; "none": each tag stands for itself. */
  readonly scheme: "bio" | "bioes" | "none";
}

/**
 * Tags to their ids `[tokens]`; in a graph `ids [batch, tokens]` (int32), 0 at padding. The order of the tags is `O`, then
 * those of each label, the most frequent label first (`B-x`, `I-x`; in BIOES also `E-x`, `S-x`): all that a valid
 * sequence may need, seen in training or not.
 */
export class SlotLabels implements TagTensorizer {
  columns: readonly string[];
  readonly role = "target";
  readonly #reader: SlotReader;
  readonly #list: LabelList;
  readonly #seen = new Map<string, number>();
  readonly #met: Record<string, number> = { rows: 0, tokens: 0 };
  #labels: readonly string[] = [];
  #ids = new Map<string, number>();
  #tagCounts: readonly number[] = [];

  constructor(
    readonly config: Config,
    context: Context,
    readonly name: string,
  ) {
    this.columns = [...new Set([config.text_column, config.column])];
    this.#reader = new SlotReader(config, context, `inputs.${name}`);
    const fewest = config.label_scheme === "none" ? 2 : 1;
    this.#list = new LabelList(config, `inputs.${name}`, fewest);
  }

  get fields(): readonly FieldSpec[] {
    return [{ name: this.name, dtype: "int32", dims: [this.config.axis], pad: 0 }];
  }

  get labels(): readonly string[] {
    return this.#labels;
  }

  get scheme(): TagTensorizer["scheme"] {
    return this.config.model_scheme;
  }

  observe(row: Row): void {
    const reading = this.#unlessSkipped(row);
    if (reading === undefined) return;
    for (const label of labelsOfReading(reading)) this.#list.observe(label);
    for (const tag of tagsOfReading(reading, this.scheme))
      this.#seen.set(tag, (this.#seen.get(tag) ?? 0) + 1);
  }

  async finish(): Promise<void> {
    await this.#list.finish();
    this.#nameTags();
    this.#tagCounts = this.#labels.map((tag) => this.#seen.get(tag) ?? 0);
  }

  numberize(row: Row): FieldValue[] {
    const reading = this.#reader.read(row);
    const known = renamedReading(reading, (label) => this.#list.names[this.#list.id(label, row)]!);
    const data = Int32Array.from(tagsOfReading(known, this.scheme), (tag) => this.#ids.get(tag)!);
    for (const [key, count] of Object.entries({ rows: 1, tokens: data.length, ...reading.met }))
      this.#met[key] = (this.#met[key] ?? 0) + count;
    return [{ data, sizes: [data.length] }];
  }

  length([ids]: readonly FieldValue[]): number {
    return ids!.sizes[0]!;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    noTargetStrings(form, this.name);
    return { ids: scope.graph.input(this.name, "int32", ["batch", this.config.axis]) };
  }

  /** How many tokens of the training rows have each tag. */
  labelCounts(): readonly number[] {
    return this.#tagCounts;
  }

  state(): unknown {
    return { ...this.#list.state(), tag_counts: this.#tagCounts };
  }

  load(state: unknown): void {
    this.#list.load(state);
    this.#nameTags();
    const { tag_counts: counts } = state as { tag_counts?: unknown };
    if (!Array.isArray(counts) || counts.length !== this.#labels.length || !counts.every(Number.isInteger))
      throw badState(this.name, "how many tokens have each tag");
    this.#tagCounts = counts as number[];
  }

  facts(): Readonly<Record<string, number>> {
    return { labels: this.#list.names.length, tags: this.#labels.length };
  }

  counts(): Readonly<Record<string, number>> {
    return { ...this.#met, ...this.#list.unknownCounts() };
  }

  /** Makes the tags and their ids from the labels. */
  #nameTags(): void {
    this.#labels = tagNames(this.#list.names, this.config);
    this.#ids = new Map(this.#labels.map((tag, id) => [tag, id]));
    if (this.#ids.size === this.#labels.length) return;
    const twice = this.#labels.find((tag, id) => this.#ids.get(tag) !== id)!;
    throw ptxError(
      "PTX_DATA",
      `inputs.${this.name}`,
      `no label may be called "${twice}", which has a meaning here`,
    );
  }

  #unlessSkipped(row: Row): SlotReading | undefined {
    try {
      return this.#reader.read(row);
    } catch (error) {
      if (error instanceof SkipRow) return undefined;
      throw error;
    }
  }
}

/** The rules between the keys of `slotLabelSchema`. */
export const checkSlotLabels = (config: Config): CheckProblem[] => [
  ...checkSlotOptions(config),
  ...checkLabelOptions(config),
];

/** The tags of a text's tokens. */
export const SlotLabelTensorizer = component({
  kind: "tensorizer",
  name: "SlotLabelTensorizer",
  schema: slotLabelSchema,
  check: checkSlotLabels,
  create: (config, context, name) => new SlotLabels(config, context, name),
});
