/** @file Two exported files that take texts, timed in turns. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { median } from "./stats.js";

/** Milliseconds of a run for both files, and the median of the rounds' ratios. */
export interface FileDuel {
  readonly first: number;
  readonly second: number;
  /** The second's time by the first's. */
  readonly ratio: number;
}

/** What is timed, and how often. */
export interface FileDuelOptions {
  readonly batch: number;
  readonly threads: number;
  readonly rounds: number;
  /** Runs of each file in a turn; each has a turn in each round. */
  readonly runs: readonly [first: number, second: number];
}

/** Runs two files on the same texts. The first round does not count. */
export async function fileDuel(
  files: readonly [string, string],
  texts: readonly string[],
  { batch, threads, rounds, runs }: FileDuelOptions,
): Promise<FileDuel> {
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1 };
  const sessions = [
    await InferenceSession.create(files[0], options),
    await InferenceSession.create(files[1], options),
  ] as const;
  const feeds = Array.from({ length: Math.max(1, Math.floor(texts.length / batch)) }, (_, i) =>
    feedsOf(texts.slice(i * batch, (i + 1) * batch)),
  );
  const turn = async (which: 0 | 1): Promise<number> => {
    const times: number[] = [];
    for (let run = 0; run < runs[which]; run++) {
      const started = performance.now();
      await sessions[which].run(feeds[run % feeds.length]!);
      times.push(performance.now() - started);
    }
    return median(times);
  };
  const times: [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round++)
    for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const time = await turn(which);
      if (round >= 0) times[which].push(time);
    }
  for (const session of sessions) await session.release();
  const ratio = median(times[1].map((time, i) => time / times[0][i]!));
  return { first: median(times[0]), second: median(times[1]), ratio };
}

const feedsOf = (texts: readonly string[]): Record<string, Tensor> => ({
  text: new Tensor("string", [...texts], [texts.length]),
});
