import { type Static, Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import { MOST_CHARACTERS, splitCharacters } from "../../../graph/ops/text.js";
import { component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import type { Vocabulary } from "../../../text/vocabulary.js";
import type { InputTensors, Row, Tensorizer } from "../contracts.js";
import { LearntVocabulary } from "./learnt-vocabulary.js";
import { tokenOptions } from "./token-cutter.js";
import { TokenPieces } from "./token-pieces.js";
import { vocabSchema } from "./vocab-config.js";
import { vocabularyIds } from "./vocabulary-ids.js";

const schema = Type.Object(
  {
    ...tokenOptions,
    max_char_length: Type.Integer({
      default: 20,
      minimum: 1,
      description: "Keep so many characters of a token; tokens with more are counted and printed.",
    }),
    vocab: vocabSchema,
  },
  { description: "The characters of each token, as ids of a vocabulary learnt from the training rows." },
);

/** Text to character ids `[tokens, chars]`; a character is a Unicode code point. */
class CharacterIds extends TokenPieces {
  #learnt: LearntVocabulary;

  constructor(
    readonly config: Static<typeof schema>,
    context: Context,
    name: string,
  ) {
    super(config, context, name, config.max_char_length);
    this.#learnt = new LearntVocabulary(config.vocab, name);
  }

  override get vocabulary(): Vocabulary {
    return this.#learnt.vocabulary;
  }

  learnWith(other: Tensorizer): void {
    if (!(other instanceof CharacterIds)) return;
    other.#learnt.requireSame(this.config.vocab, this.name);
    this.#learnt = other.#learnt;
  }

  override observe(row: Row): void {
    this.#learnt.observe(() => this.cutter.words(row).flatMap((token) => [...token]));
  }

  override finish(): Promise<void> {
    return this.#learnt.finish();
  }

  override state(): unknown {
    return this.#learnt.state();
  }

  override load(state: unknown): void {
    this.#learnt.load(state);
  }

  protected override pieces(token: string): number[] {
    return Array.from(token, (character) => this.vocabulary.id(character));
  }

  protected override fromStrings(strings: Tensor): InputTensors {
    if (this.maxPieces > MOST_CHARACTERS) {
      throw ptxError(
        "PTX_EXPORT",
        `inputs.${this.name}`,
        `an exported file reads at most ${MOST_CHARACTERS} characters of a token`,
        `set max_char_length to ${MOST_CHARACTERS} or less and train again`,
      );
    }
    return vocabularyIds(splitCharacters(strings, this.maxPieces), this.vocabulary);
  }
}

/** Character ids of the tokens of a text. */
export const CharacterTokenTensorizer = component({
  kind: "tensorizer",
  name: "CharacterTokenTensorizer",
  schema,
  create: (config, context, name) => new CharacterIds(config, context, name),
});
