/** The contracts of the model side: what each kind of component builds into a graph. */
import type { Tensor } from "../graph/graph.js";
import type { Scope } from "../graph/scope.js";
import type { Traceable } from "../graph/sharing.js";
import type { SlotValue } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { InputTensors, Tensorizer } from "./data/contracts.js";

/** One of a model's inputs: its tensorizer (vocabulary, labels) and the tensors it put into the graph. */
export interface ModelInput {
  readonly tensorizer: Tensorizer;
  readonly tensors: InputTensors;
}

/** A model's inputs by name (`tokens`, `chars`, `dense`, `labels`); remembers which were read, as an input nobody reads is an error. */
export class ModelInputs implements Traceable {
  readonly #inputs: ReadonlyMap<string, ModelInput>;
  readonly #read = new Set<string>();

  /**
   * @param reading called whenever a component asks for an input, whether it is there or not
   * @param lacking the error for an input that a component needs and that is not there
   */
  constructor(
    inputs: ReadonlyMap<string, ModelInput>,
    readonly reading: (name: string, input: ModelInput | undefined) => void = () => {},
    readonly lacking: (name: string, reader: string) => Error = notConfigured,
  ) {
    this.#inputs = inputs;
  }

  /** The input that a component needs; throws `PTX_CONFIG_MISSING` telling to configure it. */
  need(name: string, reader: string): ModelInput {
    const input = this.find(name);
    if (input === undefined) throw this.lacking(name, reader);
    return input;
  }

  /** The input of that name, if the model has it in this graph (targets are absent when predicting). */
  find(name: string): ModelInput | undefined {
    this.#read.add(name);
    const input = this.#inputs.get(name);
    this.reading(name, input);
    return input;
  }

  /**
   * These inputs as a part knows them that reads one of several texts: `names` maps the names that it asks for to those
   * here. It finds no others.
   * @param text what the part reads, for messages
   */
  as(names: Readonly<Record<string, string>>, text: string): ModelInputs {
    const known = Object.entries(names).flatMap(([inner, name]) => {
      const input = this.#inputs.get(name);
      return input === undefined ? [] : [[inner, input] as const];
    });
    const reading = (inner: string, input: ModelInput | undefined): void => {
      const name = names[inner];
      if (name !== undefined) this.#read.add(name);
      this.reading(inner, input);
    };
    return new ModelInputs(new Map(known), reading, (inner, reader) =>
      ptxError(
        "PTX_CONFIG_VALUE",
        `inputs.${text}`,
        `${reader} reads the input "${inner}", which this model does not have of each text`,
        `remove ${reader}: of each text there is ${Object.keys(names).join(" and ")}`,
      ),
    );
  }

  trace(): { readonly view: ModelInputs; readonly alike: (other: unknown) => boolean } {
    const read = new Map<string, InputTensors | undefined>();
    const view = new ModelInputs(this.#inputs, (name, input) => {
      this.find(name);
      read.set(name, input?.tensors);
    });
    const alike = (other: unknown): boolean =>
      other instanceof ModelInputs &&
      [...read].every(([name, tensors]) => other.find(name)?.tensors === tensors);
    return { view, alike };
  }

  /** Throws when an input was configured that no component read. */
  requireAllRead(): void {
    for (const name of this.#inputs.keys()) {
      if (this.#read.has(name)) continue;
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `inputs.${name}`,
        `the input "${name}" is configured but no part of the model reads it`,
        `remove inputs.${name}, or add a component that reads it (CharacterEmbedding reads "chars")`,
      );
    }
  }
}

const notConfigured = (name: string, reader: string): Error =>
  ptxError(
    "PTX_CONFIG_MISSING",
    `inputs.${name}`,
    `${reader} reads the input "${name}", but the model's inputs have none`,
    `give inputs.${name} a tensorizer, or remove ${reader}`,
  );

/** Vectors for the tokens of each row. `vectors [batch, tokens, dim]` are zero where `mask [batch, tokens]` (bool) is false. */
export interface TokenVectors {
  readonly vectors: Tensor;
  readonly mask: Tensor;
  /** The same vectors as rows of a table, when they are a look-up: lets a representation compute once for each different token. */
  readonly distinct?: DistinctVectors;
  /** The parameter `[vocab, dim]` whose row each vector is, where there is such a one: what an output layer may share. */
  readonly table?: Tensor;
}

