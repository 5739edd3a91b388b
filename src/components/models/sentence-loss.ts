import type { Scope } from "../../graph/scope.js";
import type { AnyComponent, SlotValue } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { Loss, SentenceLossInputs } from "../contracts.js";

/** What its losses may lack, and where a model's config gives it. */
interface Places {
  /** The config key of the third text's column. */
  readonly negative: string;
  /** The config key of the scores; null: the model has none. */
  readonly scores: string | null;
}

/** Throws `PTX_CONFIG_MISSING` for a column that the loss needs, `PTX_CONFIG_VALUE` for one that it has no use for. */
function requireReads(
  { name, reads }: AnyComponent<"sentence_embedding_loss">,
  { negative, scores }: SentenceLossInputs,
  places: Places,
): void {
  if (reads.negative === "needed" && negative === null)
    throw ptxError(
      "PTX_CONFIG_MISSING",
      places.negative,
      `${name} compares with negatives: name their column`,
    );
  if (reads.negative === "unused" && negative !== null)
    throw ptxError(
      "PTX_CONFIG_VALUE",
      places.negative,
      `${name} has no use for negatives: leave the column out`,
    );
  if (!reads.scores || scores !== null) return;
  throw places.scores === null
    ? ptxError("PTX_CONFIG_VALUE", "model.loss", `${name} learns from scores, which this model does not read`)
    : ptxError(
        "PTX_CONFIG_MISSING",
        places.scores,
        `${name} learns from scores`,
        'give inputs.labels {"NumericLabelTensorizer": {"column": ...}}',
      );
}

/** The loss in a slot. Throws where the rows lack what it needs, or have what it has no use for. */
export function sentenceLoss(
  scope: Scope,
  loss: SlotValue<"sentence_embedding_loss">,
  given: SentenceLossInputs,
  places: Places,
): Loss {
  return scope.part("sentence_embedding_loss", loss, "loss", (part, options, at) => {
    requireReads(part, given, places);
    return part.build(at, options, given);
  });
}
