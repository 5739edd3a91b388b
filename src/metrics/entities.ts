import { MetricsError, requireLabels, requireLength } from "./errors.js";
import { type Confusion, ConfusionCounter } from "./frequent-confusions.js";
import { type Item, matchCounts } from "./matches.js";
import {
  type LabelFigures,
  labelFigures,
  macroAverage,
  microAverage,
  type PrecisionRecallF1,
} from "./precision-recall.js";
import { byLabel } from "./report-parts.js";

/** A labelled stretch of a row's tokens: `start` is its first token, `end` the token behind its last. */
export type Entity = { readonly label: string; readonly start: number; readonly end: number };

/** How tags are read as entities. */
export type TagReader = {
  /** The types that entities can have, in the order in which reports list them. */
  readonly types: readonly string[];
  /** The entities of one row's tags. */
  readonly entities: (tags: readonly string[]) => readonly Entity[];
};

/** How well entities were found: right is an entity with type, start and end as in gold. */
export type EntityFigures = {
  /** Over all entities: what conlleval and seqeval print first. */
  readonly micro: PrecisionRecallF1;
  /** The mean over types, see `macroAverage`. */
  readonly macro: PrecisionRecallF1;
  /** Every type, seen or not. An object without prototype. */
  readonly perType: Readonly<Record<string, LabelFigures>>;
  /**
   * Entities of another type at exactly the same tokens; null stands for an entity that the other side does not have
   * at these tokens, be it missed, invented, or longer or shorter by some.
   */
  readonly confusions: readonly Confusion[];
};

/** Figures of the entities `[rows][entities]`, which are of the given types. Null where there is no entity at all. */
export function entityFigures(
  types: readonly string[],
  gold: readonly (readonly Entity[])[],
  predicted: readonly (readonly Entity[])[],
): EntityFigures {
  if (types.length > 0) requireLabels(types);
  requireLength("predicted", predicted, gold.length, "the entities of each row of gold");
  requireKnownTypes("gold", gold, types);
  requireKnownTypes("predicted", predicted, types);
  const found = matchCounts(
    gold.map((row, index) => ({ gold: row.map(itemOf), predicted: predicted[index]!.map(itemOf) })),
  );
  const counts = types.map(
    (type) => found.get(type) ?? { truePositives: 0, falsePositives: 0, falseNegatives: 0 },
  );
  const confusions = new ConfusionCounter();
  for (const [index, row] of gold.entries()) addConfusions(confusions, row, predicted[index]!);
  return {
    micro: microAverage(counts),
    macro: macroAverage(counts),
    perType: byLabel(types, counts.map(labelFigures)),
    confusions: confusions.mostFrequent(),
  };
}

function itemOf({ label, start, end }: Entity): Item {
  return { label, key: `${start} ${end}` };
}

/** Pairs what gold and prediction do not share by its tokens. */
function addConfusions(
  confusions: ConfusionCounter,
  gold: readonly Entity[],
  predicted: readonly Entity[],
): void {
  const wrong = [...predicted];
  const take = (fits: (entity: Entity) => boolean): Entity | null => {
    const index = wrong.findIndex(fits);
    return index < 0 ? null : wrong.splice(index, 1)[0]!;
  };
  const missed = gold.filter(
    (entity) => take((other) => sameTokens(entity, other) && entity.label === other.label) === null,
  );
  for (const entity of missed) {
    confusions.add(entity.label, take((other) => sameTokens(entity, other))?.label ?? null);
  }
  for (const { label } of wrong) confusions.add(null, label);
}

function sameTokens(a: Entity, b: Entity): boolean {
  return a.start === b.start && a.end === b.end;
}

function requireKnownTypes(
  name: string,
  rows: readonly (readonly Entity[])[],
  types: readonly string[],
): void {
  const known = new Set(types);
  for (const [row, entities] of rows.entries()) {
    const unknown = entities.find(({ label }) => !known.has(label));
    if (unknown !== undefined) {
      throw new MetricsError(
        `${name}[${row}] has an entity of type "${unknown.label}", which is none of ${types.map((type) => `"${type}"`).join(", ")}`,
      );
    }
  }
}