/** Vectors by reference: `vectors[b, t]` is `table[places[b, t]]`. */
export interface DistinctVectors {
  /** `[rows, dim]`. */
  readonly table: Tensor;
  /** int64 `[batch, tokens]`; padding refers to the row `blank`. */
  readonly places: Tensor;
  /** int64 scalar: the number of a row of zeros. */
  readonly blank: Tensor;
}

/** What a representation knows of a row: one vector for the whole (`doc [batch, dim]`), one for each token (`tokens [batch, tokens, dim]`), or both. */
export interface Represented {
  readonly doc: Tensor | null;
  readonly tokens: Tensor | null;
}

/** A loss as a sum and a count, divided only once all parts of a batch are together. Both scalars. */
export interface Loss {
  readonly sum: Tensor;
  readonly count: Tensor;
}

/** What a loss compares. */
export interface LossInputs {
  /** `[batch, labels]`; `[batch, 1]` for one binary decision; `[batch]` for predicted numbers. */
  readonly logits: Tensor;
  /** int32 `[batch]` class ids, or float32 `[batch, labels]` with 1 for each label that holds, or float32 `[batch]` numbers. */
  readonly target: Tensor;
  /** How much each class counts, `[labels]`; of one binary decision how much each row counts, `[batch, 1]`; null = all alike. */
  readonly classWeights: Tensor | null;
  /** A teacher's logits `[batch, labels]`, where the target has them. */
  readonly soft?: Tensor;
}

/** What a loss's target holds: a class id a row, 0/1 for every label, or a number a row. */
export type LossTarget = "class" | "labels" | "number";

/** What an output layer needs to know to size the last layer and to name results. */
export interface OutputSpec {
  /** How many logits the decoder must make. */
  readonly logits: number;
}

/** What an output layer makes of the logits of a whole row. */
export interface Classified {
  /** Null when the graph has no targets. */
  readonly loss: Loss | null;
  /** Probabilities `[batch, labels]`. */
  readonly scores: Tensor;
}

/** What an output layer makes of a number for each row. */
export interface Regressed {
  /** Null when the graph has no targets. */
  readonly loss: Loss | null;
  /** `[batch]`. */
  readonly scores: Tensor;
}

/** Numbers from the lower to the higher bound. */
export type Range = readonly [low: number, high: number];

/** What a model builds. */
export interface Predicted {
  /** Null when the graph has no targets. */
  readonly loss: Loss | null;
  /**
   * The model's results by name, float32 or int32 `[batch, ...]`. Axes of other sizes in each row are symbols of its
   * inputs, such as `tokens`, or polynomials in these; what stands at padding is not read.
   */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /**
   * The probabilities of all labels at each token, `[batch, tokens, labels]`, where `outputs` tell those of the chosen ones
   * alone: for students to learn from. They are not gathered.
   */
  readonly distributions?: Readonly<Record<string, Tensor>>;
  /** The losses of its heads by name, where it has several: what `loss` is made of. */
  readonly heads?: Readonly<Record<string, Loss>>;
}

/** The label names of a model's targets in id order, by the target input's name. */
export type Labels = Readonly<Record<string, readonly string[]>>;

/** An input that is there in training only: another column, read as the input `of` reads its own. */
export interface Companion {
  readonly of: string;
  readonly column: string;
}

/** A text of each row as a vector. */
export interface EmbeddedText {
  /** `[batch, dim]`. */
  readonly vector: Tensor;
  /** int32 `[batch, pieces]`: what the vector was made of. Texts with equal pieces are equal texts. */
  readonly ids: Tensor;
  /** bool `[batch, pieces]`: false at padding. */
  readonly mask: Tensor;
}

/** What a loss of sentence embeddings compares. */
export interface SentenceLossInputs {
  readonly anchor: EmbeddedText;
  /** The text that belongs to the anchor, or is compared with it. */
  readonly positive: EmbeddedText;
  /** One that does not; null where the rows have none. */
  readonly negative: EmbeddedText | null;
  /** How alike anchor and positive are, float32 `[batch]`; null where the rows do not say. */
  readonly scores: Tensor | null;
}

