import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import { encodeStrings } from "../../../graph/ops/lookup.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import { mended } from "../../../text/normalize.js";
import { UNK_ID, type Vocabulary } from "../../../text/vocabulary.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row } from "../contracts.js";
import { badCell, textCell } from "./cells.js";
import { LearntVocabulary } from "./learnt-vocabulary.js";
import { textsOf } from "./token-cutter.js";
import { vocabSchema } from "./vocab-config.js";
import type { VocabularyHolder } from "./vocabulary-holder.js";

const schema = Type.Object(
  {
    column: Type.String({ default: "uid", description: "The column that names the user." }),
    vocab: vocabSchema,
  },
  {
    description:
      "Who wrote a row, as an id: the users of the training rows. Any other is the unknown user, as are those that `vocab` leaves out.",
  },
);

/** A user's name to an id. In a graph it gives `ids [batch]`. */
class UserId implements VocabularyHolder {
  readonly columns: readonly string[];
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  readonly #learnt: LearntVocabulary;
  #unknown = 0;

  constructor(
    readonly config: Static<typeof schema>,
    readonly name: string,
  ) {
    this.columns = [config.column];
    this.fields = [{ name, dtype: "int32", dims: [], pad: UNK_ID }];
    this.#learnt = new LearntVocabulary(config.vocab, name);
  }

  get vocabulary(): Vocabulary {
    return this.#learnt.vocabulary;
  }

  observe(row: Row): void {
    this.#learnt.observe(() => [this.#user(row)]);
  }

  finish(): Promise<void> {
    return this.#learnt.finish();
  }

  numberize(row: Row): FieldValue[] {
    const id = this.vocabulary.id(this.#user(row));
    if (id === UNK_ID) this.#unknown += 1;
    return [{ data: Int32Array.of(id), sizes: [] }];
  }

  length(): number {
    return 1;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    if (form === "ids") return { ids: scope.graph.input(this.name, "int32", ["batch"]) };
    const { words, specials } = this.vocabulary;
    const users = textsOf(scope, this.config.column, ["batch"]);
    const ids = words.map((_, index) => specials.length + index);
    return { ids: encodeStrings(users, words, ids, UNK_ID) };
  }

  serve(rows: readonly Row[]): Readonly<Record<string, HostTensor>> {
    const data = rows.map((row) => this.#user(row));
    return { [this.config.column]: { dtype: "string", dims: [rows.length], data } };
  }

  state(): unknown {
    return this.#learnt.state();
  }

  load(state: unknown): void {
    this.#learnt.load(state);
  }

  facts(): Readonly<Record<string, number>> {
    return { users: this.vocabulary.words.length };
  }

  counts(): Readonly<Record<string, number>> {
    return { unknown_users: this.#unknown };
  }

  #user(row: Row): string {
    const user = mended(textCell(row, this.config.column));
    if (user === "") throw badCell(row, this.config.column, "a user's name", "");
    return user;
  }
}

/** PyText's UidTensorizer. */
export const UidTensorizer = component({
  kind: "tensorizer",
  name: "UidTensorizer",
  schema,
  create: (config, _context, name) => new UserId(config, name),
});
