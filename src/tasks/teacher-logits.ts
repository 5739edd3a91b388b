import { ptxError } from "../registry/errors.js";
import type { Prediction, TokenPrediction } from "./prediction.js";

type Scores = Readonly<Record<string, number>>;

/** A teacher's logits of each token, as SoftSlotLabelTensorizer reads them. */
interface TagLogits {
  readonly tags: readonly string[];
  /** To four decimals: a text has as many numbers as tokens times tags. */
  readonly tokens: readonly (readonly number[])[];
}

/**
 * What a student learns from a teacher's prediction, by column: `teacher_label` and `logits` of classes and intents;
 * `teacher_labels` and `logits` where a row may have several labels;
 * `tag_logits`, and `teacher_slots` or (of tags that stand for themselves) `teacher_tags`, of tags. Throws `PTX_RUN` with
 * the reason for predictions that no student can learn from in this way.
 */
export function teachings(prediction: Prediction): Readonly<Record<string, unknown>> {
  const { label, labels, scores, intent, tokens, slots, score, heads } = prediction;
  if (heads !== undefined) throw refusal("this model has several heads: export or train them apart");
  if (labels !== undefined && scores !== undefined) return { teacher_labels: labels, logits: oddsOf(scores) };
  const ofText = label ?? intent;
  const text =
    ofText === undefined || scores === undefined ? {} : { teacher_label: ofText, logits: logitsOf(scores) };
  if (tokens !== undefined && (intent !== undefined || "label" in (tokens[0] ?? { label: "" }))) {
    const told = tokens as readonly TokenPrediction[];
    if (told.some((token) => token.scores === undefined))
      throw refusal(
        "this file tells the probability of each token's own tag alone: name the run, or export it with --tag-probabilities",
      );
    return { ...text, ...taggings(told, slots) };
  }
  if (label !== undefined && scores !== undefined) return text;
  if (score !== undefined)
    throw refusal(
      "this model predicts numbers: a student takes those that predict writes as its labels, with NumericLabelTensorizer",
    );
  throw refusal("this model gives neither classes nor tags");
}

/**
 * The logits behind probabilities, less their mean: softmax is the same with any constant added to all, so the log of a
 * probability is a logit.
 */
export function logitsOf(scores: Scores): Record<string, number> {
  // Below the smallest number that 32 bits hold, a probability is 0: its logarithm is taken there.
  const logs = Object.entries(scores).map(
    ([name, score]) => [name, Math.log(Math.max(score, 2 ** -149))] as const,
  );
  const mean = logs.reduce((sum, [, log]) => sum + log, 0) / logs.length;
  return Object.fromEntries(logs.map(([name, log]) => [name, log - mean]));
}

/** The nearest numbers to 0 and 1 that a probability of 32 bits counts as here, so that it and what it lacks have logarithms. */
const NEAREST = 2 ** -23;

/** The logits whose sigmoids are these probabilities: `log(p / (1 - p))`. */
function oddsOf(scores: Scores): Record<string, number> {
  const odds = Object.entries(scores).map(([name, score]) => {
    const p = Math.min(Math.max(score, NEAREST), 1 - NEAREST);
    return [name, Math.log(p) - Math.log1p(-p)] as const;
  });
  return Object.fromEntries(odds);
}

function taggings(
  tokens: readonly TokenPrediction[],
  slots: Prediction["slots"],
): Readonly<Record<string, unknown>> {
  const logits: TagLogits = {
    tags: Object.keys(tokens[0]?.scores ?? {}),
    tokens: tokens.map(({ scores }) =>
      Object.values(logitsOf(scores!)).map((logit) => Number(logit.toFixed(4))),
    ),
  };
  const truth =
    slots === undefined
      ? { teacher_tags: tokens.map(({ label }) => label) }
      : { teacher_slots: slots.map(({ start, end, label }) => ({ start, end, label })) };
  return { ...truth, tag_logits: logits };
}

const refusal = (why: string): Error => ptxError("PTX_RUN", "get-logits", why);
