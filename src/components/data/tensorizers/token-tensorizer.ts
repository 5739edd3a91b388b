import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { PAD_ID, UNK_ID, type Vocabulary } from "../../../text/vocabulary.js";
import type {
  FieldSpec,
  FieldValue,
  InputForm,
  InputTensors,
  Row,
  Tensorizer,
  TextTensorizer,
} from "../contracts.js";
import { LearntVocabulary } from "./learnt-vocabulary.js";
import { tokenOptions } from "./token-cutter.js";
import { TokenReader } from "./token-reader.js";
import { vocabSchema } from "./vocab-config.js";
import type { VocabularyHolder } from "./vocabulary-holder.js";
import { idsInput, vocabularyIds } from "./vocabulary-ids.js";

const schema = Type.Object(
  { ...tokenOptions, vocab: vocabSchema },
  {
    description:
      "Word ids: cuts a text into tokens and looks them up in a vocabulary learnt from the training rows.",
  },
);

/** Text to word ids `[tokens]`. In a graph it gives `ids [batch, tokens]` and `mask [batch, tokens]` (bool). */
class TokenIds extends TokenReader implements VocabularyHolder, TextTensorizer {
  readonly role: Tensorizer["role"];
  readonly fields: readonly FieldSpec[];
  #learnt: LearntVocabulary;
  #unknown = 0;

  /** @param leader whose companion this is */
  constructor(
    readonly config: Static<typeof schema>,
    readonly context: Context,
    name: string,
    leader?: TokenIds,
  ) {
    super(config, context, name);
    this.fields = [{ name, dtype: "int32", dims: [config.axis], pad: PAD_ID }];
    this.role = leader === undefined ? "input" : "target";
    this.#learnt = leader === undefined ? new LearntVocabulary(config.vocab, name) : leader.#learnt;
  }

  /** The words and their ids; empty before `finish` or `load`. */
  get vocabulary(): Vocabulary {
    return this.#learnt.vocabulary;
  }

  learnWith(other: Tensorizer): void {
    if (!(other instanceof TokenIds)) return;
    other.#learnt.requireSame(this.config.vocab, this.name);
    this.#learnt = other.#learnt;
  }

  companion(column: string, name: string): TokenIds {
    const config = { ...this.config, column, axis: `${this.config.axis}_${name}`, text_input: null };
    return new TokenIds(config, this.context, name, this);
  }

  observe(row: Row): void {
    this.#learnt.observe(() => this.cutter.words(row));
  }

  finish(): Promise<void> {
    return this.#learnt.finish();
  }

  numberize(row: Row): FieldValue[] {
    const tokens = this.cutter.wordsCounted(row);
    const data = new Int32Array(tokens.length);
    for (let i = 0; i < tokens.length; i++) {
      const id = this.vocabulary.id(tokens[i]!);
      if (id === UNK_ID) this.#unknown += 1;
      data[i] = id;
    }
    return [{ data, sizes: [tokens.length] }];
  }

  build(scope: Scope, form: InputForm): InputTensors {
    if (form === "ids") return idsInput(scope, this.name, [this.config.axis]);
    return vocabularyIds(this.cutter.strings(scope, form), this.vocabulary);
  }

  state(): unknown {
    return this.#learnt.state();
  }

  load(state: unknown): void {
    this.#learnt.load(state);
  }

  facts(): Readonly<Record<string, number>> {
    return { vocabulary: this.vocabulary.size };
  }

  override counts(): Readonly<Record<string, number>> {
    return { ...super.counts(), unknown_tokens: this.#unknown };
  }
}

/** Word ids of a text. */
export const TokenTensorizer = component({
  kind: "tensorizer",
  name: "TokenTensorizer",
  schema,
  create: (config, context, name) => new TokenIds(config, context, name),
});