/** How the last layer's states become a text's vector. */
export interface SentenceForm {
  readonly pooling: SlotValue<"pooling">;
  /** Whether a layer of its own stands between pooling and vector. */
  readonly projected: boolean;
  /** Whether vectors have the length 1. */
  readonly normalize: boolean;
}

/** What all kinds of model offer. */
export interface ModelKind<Config> {
  /** The tensorizers that the model declares, by input name; null ones are left out. */
  inputs(config: Config): Readonly<Record<string, SlotValue<"tensorizer"> | null>>;
  /** Its inputs that are there in training only and are read as one of `inputs` is; absent: none. */
  companions?(config: Config): Readonly<Record<string, Companion>>;
  /** Those of its inputs that have one vocabulary, learnt from the words of all; absent: each has its own. */
  oneVocabulary?(config: Config): readonly string[];
  /** Reads files (pretrained vectors) before the first build of a training run. */
  prepare?(config: Config, context: Context, tensorizers: ReadonlyMap<string, Tensorizer>): Promise<void>;
  build(scope: Scope, config: Config, inputs: ModelInputs, labels: Labels): Predicted;
}

/** How predictions are to be read: one label a row, or any number. */
export type Decision = "single-label" | "multi-label";

/** How scores become labels. */
export interface DecisionRule {
  readonly decision: Decision;
  /** Multi-label: the score from which a label holds. */
  readonly threshold: number;
}

/** How answers are chosen among the spans of a text. */
export interface SpanRule {
  /** How many are given, the best first. */
  readonly answers: number;
  /** By how much no answer must score more than the best one to be given; null: never. */
  readonly nullThreshold: number | null;
}

/** Which trees a parser finds. */
export interface ParserRules {
  /** How many nodes may be open at a time. */
  readonly mostOpen: number;
  /** Whether the root must be an intent, and intents hold slots only and slots intents only. */
  readonly alternating: boolean;
  /** Whether there are no slots in a tree whose root is an unsupported intent. */
  readonly noSlotsInUnsupported: boolean;
}

