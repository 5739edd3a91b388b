/** @file What the models have in common that read a question and its text by words. */
import { type Static, Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import { broadcastLike, concat, full, reshape, slice } from "../../../graph/ops/shaping.js";
import { uniformInit } from "../../../graph/parameters.js";
import type { Scope } from "../../../graph/scope.js";
import { Slot } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import { type ModelInput, ModelInputs, type Predicted, type TokenVectors } from "../../contracts.js";
import type { Tensorizer } from "../../data/contracts.js";
import {
  QUESTION_TEXTS,
  type QuestionText,
  type QuestionWords,
  questionRole,
  questionWordsOf,
} from "../../data/tensorizers/squad-tensorizer.js";
import { sizedAxis } from "../../sizes.js";
import { embedded, prepareEmbedding } from "../text-inputs.js";
import { answersFrom, answersInput, spanOutput, spanRule } from "./span-parts.js";

/** The inputs of these models. */
export const readingInputs = (tokens: string | Readonly<Record<string, object>>) =>
  Type.Object(
    {
      tokens: Slot("tensorizer", { default: tokens, description: "Question and text as words." }),
      answers: answersInput,
    },
    { default: {}, description: "What the model reads, and from which columns." },
  );

/** The slot for what makes vectors of the words of both texts. */
export const readingEmbedding = (embeddings: readonly string[]) =>
  Slot("embedding", {
    default: { EmbeddingList: { embeddings } },
    description: "Words of both texts to vectors: there is one embedding for both.",
  });

const optionsSchema = () =>
  Type.Object({ inputs: readingInputs(""), embedding: readingEmbedding([]), ...spanOutput });
/** What the configs of these models have. */
type ReadingConfig = Static<ReturnType<typeof optionsSchema>>;

/** The vectors of both texts' words. */
type EmbeddedTexts = Readonly<Record<QuestionText, TokenVectors>>;

/**
 * Such a model, but for its schema: `logitsOf` makes `[batch, 1 + tokens, 2]`, for the first and the last word of the answer,
 * of both texts' vectors. The first place stands for no answer.
 */
export const readingModel = <Config extends ReadingConfig>(
  name: string,
  logitsOf: (scope: Scope, config: Config, texts: EmbeddedTexts) => Tensor,
) => ({
  kind: "span_model" as const,
  name,
  inputs: ({ inputs }: Config) => inputs,
  prepare: prepareReading,
  rule: spanRule,
  build(scope: Scope, config: Config, inputs: ModelInputs): Predicted {
    const texts = embeddedTexts(scope, config, inputs, name);
    const logits = logitsOf(scope, config, texts);
    return answersFrom(scope, config, logits, wordsBehindSentinel(texts.doc.mask), inputs);
  },
});

/** Reads the files of the embedding (pretrained vectors). */
function prepareReading(
  config: ReadingConfig,
  context: Context,
  tensorizers: ReadonlyMap<string, Tensorizer>,
): Promise<void> {
  const questions = questionWordsOf(tensorizers.get("tokens")!, "this model");
  return prepareEmbedding(config, context, questions.texts.doc);
}

/** The vectors of both texts' words. Throws `PTX_CONFIG_VALUE` where something is read of the words that no embedding looks at. */
function embeddedTexts(
  scope: Scope,
  { embedding }: ReadingConfig,
  inputs: ModelInputs,
  model: string,
): EmbeddedTexts {
  const input = inputs.need("tokens", model);
  const questions = questionWordsOf(input.tensorizer, model);
  const read = new Set<string>();
  const vectorsOf = (text: QuestionText): TokenVectors =>
    embedded(scope, embedding, wordsOf(questions, input, text, read));
  const texts = { doc: vectorsOf("doc"), question: vectorsOf("question") };
  for (const feature of questions.texts.doc.keys()) {
    if (read.has(feature)) continue;
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `model.inputs.tokens.SquadTensorizer.${feature}`,
      `"${feature}" is configured but no embedding reads it`,
      `remove it, or add an embedding that reads it (CharacterEmbedding reads "chars")`,
    );
  }
  return texts;
}

/** What is read of one text's words as an embedding's inputs, and the other text's words as `other`. */
function wordsOf(
  questions: QuestionWords,
  { tensors }: ModelInput,
  text: QuestionText,
  read: Set<string>,
): ModelInputs {
  const inputOf = (of: QuestionText, feature: string, tensorizer: Tensorizer): ModelInput => {
    const prefix = questionRole(of, feature, "");
    const own = Object.entries(tensors).flatMap(([role, tensor]) =>
      role.startsWith(prefix) ? [[role.slice(prefix.length), tensor] as const] : [],
    );
    return { tensorizer, tensors: Object.fromEntries(own) };
  };
  // Both texts have one vocabulary, whose vectors are known by the text's tensorizer.
  const { doc } = questions.texts;
  const [other] = QUESTION_TEXTS.filter((one) => one !== text) as [QuestionText];
  const own = [...doc].map(([feature, tensorizer]) => [feature, inputOf(text, feature, tensorizer)] as const);
  const known = new Map<string, ModelInput>([
    ...own,
    ["other", inputOf(other, "tokens", doc.get("tokens")!)],
  ]);
  return new ModelInputs(
    known,
    (name) => void read.add(name),
    (name, reader) =>
      ptxError(
        "PTX_CONFIG_VALUE",
        "model.inputs.tokens.SquadTensorizer",
        `${reader} reads the input "${name}", which is not read of the words here`,
        name === "chars" || name === "caps"
          ? `give SquadTensorizer a tensorizer for "${name}", or remove ${reader}`
          : `remove ${reader}: of each word there is ${[...known.keys()].join(", ")}`,
      ),
  );
}

/**
 * A learnt vector before each row's words: what has its place says that the text does not tell. It goes through the layers
 * above with the words, and so comes to know them. `[batch, 1 + tokens, dim]`. Parameter: `weight [dim]`.
 */
export function withSentinel(scope: Scope, { vectors, mask }: TokenVectors): TokenVectors {
  const dim = sizedAxis(vectors, 2);
  const sentinel = reshape(scope.parameter("weight", [dim], uniformInit(0.25)), [1, 1, dim]);
  const first = broadcastLike(sentinel, slice(vectors, 1, 0, 1));
  return { vectors: concat([first, vectors], 1), mask: concat([constantLike(mask, true), mask], 1) };
}

/** Where answers are looked for, `[batch, 1 + tokens]`: at words, not at the sentinel before them. */
const wordsBehindSentinel = (mask: Tensor): Tensor => concat([constantLike(mask, false), mask], 1);

/** The same for the one place of each row, `[batch, 1]`. */
const constantLike = (mask: Tensor, value: boolean): Tensor =>
  full(mask.graph, "bool", [mask.dim(0), 1], value ? 1 : 0);
