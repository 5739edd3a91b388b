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
   * Entities of another type at the same tokens; entities of any type that share tokens with gold's (other bounds); and,
   * beside null, those that the other side has nothing for: missed or invented.
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

/** Pairs what gold and prediction do not share: first entities of the same tokens, then those that share some. */
function addConfusions(
  confusions: ConfusionCounter,
  gold: readonly Entity[],
  predicted: readonly Entity[],
): void {
  const wrong = [...predicted];
  /** What is left of some gold entities when each has taken the first prediction that fits it. */
  const without = (
    entities: readonly Entity[],
    fits: (entity: Entity, other: Entity) => boolean,
    taken: (entity: Entity, other: Entity) => void,
  ): Entity[] =>
    entities.filter((entity) => {
      const index = wrong.findIndex((other) => fits(entity, other));
      if (index >= 0) taken(entity, wrong.splice(index, 1)[0]!);
      return index < 0;
    });
  const missed = without(
    gold,
    (a, b) => sameTokens(a, b) && a.label === b.label,
    () => {},
  );
  const displaced = without(missed, sameTokens, (a, b) =>
    confusions.add({ gold: a.label, predicted: b.label }),
  );
  const alone = without(displaced, shareTokens, (a, b) =>
    confusions.add({ gold: a.label, predicted: b.label, other_bounds: true }),
  );
  for (const { label } of alone) confusions.add({ gold: label, predicted: null });
  for (const { label } of wrong) confusions.add({ gold: null, predicted: label });
}

function sameTokens(a: Entity, b: Entity): boolean {
  return a.start === b.start && a.end === b.end;
}

function shareTokens(a: Entity, b: Entity): boolean {
  return a.start < b.end && b.start < a.end;
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