declare module "../registry/component.js" {
  interface ComponentKinds<Config> {
    embedding: {
      /** Reads files (pretrained vectors) before the first build of a training run. */
      prepare?(config: Config, context: Context, tensorizers: ReadonlyMap<string, Tensorizer>): Promise<void>;
      /** `[batch, tokens, dim]`, zero at padding. */
      build(scope: Scope, config: Config, inputs: ModelInputs): TokenVectors;
    };
    representation: {
      /** Whether it takes the words of several texts in each row, `[batch, utterances, tokens, dim]`. */
      readonly takesUtterances?: boolean;
      build(scope: Scope, config: Config, input: TokenVectors): Represented;
    };
    pooling: {
      /** `[batch, dim]`; rows without tokens give zeros. */ build(
        scope: Scope,
        config: Config,
        input: TokenVectors,
      ): Tensor;
    };
    decoder: {
      /** `[..., dim] -> [..., outputs]`. */ build(
        scope: Scope,
        config: Config,
        input: Tensor,
        outputs: number,
      ): Tensor;
    };
    loss: {
      /** What the target holds. */
      readonly target: LossTarget;
      /** Whether it compares with a teacher's logits. */
      readonly soft?: boolean;
      build(scope: Scope, config: Config, inputs: LossInputs): Loss;
    };
    output_layer: {
      readonly decision: Decision;
      spec(config: Config, labels: readonly string[]): OutputSpec;
      build(
        scope: Scope,
        config: Config,
        logits: Tensor,
        target: ModelInput | undefined,
        labels: readonly string[],
      ): Classified;
      /** The score from which a label holds (multi-label). */
      threshold(config: Config): number;
      /** Logits that it makes these scores of; absent: scores of several models cannot be made one. */
      logitsOf?(config: Config, scores: Tensor): Tensor;
    };
    regression_output_layer: {
      /** Where its numbers lie; null: anywhere. */
      range(config: Config): Range | null;
      /** `logits [batch, 1]`. */
      build(scope: Scope, config: Config, logits: Tensor, target: ModelInput | undefined): Regressed;
      /** Logits that it makes these scores of; absent: scores of several models cannot be made one. */
      logitsOf?(config: Config, scores: Tensor): Tensor;
    };
    span_output_layer: {
      rule(config: Config): SpanRule;
      /** `logits [batch, pieces, 2]` of first and last piece; `context` bool `[batch, pieces]`: where answers are looked for. */
      build(
        scope: Scope,
        config: Config,
        logits: Tensor,
        context: Tensor,
        target: ModelInput | undefined,
      ): Predicted;
    };
    /** Classes of a text: `scores [batch, labels]` for the target "labels". */
    model: ModelKind<Config> & {
      /** How its scores become labels. */
      decision(config: Config, context: Context): DecisionRule;
    };
    /** A label for each token: `tags` int32, -1 at padding, and `tag_scores`, both `[batch, tokens]`, for the target "labels"; neither while training where that is costly. */
    tagging_model: ModelKind<Config>;
    /** A text's intent and its tokens' slots: `scores [batch, intents]` for the target "intent", `tags` and `tag_scores` for "slots". */
    intent_slot_model: ModelKind<Config>;
    /** A number for each row: `scores [batch]` for the target "labels". */
    regression_model: ModelKind<Config> & {
      /** Where its numbers lie; null: anywhere. */
      range(config: Config, context: Context): Range | null;
    };
    /** The next token: `surprisal [batch, tokens]` in nats; with a target `next_scores [batch, vocab]` is left out. */
    language_model: ModelKind<Config>;
    /**
     * A text's vector: `embedding [batch, dim]` of the input "tokens". With the companion "positive", `cosine` and
     * `dot [batch]` of both vectors, and outside of training `positive_embedding [batch, dim]`.
     */
    sentence_embedding_model: ModelKind<Config> & {
      /** Where the targets "labels" must lie; null: anywhere, or there are none. */
      range(config: Config, context: Context): Range | null;
      /** What makes the vector of the encoder's states. */
      form(config: Config): SentenceForm;
    };
    /**
     * How near a response is to a query, both read alone: `cosine` and `dot [batch]` of their vectors, and outside of
     * training `embedding` (the query's) and `positive_embedding [batch, dim]`. With the companion "neg_response"
     * `negative_cosine` and `negative_dot [batch]`.
     */
    ranking_model: ModelKind<Config> & {
      /** Which of both is a response's score. */
      similarity(config: Config): "cosine" | "dot";
      /** Whether predictions and exported files give both vectors too. */
      exportsEmbeddings(config: Config): boolean;
    };
    sentence_embedding_loss: {
      /** Whether it needs a third text, can use one, or has no use for one; whether it needs scores. */
      readonly reads: { readonly negative: "needed" | "used" | "unused"; readonly scores: boolean };
      /** Where scores must lie; absent: anywhere. */
      range?(config: Config): Range;
      build(scope: Scope, config: Config, inputs: SentenceLossInputs): Loss;
    };
    /** Hidden pieces of a text: `surprisal [batch, masked]` and `hits`; without a target "labels" `candidates` and `candidate_scores`. */
    masked_language_model: ModelKind<Config>;
    /**
     * Trees over the tokens of a text, for the target "actions", the best first: `opens` int32 `[batch, parses, tokens, open]`
     * (see `Brackets`), `closes` int32 `[batch, parses, tokens]` and `parse_scores [batch, parses]`, log-probabilities that are
     * `NO_PARSE` or less where there are fewer; none while training.
     */
    parsing_model: ModelKind<Config> & {
      /** Which trees it finds. */
      rules(config: Config): ParserRules;
      /** What of its config parsers that search together must have alike. */
      searching(config: Config): object;
    };
    /**
     * Sequences that are written for a source, for the target "target", the best first: `sequences` int32 `[batch, best, steps]`
     * and `sequence_scores [batch, best]` (see `Sequences`); none while training.
     */
    seq2seq_model: ModelKind<Config> & {
      /** By which sequences are compared; see `SearchOptions`. Null: by the mean of their tokens' `log p`. */
      lengthPenalty(config: Config): number | null;
      /** Which trees it writes; null: it writes anything. */
      treeRules(config: Config, context: Context): ParserRules | null;
    };
    /** Parts of a text: `first`, `last`, `span_logits`, `null_logit`, `log_total` and `has_answer` for the target "answers"; none while training. */
    span_model: ModelKind<Config> & {
      rule(config: Config, context: Context): SpanRule;
    };
  }
}
