import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { isObject } from "../../../registry/json.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { badCell, jsonCell } from "./cells.js";
import { checkSlotLabels, SlotLabels, slotLabelSchema } from "./slot-label-tensorizer.js";

const schema = Type.Object(
  {
    ...slotLabelSchema.properties,
    logits_column: Type.String({
      default: "tag_logits",
      description:
        'The column that holds a teacher\'s logits: {"tags": [...], "tokens": [[...], ...]}, for each token a number for each tag.',
    }),
  },
  {
    description:
      "One tag for each token of a text, and beside it a teacher's logits (`pytext-ts get-logits`). Cuts texts as the teacher did.",
  },
);

/** As it stands in a row. */
interface Logits {
  readonly tags: readonly string[];
  readonly tokens: readonly (readonly number[])[];
}

/** Tags to their ids, and a teacher's logits in the order of the ids. In a graph: `ids [batch, tokens]` (int32), `logits [batch, tokens, labels]`. */
class SoftSlotLabels extends SlotLabels implements Tensorizer {
  constructor(
    readonly soft: Static<typeof schema>,
    context: Context,
    name: string,
  ) {
    super(soft, context, name);
    this.columns = [...this.columns, soft.logits_column];
  }

  override get fields(): readonly FieldSpec[] {
    const dims = [this.soft.axis, this.labels.length];
    return [...super.fields, { name: this.#logits, dtype: "float32", dims, pad: 0 }];
  }

  override numberize(row: Row): FieldValue[] {
    const [ids] = super.numberize(row);
    const count = ids!.sizes[0]!;
    const { labels } = this;
    const { tags, tokens } = this.#read(row);
    const order = labels.map((label) => tags.indexOf(label));
    if (count > 0 && (order.includes(-1) || tags.length !== labels.length))
      throw this.#bad(row, `numbers for the tags ${labels.join(", ")}, and no others`);
    if (tokens.length !== count)
      throw this.#bad(
        row,
        `numbers for ${count} tokens, as this text is cut here, not for ${tokens.length}: give the teacher's tokenizer`,
      );
    const data = Float32Array.from(tokens.flatMap((numbers) => order.map((at) => numbers[at] ?? Number.NaN)));
    if (!data.every(Number.isFinite)) throw this.#bad(row, "a number for each tag at each token");
    return [ids!, { data, sizes: [count, labels.length] }];
  }

  override build(scope: Scope, form: InputForm): InputTensors {
    const shape = ["batch", this.soft.axis, this.labels.length];
    return { ...super.build(scope, form), logits: scope.graph.input(this.#logits, "float32", shape) };
  }

  get #logits(): string {
    return `${this.name}.logits`;
  }

  #read(row: Row): Logits {
    const object = jsonCell(row, this.soft.logits_column);
    if (isObject(object) && Array.isArray(object.tags) && Array.isArray(object.tokens))
      return object as unknown as Logits;
    throw this.#bad(row, '{"tags": [...], "tokens": [[...], ...]}');
  }

  #bad(row: Row, expected: string): Error {
    const value = row.values[this.soft.logits_column];
    return badCell(row, this.soft.logits_column, expected, value);
  }
}

/** The target of a student that tags: a tag and a teacher's logits for each token. */
export const SoftSlotLabelTensorizer = component({
  kind: "tensorizer",
  name: "SoftSlotLabelTensorizer",
  schema,
  check: checkSlotLabels,
  create: (config, context, name) => new SoftSlotLabels(config, context, name),
});
