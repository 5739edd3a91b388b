import { isDeepStrictEqual } from "node:util";
import { ptxError } from "../../../registry/errors.js";
import { Vocabulary, VocabularyBuilder } from "../../../text/vocabulary.js";
import { buildVocabulary, type VocabConfig } from "./vocab-config.js";
import { savedVocabulary } from "./vocabulary-holder.js";

/** A vocabulary that one tensorizer learns from the training rows, or several together: then it counts the words of all. */
export class LearntVocabulary {
  readonly #builder = new VocabularyBuilder();
  #vocabulary = new Vocabulary([]);
  #finished: Promise<void> | undefined;

  /** @param name the input whose tensorizer learns it, for messages */
  constructor(
    readonly config: VocabConfig,
    readonly name: string,
  ) {}

  /** Empty before `finish` or `load`. */
  get vocabulary(): Vocabulary {
    return this.#vocabulary;
  }

  /** Counts words, unless the config takes none from rows; `words` is asked for them only then. */
  observe(words: () => Iterable<string>): void {
    if (!this.config.build_from_data) return;
    for (const word of words()) this.#builder.add(word);
  }

  /** Ends counting; asked again, it does nothing. Throws `PTX_VOCABULARY` for a vocabulary without words. */
  finish(): Promise<void> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  async #finish(): Promise<void> {
    this.#vocabulary = await buildVocabulary(this.#builder, this.config, `inputs.${this.name}.vocab`);
  }

  /** Throws `PTX_CONFIG_VALUE` where another tensorizer, which is to learn it too, would build it otherwise. */
  requireSame(config: VocabConfig, name: string): void {
    if (isDeepStrictEqual(config, this.config)) return;
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `model.inputs.${name}.vocab`,
      `the inputs "${this.name}" and "${name}" have one vocabulary in this model, but their keys for it differ`,
      "give both the same `vocab`",
    );
  }

  state(): unknown {
    return { vocabulary: this.#vocabulary.toJSON() };
  }

  /** Restores `state()`. Throws `PTX_MODEL_FILE` when it does not fit. */
  load(state: unknown): void {
    this.#vocabulary = savedVocabulary(state, this.name);
  }
}
