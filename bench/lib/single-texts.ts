/** @file The other end of a `Contestant` that works on one text at a time. */
import { nextTurn, say } from "./respond.js";
import { figures } from "./stats.js";

/** Warms up, then times `once` over the texts by their numbers, as many as each turn asks for. Does not return. */
export async function answerTurns(
  once: (at: number) => Promise<unknown>,
  texts: number,
  warmup: number,
): Promise<never> {
  const turn = async (steps: number): Promise<number[]> => {
    const samples: number[] = [];
    for (let step = 0; step < steps; step++) {
      const started = performance.now();
      await once(step % texts);
      samples.push(performance.now() - started);
    }
    return samples;
  };
  await turn(warmup);
  say({ ready: true });
  for (;;) {
    const samples = await turn(nextTurn());
    say({ latency_ms: figures(samples), peak_rss_mb: process.resourceUsage().maxRSS / 1024 });
  }
}
