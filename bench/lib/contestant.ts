/** @file Two or more programs that take turns at the same work, so that whatever else the machine does hits all alike. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Figures, median } from "./stats.js";

/** One turn's figures, in milliseconds. */
export interface Round {
  readonly times: Figures;
  /** All that the program said of this round and of itself. */
  readonly report: Readonly<Record<string, unknown>>;
}

/**
 * A program that warms up, prints `{"ready": true}`, and then runs one round of steps for each line on its standard
 * input (the line is the number of steps), answering with one JSON line that holds `step_ms` or `latency_ms`.
 */
export class Contestant {
  readonly rounds: Round[] = [];
  readonly #lines: AsyncIterator<string>;
  #errors = "";

  private constructor(
    readonly name: string,
    readonly process: ChildProcessWithoutNullStreams,
  ) {
    this.#lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    process.stderr.on("data", (text: Buffer) => {
      this.#errors = `${this.#errors}${text}`.slice(-4000);
    });
    process.on("error", (error) => {
      this.#errors += error.message;
    });
  }

  /** Starts a program and waits until it has warmed up. */
  static async start(name: string, command: readonly [string, ...string[]]): Promise<Contestant> {
    const [program, ...args] = command;
    const contestant = new Contestant(name, spawn(program, args));
    const { ready } = await contestant.#answer();
    if (ready !== true) throw new Error(`${name} said something else than that it is ready`);
    return contestant;
  }

  /** Lets it do so many steps. */
  async turn(steps: number): Promise<void> {
    this.process.stdin.write(`${steps}\n`);
    const report = await this.#answer();
    this.rounds.push({ times: (report.step_ms ?? report.latency_ms) as Figures, report });
  }

  /** The median over rounds of a percentile. */
  typical(of: keyof Figures): number {
    return median(this.rounds.map(({ times }) => times[of]));
  }

  /** The median over rounds of how this program's median step compares to another's in the same round. */
  ratioTo(other: Contestant): number {
    return median(this.rounds.map(({ times }, i) => times.p50 / other.rounds[i]!.times.p50));
  }

  /** The largest memory of its process so far. */
  peakMb(): number {
    return Number(this.rounds.at(-1)!.report.peak_rss_mb);
  }

  /** Ends the program: there are no more turns. */
  stop(): void {
    this.process.stdin.end();
  }

  async #answer(): Promise<Readonly<Record<string, unknown>>> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`${this.name} ended early\n${this.#errors}`);
    return JSON.parse(value) as Record<string, unknown>;
  }
}

/** How long a turn is and how many there are. */
export interface Turns {
  readonly rounds: number;
  readonly steps: number;
}

/** Lets all take turns; every other round goes in the opposite order. Ends them. */
export async function takeTurns(contestants: readonly Contestant[], { rounds, steps }: Turns): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const contestant of round % 2 === 0 ? contestants : [...contestants].reverse())
      await contestant.turn(steps);
  }
  for (const contestant of contestants) contestant.stop();
}
