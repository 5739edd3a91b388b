/** @file Which pieces of a text a model is to tell from the others, and what stands in their places (Devlin et al., 2019). */

/** Draws of random numbers, as `RandomStream` has them. */
interface Draws {
  uniform(): number;
  int(limit: number): number;
}

/** How pieces are masked. */
export interface MaskingRule {
  /** Share of the pieces that are to be told. */
  readonly rate: number;
  /** Whether all pieces of a word are to be told together. */
  readonly wholeWords: boolean;
  /** The piece that stands for a missing one. */
  readonly mask: number;
  /** Ids of all pieces that stand in texts: special ones are neither masked nor put in the place of others. */
  readonly ordinary: Int32Array;
  /** Whether a piece is one of these, by id: 1, else 0. */
  readonly isOrdinary: Uint8Array;
  /** Whether a piece goes on with a word, by id: 1, else 0. */
  readonly continues: Uint8Array;
}

/** Of the pieces that are to be told, so many are replaced by the mask, so many by a random piece; the rest stay. */
const [BY_MASK, BY_RANDOM] = [0.8, 0.1];

/** How many pieces of a text are to be told at most: the rate's share of the ordinary ones, rounded, and one where there is any. */
export function maskedCount({ rate, isOrdinary }: MaskingRule, ids: ArrayLike<number>): number {
  let ordinary = 0;
  for (let at = 0; at < ids.length; at++) ordinary += isOrdinary[ids[at]!] ?? 0;
  return ordinary === 0 ? 0 : Math.max(1, Math.round(ordinary * rate));
}

/**
 * Draws which pieces are to be told and what stands in their places. Of whole words those that would be too many are passed
 * over, so that there may be fewer pieces than `maskedCount`.
 * @param ids the pieces of a text, padding behind them included
 * @param places receives rising places among `ids`, and `replacements` the ids to stand there; both as long as there is room
 * @returns how many there are
 */
export function drawMasking(
  rule: MaskingRule,
  ids: ArrayLike<number>,
  random: Draws,
  places: Int32Array,
  replacements: Int32Array,
): number {
  const most = Math.min(maskedCount(rule, ids), places.length);
  const units = unitsOf(rule, ids);
  const chosen: number[] = [];
  for (let left = units.length; left > 0 && chosen.length < most; left--) {
    const at = random.int(left);
    const unit = units[at]!;
    units[at] = units[left - 1]!;
    if (chosen.length + unit.length <= most) chosen.push(...unit);
  }
  chosen.sort((a, b) => a - b);
  for (const [i, place] of chosen.entries()) {
    places[i] = place;
    const draw = random.uniform();
    replacements[i] =
      draw < BY_MASK
        ? rule.mask
        : draw < BY_MASK + BY_RANDOM
          ? rule.ordinary[random.int(rule.ordinary.length)]!
          : ids[place]!;
  }
  return chosen.length;
}

/** The places that are chosen together: ordinary pieces, or words of them. */
function unitsOf({ wholeWords, isOrdinary, continues }: MaskingRule, ids: ArrayLike<number>): number[][] {
  const units: number[][] = [];
  for (let at = 0; at < ids.length; at++) {
    if (isOrdinary[ids[at]!] !== 1) continue;
    const last = units.at(-1);
    if (wholeWords && continues[ids[at]!] === 1 && last?.at(-1) === at - 1) last!.push(at);
    else units.push([at]);
  }
  return units;
}
