import type { Row } from "../../components/data/contracts.js";
import type { Predictor } from "../../tasks/predictor.js";

/** Rounds after one that is not counted; each predictor has its turn in each. */
const ROUNDS = 3;
const MOST_ROWS = 20;

/** Milliseconds from a row to its prediction, one row at a time: the median over rows and rounds for each predictor. */
export async function textTimes(predictors: readonly Predictor[], rows: readonly Row[]): Promise<number[]> {
  const chosen = rows.slice(0, MOST_ROWS);
  const times = predictors.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++)
    for (const [i, predictor] of predictors.entries())
      for (const row of chosen) {
        const started = performance.now();
        await predictor.predict([row]);
        if (round > 0) times[i]!.push(performance.now() - started);
      }
  return times.map((all) => all.sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN);
}
