/** @file What the tasks that tag tokens share: figures' input, deployment, and reading predictions. */
import type { Predicted } from "../components/contracts.js";
import type { Row, Tensorizer, TextTensorizer } from "../components/data/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import type { TagTensorizer } from "../components/data/tensorizers/slot-label-tensorizer.js";
import type { TagsEvaluated } from "../components/reporters/contracts.js";
import type { RowOutputs } from "../components/trainers/row-outputs.js";
import type { Tensor } from "../graph/graph.js";
import { cast } from "../graph/ops/elementwise.js";
import { decodeIds } from "../graph/ops/lookup.js";
import { ptxError } from "../registry/errors.js";
import { parseTag, readTags } from "../text/label-schemes.js";
import { mended } from "../text/normalize.js";
import { OffsetTable, type OffsetUnit } from "../text/offsets.js";
import { namedScores, requireNumbers } from "./class-scores.js";
import type { OutputRow, SlotPrediction, TokenPrediction } from "./prediction.js";

/** Gold and predicted tags of a split, for reporters. */
export function evaluatedTags(
  data: SplitData,
  target: string,
  labels: readonly string[],
  outputs: RowOutputs,
): Omit<TagsEvaluated, "loss"> {
  const gold = Array.from({ length: data.size }, (_, row) => data.values(target, row));
  const decoded = outputs.has("tags");
  return {
    labels,
    gold,
    predicted: decoded ? outputs.rows("tags") : null,
    scores: decoded ? outputs.rows("tag_scores") : null,
  };
}

/** `tags` string `[batch, tokens]`, "" at padding, and `tag_scores`, and `tag_probabilities [batch, tokens, labels]` where they are among the outputs; `starts` and `ends` (-1 at padding) of texts cut in the graph. */
export function deployTags(
  { tags, tag_scores: scores, tag_probabilities: all }: Predicted["outputs"],
  labels: readonly string[],
  cutter: TextTensorizer,
  unit: OffsetUnit,
): Readonly<Record<string, Tensor>> {
  // No label has the id that stands at padding: its name is "".
  const named = decodeIds(cast(tags!, "int64"), labels);
  const places = cutter.cutIn(named.graph)?.places(unit);
  return { tags: named, tag_scores: scores!, ...(all && { tag_probabilities: all }), ...places };
}

/** A row's text and the places of its tokens: as the file that cut it says, or else cut here. */
export function placedTokens(
  output: OutputRow,
  row: Row,
  cutter: TextTensorizer,
): { readonly text: string; readonly places: readonly Place[] } {
  if (!output.has("starts")) {
    const { text, tokens } = cutter.tokenized(row);
    return { text, places: tokens.map(({ startUtf16: start, endUtf16: end }) => ({ start, end })) };
  }
  const text = cutter.textOf(row);
  const table = new OffsetTable(mended(text), output.unit);
  const [starts, ends] = [output.numbers("starts"), output.numbers("ends")].map((list) =>
    Array.from(list, Number),
  );
  const count = starts!.findIndex((start) => start < 0);
  const places = starts!.slice(0, count < 0 ? starts!.length : count).map((from, i): Place => {
    const [start, end] = [table.toUtf16(from), table.toUtf16(ends![i]!)];
    if (start !== undefined && end !== undefined && start < end) return { start, end };
    throw ptxError(
      "PTX_MODEL_FILE",
      row.origin,
      `the file says that a token goes from ${from} to ${ends![i]}, which no part of the text does`,
    );
  });
  return { text, places };
}

/** A part of a text in UTF-16 code units, the end exclusive. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** The first of the inputs that cuts the text into the tokens that are tagged. Throws `PTX_CONFIG_VALUE` without one. */
export function tokenizedBy(tensorizers: Readonly<Record<string, Tensorizer>>): TextTensorizer {
  const found = Object.values(tensorizers).find((tensorizer) => "tokenized" in tensorizer);
  if (found !== undefined) return found as TextTensorizer;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "model.inputs",
    "none of the inputs cuts a text into tokens, so there is nothing to tag; TokenTensorizer does",
  );
}

/** A row's tokens with their tags, and with the scores of all `labels` where these are told. Throws `PTX_MODEL_FILE` for scores that are no numbers. */
export function taggedTokens(
  output: OutputRow,
  row: Row,
  cutter: TextTensorizer,
  labels: readonly string[],
): { readonly text: string; readonly tagged: TokenPrediction[] } {
  const { text, places } = placedTokens(output, row, cutter);
  const [tags, scores] = [output.strings("tags"), output.numbers("tag_scores")];
  requireNumbers(scores, tags.slice(0, places.length));
  const all = output.has("tag_probabilities") ? output.numbers("tag_probabilities") : undefined;
  const scoresAt = (token: number): Record<string, number> =>
    namedScores(
      labels.map((_, label) => all![token * labels.length + label]!),
      labels,
    );
  const tagged = places.map(({ start, end }, i) => ({
    text: text.slice(start, end),
    start,
    end,
    label: tags[i]!,
    score: scores[i]!,
    ...(all && { scores: scoresAt(i) }),
  }));
  return { text, tagged };
}

/** The labelled parts that tags write; none where tags stand for themselves. */
export function slotsOf(
  text: string,
  tokens: readonly TokenPrediction[],
  scheme: TagTensorizer["scheme"],
): SlotPrediction[] {
  if (scheme === "none") return [];
  const tags = tokens.map(({ label }) => parseTag(label, scheme) ?? { place: "O" as const });
  return readTags(tags, scheme).entities.map(({ label, start, end }) => {
    const parts = tokens.slice(start, end);
    const [from, to] = [parts[0]!.start, parts.at(-1)!.end];
    return {
      start: from,
      end: to,
      label,
      text: text.slice(from, to),
      score: Math.min(...parts.map(({ score }) => score)),
    };
  });
}

/** How a target writes entities; a target of another kind has tags that stand for themselves. */
export const schemeOf = (target: Tensorizer | undefined): TagTensorizer["scheme"] =>
  (target as Partial<TagTensorizer> | undefined)?.scheme ?? "none";

/** Whether rounding could have given a token another tag: below a half there may be one as probable. */
export const undecidedTags = (tokens: readonly TokenPrediction[], tolerance: number): boolean =>
  tokens.some(({ score }) => score <= 0.5 + tolerance);
